#!/usr/bin/env python3
"""The embedded database: the server is killed while it writes, an upgrade is killed, the disk is full, what was acknowledged was synced
(F-01, F-03a, F-04, F-25).

    python3 tests/faults/disk.py [path of the program, by default target/release/ngoaivu] [fault …]

Faults are `killed`, `upgraded`, `synced` and `full`; without a name all are tried. `synced` needs strace; `full` needs to be root, because it
mounts a file system of 64 MiB. Every line says what must hold and the figure that was seen; the exit code is 1 if one does not.
"""

import os
import random
import re
import sqlite3
import subprocess
import sys
import threading
import time

from harness import HALVES, Server, Verdicts, Writers, command_line, percentile, temporary_folder, until

WRITERS = 20
# Each is a start, so they take most of the time; the bar asks for 200.
KILLS = int(os.environ.get("KILLS", "40"))


def missing(server, token, ids):
    return [id for id in ids if server.call("GET", f"/outbound-delegations/{id}", token=token)[0] != 200]


def halves(folder):
    with sqlite3.connect(f"file:{folder}/data/ngoaivu.db?mode=ro", uri=True) as database:
        return database.execute(HALVES).fetchone()[0]


def sound(folder):
    with sqlite3.connect(f"file:{folder}/data/ngoaivu.db?mode=ro", uri=True) as database:
        return database.execute("pragma integrity_check").fetchone()[0]


def killed(program, folder, told):
    """F-01: kill -9 again and again while 20 people write."""
    server = Server(program, folder, f"{folder}/data")
    try:
        token = server.token()
        draft = server.draft(token)
        made, ready, unsound = [], [], 0
        for _ in range(KILLS):
            writers = Writers([server], WRITERS, token, draft)
            time.sleep(random.uniform(0.2, 1.5))
            server.kill()
            writers.stop()
            made += writers.made()
            ready.append(server.begin())
            unsound += sound(folder) != "ok"
        lost = missing(server, token, made)
        told("killed: no acknowledged draft is lost", not lost, f"{len(lost)} of {len(made)} in {KILLS} kills")
        told("killed: no draft is there by half", halves(folder) == 0, halves(folder))
        told("killed: the database is sound after every kill", unsound == 0, f"{KILLS - unsound} of {KILLS}")
        told("killed: ready again within 3 s (p95)", percentile(ready, 0.95) <= 3, f"{percentile(ready, 0.95):.2f} s")
        told("killed: the trail is whole", *server.verify_trail())
    finally:
        server.end()


def synced(program, folder, told):
    """F-03a: no draft is acknowledged before what was written for it is on the disk."""
    server = Server(program, folder, f"{folder}/data")
    trace = f"{folder}/trace"
    try:
        token = server.token()
        draft = server.draft(token)
        tracer = subprocess.Popen(["strace", "-f", "-ttt", "-e", "trace=fsync,fdatasync", "-o", trace, "-p", str(server.process.pid)],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until("strace follows", lambda: os.path.exists(trace), 10)
        time.sleep(0.5)
        spans = []
        for number in range(1000):
            begun = time.time()
            status, _ = server.call("POST", "/outbound-delegations", {**draft, "title": f"Đoàn 0-{number}"}, token)
            spans.append((begun, time.time(), status))
        tracer.terminate()
        tracer.wait()
        with open(trace) as file:
            lines = file.read().splitlines()
        # A call that another thread interrupted stands in two lines; the second says that it ended.
        ended = sorted(float(m[1]) for m in (re.match(r"\d+ +([\d.]+) (?:<\.\.\. )?f(?:data)?sync.*= 0$", line) for line in lines) if m)
        early = sum(1 for begun, end, status in spans if status == 201 and not any(begun <= at <= end for at in ended))
        told("synced: every draft was on the disk before its answer", early == 0 and len(ended) >= 1000,
             f"{early} of {len(spans)} before, {len(ended)} syncs")
    finally:
        server.end()


def upgraded(program, folder, told):
    """F-25: an upgrade from nothing is killed at any moment, and run again."""
    def migrate(place):
        return subprocess.Popen([program, "migrate", "--data", place], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def schema(place):
        with sqlite3.connect(f"file:{place}/ngoaivu.db?mode=ro", uri=True) as database:
            return database.execute("select type, name, sql from sqlite_master order by type, name").fetchall()

    begun = time.monotonic()
    migrate(f"{folder}/fresh").wait()
    whole, fresh = time.monotonic() - begun, schema(f"{folder}/fresh")
    same = refused = 0
    for n in range(KILLS):
        place = f"{folder}/killed-{n}"
        process = migrate(place)
        time.sleep(whole * n / KILLS)
        process.kill()
        process.wait()
        refused += migrate(place).wait() != 0
        same += schema(place) == fresh
    told("upgraded: an upgrade that was killed runs again", refused == 0, f"{KILLS - refused} of {KILLS}, killed over {whole:.2f} s")
    told("upgraded: and ends with the schema of a new installation", same == KILLS, f"{same} of {KILLS}, {len(fresh)} objects")


def full(program, folder, told):
    """F-04: the disk is full, and has room again."""
    disk = f"{folder}/disk"
    os.mkdir(disk)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], check=True)
    server = None
    try:
        server = Server(program, folder, f"{disk}/data", NGOAIVU_ATTACHMENTS=f"{disk}/attachments")
        pid, token = server.process.pid, server.token()
        writers = Writers([server], WRITERS, token, server.draft(token))
        time.sleep(1)
        with open(f"{disk}/ballast", "wb") as ballast:
            try:
                while True:
                    ballast.write(b"x" * 65536)
                    ballast.flush()
            except OSError:
                pass
        filled = time.monotonic()
        until("a write is refused", lambda: any(a.status != 201 for a in writers.since(filled)), 30)
        refused = time.monotonic()
        reads = []
        while time.monotonic() - refused < 5:
            reads.append(server.call("GET", "/outbound-delegations?limit=5", token=token)[0])
        ready = server.status("/readyz")
        told("full: reads are answered", set(reads) == {200}, f"{reads.count(200)} of {len(reads)}")
        told("full: not ready", ready == 503, f"/readyz {ready}")
        freed = time.monotonic()
        os.remove(f"{disk}/ballast")
        back = writers.first_made_after(freed)
        writers.stop()
        during = [a for a in writers.answers if refused <= a.ended <= freed]
        odd = sorted({a.status for a in writers.answers} - {201, 503, 507})
        told("full: writes answer 503 or 507", not odd, f"{len(during)} while it was full, others {odd}")
        longest = max(a.seconds for a in during)
        told("full: within 2 s", longest <= 2, f"{longest:.2f} s")
        told("full: writes are back within 10 s of room, with no start", back <= 10 and server.process.pid == pid, f"{back:.2f} s")
        made = writers.made()
        lost = missing(server, token, made)
        told("full: no acknowledged draft is lost", not lost, f"{len(lost)} of {len(made)}")
        told("full: the trail is whole", *server.verify_trail())
    finally:
        if server:
            server.end()
        subprocess.run(["umount", "-l", disk], check=False)


FAULTS = {"killed": killed, "upgraded": upgraded, "synced": synced, "full": full}


def main():
    program, named = command_line(FAULTS)
    verdicts = Verdicts()
    for name in named:
        with temporary_folder(name) as folder:
            FAULTS[name](program, folder, verdicts.told)
    sys.exit(1 if verdicts.failed else 0)


main()
