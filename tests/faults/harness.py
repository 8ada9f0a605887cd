"""What the fault scripts share: PostgreSQL of their own, servers, writers whose answers are kept, and verdicts.

Standard library only. Everything runs on the loopback address and in a temporary folder that is removed.
"""

import collections
import contextlib
import glob
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

PASSWORD = "demo-ngoaivu-2026"
CLERK = "clerk.skhcn"
# PostgreSQL refuses to run as root.
AS_USER = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if os.getuid() == 0 else []

# Drafts of the writers without their members or their version.
HALVES = ("select count(*) from dossiers d where title like 'Đoàn %-%' and (not exists (select 1 from outbound_members m "
          "where m.delegation_id = d.id) or not exists (select 1 from dossier_versions v where v.dossier_id = d.id))")

Answer = collections.namedtuple("Answer", "ended server status seconds id")


def command_line(names, without=()):
    """What the command line asks for: the program, and which of these names; all but some if it has none."""
    words = sys.argv[1:]
    programs = [word for word in words if word not in names]
    named = [word for word in words if word in names] or [name for name in names if name not in without]
    return os.path.abspath(programs[0] if programs else "target/release/ngoaivu"), named


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def postgres_programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), reverse=True)
    found += [p for p in [shutil.which("initdb")] if p]
    if not found:
        sys.exit("PostgreSQL's programs were not found")
    return os.path.dirname(found[0])


def until(what, holds, seconds):
    """Waits until something holds, and returns how long it took."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if holds():
            return time.monotonic() - begun
        time.sleep(0.02)
    raise TimeoutError(f"waited {seconds} s in vain: {what}")


class Verdicts:
    """One line a claim: whether it held, and the figure that was seen."""

    def __init__(self):
        self.failed = []

    def told(self, what, holds, figure):
        print(f"{'pass' if holds else 'FAIL'}  {what}: {figure}", flush=True)
        if not holds:
            self.failed.append(what)


@contextlib.contextmanager
def temporary_folder(name):
    folder = tempfile.mkdtemp(prefix=f"ngoaivu-{name}-")
    if AS_USER:
        shutil.chown(folder, "postgres")
    os.chmod(folder, 0o777)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Postgres:
    """A cluster in a folder; `begin` starts it again after it was stopped or killed."""

    def __init__(self, folder, name, settings="", of=None):
        self.bin, self.place, self.port = postgres_programs(), f"{folder}/{name}", free_port()
        self.log = f"{folder}/{name}.log"
        self.settings = f"-k {folder} -c listen_addresses=127.0.0.1 -c max_connections=200 -p {self.port} {settings}"
        if of is None:
            self.run("initdb", "-D", self.place, "-U", "ngoaivu", "-A", "trust", "-E", "UTF8", "--locale=C", "-k")
        else:
            self.run("pg_basebackup", "-h", "127.0.0.1", "-p", str(of.port), "-U", "ngoaivu", "-D", self.place, "-R", "-c", "fast")
        self.begin()

    def run(self, program, *arguments):
        subprocess.run([*AS_USER, f"{self.bin}/{program}", *arguments], check=True, cwd="/",
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def begin(self):
        self.run("pg_ctl", "-D", self.place, "-w", "-l", self.log, "-o", self.settings, "start")

    def stop(self, how):
        self.run("pg_ctl", "-D", self.place, "-m", how, "-w", "stop")

    def promote(self):
        self.run("pg_ctl", "-D", self.place, "-w", "promote")

    def postmaster(self):
        with open(f"{self.place}/postmaster.pid") as file:
            return int(file.readline())

    def ask(self, sql):
        told = subprocess.run(
            [f"{self.bin}/psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "ngoaivu", "-d", "postgres", "-tAc", sql],
            capture_output=True, text=True)
        return told.stdout.strip()

    def url(self):
        return f"postgres://ngoaivu@127.0.0.1:{self.port}/postgres"

    def end(self):
        if os.path.exists(f"{self.place}/postmaster.pid"):
            subprocess.run([*AS_USER, f"{self.bin}/pg_ctl", "-D", self.place, "-m", "immediate", "stop"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


class Server:
    """A server of the demo province. `place` is a `postgres://` URL or the folder of the embedded database."""

    def __init__(self, program, folder, place, **settings):
        self.program, self.folder = program, folder
        self.place = ["--database-url", place] if "://" in place else ["--data", place]
        self.environment = {**os.environ, "NGOAIVU_ATTACHMENTS": f"{folder}/attachments", "NGOAIVU_LOG": "error", **settings}
        self.log = open(f"{folder}/server-{id(self)}.log", "ab")
        self.port = free_port()
        self.begin()

    def begin(self):
        """Starts it, and returns after how many seconds it was ready."""
        begun = time.monotonic()
        command = [self.program, "demo", *self.place, "--listen", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(command, env=self.environment, cwd=self.folder,
                                        stdout=subprocess.DEVNULL, stderr=self.log)
        try:
            until("a server starts", lambda: self.status("/readyz", timeout=2) == 200 or self.process.poll() is not None, 60)
        finally:
            if self.process.poll() is not None:
                sys.exit(f"a server ended with {self.process.returncode}")
        return time.monotonic() - begun

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        if self.process.poll() is None:
            self.kill()
        self.log.close()

    def status(self, path, timeout=15):
        """Status of a plain GET; 0 if nobody answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def call(self, method, path, body=None, token=None, timeout=30, **headers):
        """Status and answer of an operation of the API; status 0 if nobody answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            send(connection, method, path, body, token, headers)
            return received(connection)
        except (OSError, ValueError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()

    def token(self, user=CLERK):
        status, signed_in = self.call("POST", "/auth/login", {"username": user, "password": PASSWORD})
        if status != 200:
            sys.exit(f"{user} could not sign in: {status}")
        return signed_in["access_token"]

    def draft(self, token):
        """The body of a trip that this clerk may draft."""
        official = self.call("GET", "/officials?limit=1", token=token)[1]["items"][0]
        return {
            "procedure": "outbound", "purpose": "study_visit", "field": "science", "capacity": "department",
            "requesting_agency_id": official["agency_id"], "classification": "unclassified",
            "inviting_party": {"name": "Tỉnh Chungbuk", "country": "KR", "kind": "locality"},
            "departure_date": "2027-03-01", "return_date": "2027-03-05", "funding": [{"source": "host"}],
            "stops": [{"country": "KR", "place": "Seoul", "from": "2027-03-01", "to": "2027-03-05"}],
            "members": [{"official_id": official["id"], "role": "head"}],
        }

    def verify_trail(self):
        """Whether the trail is whole, and what the program says of it."""
        done = subprocess.run([self.program, "audit", "verify", *self.place], capture_output=True, text=True,
                              cwd=self.folder, env=self.environment)
        said = (done.stdout.strip().splitlines() or [done.stderr.strip()])[-1]
        return done.returncode == 0, said

    def memory(self):
        """Anonymous memory, MiB."""
        return self.of_status("RssAnon:") / 1024

    def threads(self):
        return self.of_status("Threads:")

    def files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def of_status(self, name):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(name))


def send(connection, method, path, body=None, token=None, headers=None):
    sent = {"Content-Type": "application/json", **(headers or {})}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    connection.request(method, f"/api/v1{path}", json.dumps(body).encode() if body is not None else None, sent)


def received(connection):
    answer = connection.getresponse()
    text = answer.read()
    return answer.status, json.loads(text) if text and "json" in (answer.getheader("Content-Type") or "") else None


class Writers:
    """Clients that write drafts until they are stopped, and keep every answer. No answer is neither yes nor no."""

    def __init__(self, servers, count, token, draft, pause=0.0):
        self.answers, self.lock, self.stopped = [], threading.Lock(), False
        self.begun = time.monotonic()
        run = [(servers[n % len(servers)], n) for n in range(count)]
        self.threads = [threading.Thread(target=self.write, args=(s, n, token, draft, pause)) for s, n in run]
        for thread in self.threads:
            thread.start()

    def write(self, server, number, token, draft, pause):
        connection, count = None, 0
        while not self.stopped:
            count += 1
            begun = time.monotonic()
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
                send(connection, "POST", "/outbound-delegations", {**draft, "title": f"Đoàn {number}-{count}"}, token)
                status, made = received(connection)
            except (OSError, ValueError, http.client.HTTPException):
                status, made = 0, None
                if connection:
                    connection.close()
                connection = None
            now = time.monotonic()
            with self.lock:
                self.answers.append(Answer(now, server.port, status, now - begun, made["id"] if status == 201 else None))
            if status != 201:
                time.sleep(0.05)
            elif pause:
                time.sleep(pause)

    def stop(self):
        self.stopped = True
        for thread in self.threads:
            thread.join()

    def since(self, moment, server=None):
        with self.lock:
            return [a for a in self.answers if a.ended >= moment and server in (None, a.server)]

    def made(self):
        with self.lock:
            return [a.id for a in self.answers if a.id]

    def first_made_after(self, moment, seconds=60):
        """Seconds from a moment to the first draft that was acknowledged after it."""
        until("a draft is made again", lambda: any(a.id for a in self.since(moment)), seconds)
        return min(a.ended for a in self.since(moment) if a.id) - moment


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
