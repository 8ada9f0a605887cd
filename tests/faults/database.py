#!/usr/bin/env python3
"""PostgreSQL dies, stops, is cut off or is locked while people write (F-02, F-05 to F-08 of the bar of reliability).

    python3 tests/faults/database.py [path of the program, by default target/release/ngoaivu] [fault …]

Faults are `killed`, `stopped`, `crashed`, `cut-off` and `locked`; without a name all are tried. Each starts PostgreSQL and a
server in a temporary folder with 20 writers. Every line says what must hold and the figure that was seen; the exit code
is 1 if one does not.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time

from harness import HALVES, Postgres, Server, Verdicts, Writers, command_line, percentile, temporary_folder, until

WRITERS = 20
# A request may wait this long; what the answer itself takes on two busy cores comes on top.
PATIENCE = 5.0
SLACK = 0.5


class Wire:
    """Passes bytes to PostgreSQL and back, until it is told to swallow them: nothing is refused and nothing arrives."""

    def __init__(self, port):
        self.target, self.open = port, threading.Event()
        self.open.set()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(near,), daemon=True).start()

    def serve(self, near):
        self.open.wait()
        try:
            far = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            near.close()
            return
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=self.pump, args=(source, sink), daemon=True).start()

    def pump(self, source, sink):
        try:
            while data := source.recv(65536):
                self.open.wait()
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Scene:
    """PostgreSQL, a server, its writers, and what they saw."""

    def __init__(self, program, folder, verdicts, wired=False, pause=0.0):
        self.told = verdicts.told
        self.database = Postgres(folder, "db")
        self.wire = Wire(self.database.port) if wired else None
        url = f"postgres://ngoaivu@127.0.0.1:{self.wire.port}/postgres" if wired else self.database.url()
        self.server = Server(program, folder, url)
        self.pid = self.server.process.pid
        self.token = self.server.token()
        self.writers = Writers([self.server], WRITERS, self.token, self.server.draft(self.token), pause)
        time.sleep(3)

    def judge(self, recovered, within, after):
        """What must hold after every fault."""
        self.writers.stop()
        told, answers = self.told, self.writers.answers
        told(f"{after}: drafts are made again within {within} s", recovered <= within, f"{recovered:.2f} s")
        odd = sorted({a.status for a in answers} - {201, 503})
        told(f"{after}: no answer but 201 and 503", not odd, f"{len([a for a in answers if a.status == 503])} times 503, others {odd}")
        longest = max(a.seconds for a in answers)
        told(f"{after}: no answer takes longer than 5 s", longest <= PATIENCE + SLACK, f"{longest:.2f} s")
        same = self.server.process.poll() is None and self.server.process.pid == self.pid
        told(f"{after}: the server goes on with its process", same, f"pid {self.pid}")
        made = self.writers.made()
        lost = [id for id in made if self.server.call("GET", f"/outbound-delegations/{id}", token=self.token)[0] != 200]
        told(f"{after}: no acknowledged draft is lost", not lost, f"{len(lost)} of {len(made)}")
        halves = self.database.ask(HALVES)
        told(f"{after}: no draft is there by half", halves == "0", halves)
        told(f"{after}: the trail is whole", *self.server.verify_trail())

    def end(self):
        self.writers.stop()
        self.server.end()
        self.database.end()


def killed(scene):
    """F-02: one backend, then the postmaster."""
    backend = scene.database.ask("select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1")
    os.kill(int(backend), signal.SIGKILL)
    time.sleep(0.2)
    begun = time.monotonic()
    first = scene.writers.first_made_after(begun)
    scene.told("killed: a backend is killed and drafts are made again within 30 s, with no step of a person", first <= 30, f"{first:.2f} s")
    time.sleep(2)
    os.kill(scene.database.postmaster(), signal.SIGKILL)
    time.sleep(1)
    # Who watches over PostgreSQL starts it again.
    until("the killed cluster lets another begin", lambda: begins(scene.database), 30)
    begun = time.monotonic()
    scene.judge(scene.writers.first_made_after(begun), 30, "killed")


def begins(database):
    try:
        database.begin()
        return True
    except subprocess.CalledProcessError:
        time.sleep(0.3)
        return False


def stopped(scene):
    """F-05: stopped for 15 s, as for an upgrade."""
    scene.database.stop("fast")
    time.sleep(15)
    alive, ready = scene.server.status("/healthz"), scene.server.status("/readyz")
    scene.told("stopped: alive but not ready", (alive, ready) == (200, 503), f"/healthz {alive}, /readyz {ready}")
    scene.database.begin()
    begun = time.monotonic()
    scene.judge(scene.writers.first_made_after(begun), 5, "stopped")


def crashed(scene):
    """F-06: 20 times as after a power cut."""
    worst = 0.0
    for _ in range(20):
        time.sleep(random.uniform(0.3, 1.5))
        scene.database.stop("immediate")
        scene.database.begin()
        begun = time.monotonic()
        worst = max(worst, scene.writers.first_made_after(begun))
    scene.judge(worst, 30, "crashed 20 times")


def cut_off(scene):
    """F-07: for 30 s nothing that is sent arrives."""
    before = scene.server.threads()
    scene.wire.open.clear()
    cut = time.monotonic()
    seen = []
    while time.monotonic() - cut < 30:
        begun = time.monotonic()
        status, _ = scene.server.call("GET", "/outbound-delegations?limit=5", token=scene.token)
        seen.append((status, time.monotonic() - begun))
        time.sleep(0.2)
    # The first may have been read before the line was cut.
    told = {status for status, _ in seen[1:]}
    scene.told("cut off: reads answer 503", told == {503}, f"{len(seen)} reads, statuses {sorted(told)}")
    longest = max(seconds for _, seconds in seen)
    scene.told("cut off: no read takes longer than 5 s", longest <= PATIENCE + SLACK, f"{longest:.2f} s")
    scene.wire.open.set()
    healed = time.monotonic()
    recovered = scene.writers.first_made_after(healed)
    scene.judge(recovered, 5, "cut off")
    time.sleep(12)
    after = scene.server.threads()
    # Threads that wait for work end by themselves after ten seconds.
    scene.told("cut off: no thread is lost", after <= before + 20, f"{before} before, {after} after")
    reads = [scene.server.call("GET", "/outbound-delegations?limit=5", token=scene.token)[0] for _ in range(20)]
    scene.told("cut off: reads are whole again", set(reads) == {200}, f"{reads.count(200)} of 20")


def locked(scene):
    """F-08: somebody holds a table for 20 s."""
    base = [timed(scene, "/agencies?limit=5")[1] for _ in range(50)]
    holder = subprocess.Popen(
        [f"{scene.database.bin}/psql", "-h", "127.0.0.1", "-p", str(scene.database.port), "-U", "ngoaivu", "-d", "postgres", "-c",
         "begin; lock table dossiers in access exclusive mode; select pg_sleep(20); commit;"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    held, others = [], []
    while holder.poll() is None:
        held.append(timed(scene, "/outbound-delegations?limit=5"))
        others += [timed(scene, "/agencies?limit=5") for _ in range(3)]
    let_go = time.monotonic()
    # The last may have been answered because the table was free again.
    told = {status for status, _ in held[:-1]}
    scene.told("locked: reads of the table answer 503", told == {503}, f"{len(held)} reads, statuses {sorted(told)}")
    scene.told("locked: reads of other tables are answered", {s for s, _ in others} == {200}, f"{len(others)} reads")
    ratio = percentile([s for _, s in others], 0.99) / max(percentile(base, 0.99), 0.005)
    scene.told("locked: and take at most twice as long", ratio <= 2, f"p99 {ratio:.2f} times that before")
    scene.judge(scene.writers.first_made_after(let_go), 5, "locked")


def timed(scene, path):
    begun = time.monotonic()
    status, _ = scene.server.call("GET", path, token=scene.token)
    return status, time.monotonic() - begun


FAULTS = {"killed": killed, "stopped": stopped, "crashed": crashed, "cut-off": cut_off, "locked": locked}


def main():
    program, named = command_line(FAULTS)
    verdicts = Verdicts()
    for name in named:
        with temporary_folder(name) as folder:
            scene = Scene(program, folder, verdicts, wired=name == "cut-off", pause=0.05 if name == "locked" else 0.0)
            try:
                FAULTS[name](scene)
            finally:
                scene.end()
    sys.exit(1 if verdicts.failed else 0)


main()
