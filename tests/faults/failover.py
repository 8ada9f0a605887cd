#!/usr/bin/env python3
"""Two servers on a PostgreSQL pair: the primary is killed under 20 writers, then one of the servers.

    python3 tests/faults/failover.py [path of the program, by default target/release/ngoaivu]

It makes a primary with a synchronous standby in a temporary folder, starts two servers on both addresses, and writes drafts
over both. Then: kill -9 of the primary, promotion of the standby, kill -9 of one server. Every line says what must hold and
the figure that was seen; the exit code is 1 if one does not. Needs PostgreSQL's programs and nothing else.
"""

import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

WRITERS = 20
PASSWORD = "demo-ngoaivu-2026"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), reverse=True)
    found += [p for p in [shutil.which("initdb")] if p]
    if not found:
        sys.exit("PostgreSQL's programs were not found")
    return os.path.dirname(found[0])


BIN = programs()
PROGRAM = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "target/release/ngoaivu")
# PostgreSQL refuses to run as root.
AS_USER = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if os.getuid() == 0 else []


def run(*command):
    subprocess.run([*AS_USER, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


def ask(port, sql):
    told = subprocess.run(
        [f"{BIN}/psql", "-h", "127.0.0.1", "-p", str(port), "-U", "ngoaivu", "-d", "postgres", "-tAc", sql],
        capture_output=True, text=True,
    )
    return told.stdout.strip()


def until(what, holds, seconds):
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if holds():
            return time.monotonic() - begun
        time.sleep(0.02)
    sys.exit(f"waited {seconds} s in vain: {what}")


class Server:
    """One of the two servers, with its own address."""

    def __init__(self, url, folder):
        self.base = None
        environment = {**os.environ, "NGOAIVU_ATTACHMENTS": f"{folder}/attachments", "NGOAIVU_LOG": "error"}
        command = [PROGRAM, "demo", "--database-url", url, "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, env=environment, cwd=folder,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if "http://" in line:
                self.base = "http://" + line.split("http://")[1].split()[0].rstrip("/").split("/")[0]
                break
        if not self.base:
            sys.exit("a server did not start")
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def call(self, method, path, body=None, token=None):
        """Status and answer; status 0 if nobody answered."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.base}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, None
        except (OSError, ValueError):
            return 0, None


class Log:
    """What the writers saw, and when."""

    def __init__(self):
        self.lock = threading.Lock()
        self.answers = []  # (when it ended, server, status, seconds, id)
        self.stop = False

    def add(self, *answer):
        with self.lock:
            self.answers.append((time.monotonic(), *answer))

    def since(self, moment, server=None):
        with self.lock:
            return [a for a in self.answers if a[0] >= moment and server in (None, a[1])]


def write(log, server, number, token, draft):
    count = 0
    while not log.stop:
        count += 1
        begun = time.monotonic()
        status, made = server.call("POST", "/outbound-delegations", {**draft, "title": f"Đoàn {number}-{count}"}, token)
        log.add(server.base, status, time.monotonic() - begun, made["id"] if status == 201 else None)
        if status != 201:
            time.sleep(0.05)


def main():
    folder = tempfile.mkdtemp(prefix="ngoaivu-failover-")
    if AS_USER:
        shutil.chown(folder, "postgres")
    os.chmod(folder, 0o777)
    primary, standby = free_port(), free_port()
    servers, failed = [], []

    def told(what, holds, figure):
        print(f"{'pass' if holds else 'FAIL'}  {what}: {figure}", flush=True)
        if not holds:
            failed.append(what)

    try:
        run(f"{BIN}/initdb", "-D", f"{folder}/a", "-U", "ngoaivu", "-A", "trust", "-E", "UTF8", "--locale=C", "-k")
        common = f"-k {folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
        # A write is acknowledged when the standby has it on disk, too.
        run(f"{BIN}/pg_ctl", "-D", f"{folder}/a", "-w", "-l", f"{folder}/a.log", "-o",
            f"{common} -p {primary} -c synchronous_standby_names=*", "start")
        run(f"{BIN}/pg_basebackup", "-h", "127.0.0.1", "-p", str(primary), "-U", "ngoaivu", "-D", f"{folder}/b", "-R", "-c", "fast")
        run(f"{BIN}/pg_ctl", "-D", f"{folder}/b", "-w", "-l", f"{folder}/b.log", "-o", f"{common} -p {standby}", "start")
        until("the standby is synchronous", lambda: ask(primary, "select sync_state from pg_stat_replication") == "sync", 30)

        url = f"postgres://ngoaivu@127.0.0.1:{primary},127.0.0.1:{standby}/postgres"
        servers = [Server(url, folder), Server(url, folder)]
        status, signed_in = servers[0].call("POST", "/auth/login", {"username": "clerk.skhcn", "password": PASSWORD})
        token = signed_in["access_token"]
        officials = servers[0].call("GET", "/officials?limit=1", token=token)[1]["items"]
        draft = {
            "procedure": "outbound", "purpose": "study_visit", "field": "science", "capacity": "department",
            "requesting_agency_id": officials[0]["agency_id"], "classification": "unclassified",
            "inviting_party": {"name": "Tỉnh Chungbuk", "country": "KR", "kind": "locality"},
            "departure_date": "2027-03-01", "return_date": "2027-03-05", "funding": [{"source": "host"}],
            "stops": [{"country": "KR", "place": "Seoul", "from": "2027-03-01", "to": "2027-03-05"}],
            "members": [{"official_id": officials[0]["id"], "role": "head"}],
        }
        status, made = servers[0].call("POST", "/outbound-delegations", {**draft, "title": "Đoàn đầu tiên"}, token)
        if status != 201:
            sys.exit(f"a draft could not be made: {status}")

        log = Log()
        threads = [threading.Thread(target=write, args=(log, servers[n % 2], n, token, draft)) for n in range(WRITERS)]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        time.sleep(4)
        pid = int(open(f"{folder}/a/postmaster.pid").readline())
        before = len([a for a in log.since(begun) if a[2] == 201])
        killed = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.2)
        run(f"{BIN}/pg_ctl", "-D", f"{folder}/b", "-w", "promote")
        promoted = time.monotonic()
        until("a draft is made after the promotion", lambda: any(a[2] == 201 for a in log.since(promoted)), 30)
        first = min(a[0] for a in log.since(promoted) if a[2] == 201) - promoted
        told("first draft after the promotion within 10 s", first <= 10, f"{first:.2f} s ({before} drafts before the kill)")
        time.sleep(3)
        for server in servers:
            went_on = [a for a in log.since(promoted, server.base) if a[2] == 201]
            told("each server goes on with its process", bool(went_on) and server.process.poll() is None,
                 f"{len(went_on)} drafts, pid {server.process.pid}")
        gone = time.monotonic()
        servers[1].process.kill()
        servers[1].process.wait()
        until("the other server goes on", lambda: any(a[2] == 201 for a in log.since(gone, servers[0].base)), 10)
        time.sleep(1)
        others = [a for a in log.since(gone, servers[0].base)]
        told("the other server goes on when one is killed", all(a[2] == 201 for a in others), f"{len(others)} drafts, no refusal")
        log.stop = True
        for thread in threads:
            thread.join()

        # What a killed server did not answer is not its refusal; of the other one, no answer is a fault.
        answers = [a for a in log.since(begun) if a[2] != 0 or a[1] == servers[0].base]
        odd = sorted({a[2] for a in answers} - {201, 503})
        told("no answer but 201 and 503", not odd, f"{len([a for a in answers if a[2] == 503])} times 503, others {odd}")
        longest = max(a[3] for a in answers)
        told("no answer takes longer than 5 s", longest <= 5.5, f"{longest:.2f} s")
        made = [a[4] for a in answers if a[4]]
        lost = [id for id in made if servers[0].call("GET", f"/outbound-delegations/{id}", token=token)[0] != 200]
        told("no acknowledged draft is lost", not lost, f"{len(lost)} of {len(made)}")
        verified = subprocess.run([PROGRAM, "audit", "verify", "--database-url", url], capture_output=True, text=True,
                                  cwd=folder, env={**os.environ, "NGOAIVU_ATTACHMENTS": f"{folder}/attachments"})
        told("the trail is whole", verified.returncode == 0, verified.stdout.strip().splitlines()[-1] if verified.stdout else verified.stderr.strip())
        twice = ask(standby, "select count(*) - count(distinct title) from dossiers where title like 'Đoàn %-%'")
        told("nothing was made twice", twice == "0", f"{twice} rows, {len(made)} answered")
    finally:
        for server in servers:
            server.process.kill()
        for place in ["a", "b"]:
            if os.path.exists(f"{folder}/{place}/postmaster.pid"):
                subprocess.run([*AS_USER, f"{BIN}/pg_ctl", "-D", f"{folder}/{place}", "-m", "immediate", "stop"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)


main()
