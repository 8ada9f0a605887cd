#!/usr/bin/env python3
"""People and machines that hold connections without using them well (F-09 to F-11, F-14, F-15, F-26, F-28).

    python3 tests/faults/connections.py [path of the program, by default target/release/ngoaivu] [fault …]

Faults are `slow-heads`, `slow-bodies`, `unread`, `idle`, `flood`, `told-to-stop`, `hung-up` and `long-load`; without a name all but the last
are tried, which takes MINUTES (30). Every line says what must hold and the figure that was seen; the exit code is 1 if one
does not.
"""

import http.client
import os
import resource
import select
import signal
import socket
import struct
import sys
import threading
import time
import zlib

from harness import Server, Verdicts, Writers, command_line, percentile, received, temporary_folder, until


def opened(server, count):
    made = []
    for _ in range(count):
        made.append(socket.create_connection(("127.0.0.1", server.port)))
    return made


def closed(sockets):
    """Whether each was closed by the other side; what was sent before is thrown away."""
    ended = []
    for one in sockets:
        try:
            while select.select([one], [], [], 0)[0]:
                if not one.recv(65536):
                    ended.append(one)
                    break
        except OSError:
            ended.append(one)
    return ended


def asked(server, seconds):
    """How long new requests take, one after another, for some seconds."""
    seen, begun = [], time.monotonic()
    while time.monotonic() - begun < seconds:
        at = time.monotonic()
        status = server.status("/readyz")
        seen.append((status, time.monotonic() - at))
        time.sleep(0.01)
    return seen


def drip(server, told, name, head, count, within):
    """Connections that send one byte a second after a head."""
    before = percentile([s for _, s in asked(server, 2)], 0.99)
    sockets, begun = opened(server, count), time.monotonic()
    for one in sockets:
        one.sendall(head)
    open_ones, last, during = list(sockets), 0.0, []
    while open_ones and time.monotonic() - begun < 3 * within:
        for one in open_ones:
            try:
                one.send(b"x")
            except OSError:
                pass
        during += asked(server, 0.5)
        gone = closed(open_ones)
        if gone:
            last = time.monotonic() - begun
        open_ones = [one for one in open_ones if one not in gone]
    told(f"{name}: each of {count} is closed within {within} s", not open_ones and last <= within + 1, f"{last:.1f} s, {len(open_ones)} left")
    ratio = percentile([s for _, s in during], 0.99) / max(before, 0.01)
    told(f"{name}: others wait at most twice as long", ratio <= 2, f"p99 {ratio:.2f} times that before (never counted below 10 ms)")
    told(f"{name}: others are answered", {s for s, _ in during} == {200}, f"{len(during)} requests")


def slow_heads(server, told):
    """F-09."""
    drip(server, told, "slow heads", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ", 500, 10)


def slow_bodies(server, told):
    """F-10: the time that a body of any length has, and the least rate after it."""
    head = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    drip(server, told, "slow bodies", head, 500, 15)


def unread(server, told):
    """F-11: clients that ask for a file of 9 MiB and take nothing of it."""
    token = server.token()
    made = server.call("POST", "/outbound-delegations", {**server.draft(token), "title": "Đoàn có giấy tờ"}, token)[1]["id"]
    boundary = "xxxxxxxx"
    # A picture whose data are noise, so that it is as large as it looks.
    paper = picture(9 << 20)
    body = (f'--{boundary}\r\nContent-Disposition: form-data; name="document"\r\n\r\nother\r\n--{boundary}\r\nContent-Disposition: form-data; '
            f'name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n').encode() + paper + f"\r\n--{boundary}--\r\n".encode()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("POST", f"/api/v1/outbound-delegations/{made}/attachments", body,
                       {"Authorization": f"Bearer {token}", "Content-Type": f"multipart/form-data; boundary={boundary}"})
    status, added = received(connection)
    told("unread: a file of 9 MiB is there", status == 201, status)
    path = f"/api/v1/outbound-delegations/{made}/attachments/{added['id']}"
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    time.sleep(2)
    before, files = server.memory(), server.files()
    sockets = []
    for _ in range(100):
        one = socket.socket()
        # A small window, so that what is not read stays with the server.
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.connect(("127.0.0.1", server.port))
        one.sendall(request)
        sockets.append(one)
    begun = time.monotonic()
    time.sleep(5)
    grown, held = server.memory() - before, server.files() - files
    told("unread: memory grows by at most 50 MiB", grown <= 50 and held >= 100, f"{grown:.0f} MiB for {held} clients")
    # One that is cut still has what its kernel took before; that it is gone shows in the files of the server.
    while server.files() > files + 5 and time.monotonic() - begun < 120:
        time.sleep(0.5)
    cut = time.monotonic() - begun
    told("unread: cut after a minute", cut <= 75, f"{cut:.0f} s, {server.files() - files} of {held} left")
    for one in sockets:
        one.close()


def picture(size):
    """A PNG of about this many bytes."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    width = 2048
    rows = size // (3 * width)
    data = b"".join(b"\0" + os.urandom(3 * width) for _ in range(rows))
    head = struct.pack(">IIBBBBB", width, rows, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(data, 0)) + chunk(b"IEND", b"")


def idle(server, told):
    """F-14: ten thousand connections that ask once and stay."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    files, sockets = server.files(), []
    for _ in range(10_000):
        one = socket.create_connection(("127.0.0.1", server.port))
        one.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        one.recv(65536)
        sockets.append(one)
    held = server.files() - files
    told("idle: 10,000 connections are held", held >= 9_990, f"{held}")
    told("idle: memory stays below 400 MiB", server.memory() <= 400, f"{server.memory():.0f} MiB")
    new = asked(server, 3)
    p99 = percentile([s for _, s in new], 0.99)
    told("idle: a new request is answered within 200 ms (p99)", p99 <= 0.2 and {s for s, _ in new} == {200}, f"{p99 * 1000:.0f} ms")
    for one in sockets:
        one.close()
    begun = time.monotonic()
    while server.files() > files + 5 and time.monotonic() - begun < 30:
        time.sleep(0.1)
    told("idle: files are given back within 10 s", time.monotonic() - begun <= 10, f"{time.monotonic() - begun:.1f} s")
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def flood(server, told):
    """F-15: three times as many requests as the server can answer, without waiting for answers."""
    token = server.token()
    path = f"/api/v1/outbound-delegations?limit=50"
    head = {"Authorization": f"Bearer {token}"}

    def pulled(clients, seconds):
        """Requests by so many clients at once: statuses and seconds."""
        seen, lock, end = [], threading.Lock(), time.monotonic() + seconds

        def pull():
            mine = []
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            while time.monotonic() < end:
                begun = time.monotonic()
                try:
                    connection.request("GET", path, headers=head)
                    answer = connection.getresponse()
                    answer.read()
                    mine.append((answer.status, time.monotonic() - begun))
                except (OSError, http.client.HTTPException):
                    mine.append((0, time.monotonic() - begun))
                    connection.close()
                    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            with lock:
                seen.extend(mine)

        threads = [threading.Thread(target=pull) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return seen

    before = len([s for s, _ in pulled(8, 5) if s == 200]) / 5
    # Closed clients are an open flood once there are far more of them than can be served at once.
    during = pulled(400, 20)
    accepted = [seconds for status, seconds in during if status == 200]
    odd = sorted({status for status, _ in during} - {200, 429, 503})
    told("flood: what is not served answers 429 or 503", not odd, f"{len(during)} requests, {len(accepted)} served, others {odd}")
    told("flood: what is served is served within 2 s (p99)", bool(accepted) and percentile(accepted, 0.99) <= 2, f"{percentile(accepted, 0.99):.2f} s")
    after = len([s for s, _ in pulled(8, 5) if s == 200]) / 5
    told("flood: as fast as before within 5 s", after >= 0.95 * before, f"{after:.0f} a second, {before:.0f} before")


def told_to_stop(server, told):
    """F-26: SIGTERM while people write, again and again."""
    refused, slow, codes, late = 0, 0.0, [], 0
    stops = int(os.environ.get("STOPS", "10"))
    for _ in range(stops):
        token = server.token()
        writers = Writers([server], 10, token, server.draft(token))
        time.sleep(1)
        asked_to = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        try:
            until("not ready", lambda: server.status("/readyz", timeout=1) != 200, 1)
        except TimeoutError:
            late += 1
        codes.append(server.process.wait(timeout=40))
        slow = max(slow, time.monotonic() - asked_to)
        writers.stop()
        server.begin()
        token = server.token()
        refused += len([id for id in writers.made() if server.call("GET", f"/outbound-delegations/{id}", token=token)[0] != 200])
    told("told to stop: ends with 0 within 30 s", set(codes) == {0} and slow <= 30, f"{stops} times, slowest {slow:.1f} s, codes {sorted(set(codes))}")
    told("told to stop: not ready within 1 s", late == 0, f"{stops - late} of {stops}")
    told("told to stop: what was accepted is kept", refused == 0, f"{refused} drafts lost")


def hung_up(server, told):
    """Guesses whose connection is reset before the answer count by their address all the same (THR-03)."""
    def guess(number):
        body = '{"username":"nobody%d","password":"wrong-password-%d"}' % (number, number)
        head = ("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n")
        one = socket.create_connection(("127.0.0.1", server.port))
        one.sendall((head + body).encode())
        # Its password is being looked at.
        time.sleep(0.08)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.close()
        # One after another: who hangs up before their turn has come has tried nothing.
        time.sleep(0.3)

    for number in range(60):
        guess(number)

    def refused():
        conn = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        conn.request("POST", "/api/v1/auth/login", '{"username":"somebody","password":"another-wrong-one"}',
                     {"Content-Type": "application/json"})
        return conn.getresponse().status

    status = refused()
    told("guesses that hang up are counted by their address", status == 429, f"60 guesses, then {status}")


def long_load(server, told):
    """F-28: half an hour of reading and writing at a steady pace."""
    minutes = float(os.environ.get("MINUTES", "30"))
    token = server.token("officer.snv")
    clerk = server.token()
    writers = Writers([server], 5, clerk, server.draft(clerk), pause=0.2)
    stop, latencies, lock = threading.Event(), [], threading.Lock()
    tokens = {"now": token}

    def read():
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        while not stop.is_set():
            begun = time.monotonic()
            try:
                connection.request("GET", "/api/v1/outbound-delegations?limit=20&state=draft", headers={"Authorization": f"Bearer {tokens['now']}"})
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                connection.close()
                status = 0
            with lock:
                latencies.append((begun, time.monotonic() - begun, status))
            time.sleep(0.05)

    threads = [threading.Thread(target=read, daemon=True) for _ in range(10)]
    for thread in threads:
        thread.start()
    begun, samples = time.monotonic(), []
    while time.monotonic() - begun < minutes * 60:
        time.sleep(min(15, minutes * 6))
        tokens["now"] = server.token("officer.snv")
        samples.append((time.monotonic() - begun, server.memory(), server.files()))
    stop.set()
    writers.stop()
    # The first fifth warms caches up.
    settled = samples[len(samples) // 5:]
    slope = (settled[-1][1] - settled[0][1]) / max((settled[-1][0] - settled[0][0]) / 600, 0.01)
    told("long load: memory grows by less than 1 MiB in ten minutes", slope < 1, f"{slope:.2f} MiB in ten minutes, {settled[-1][1]:.0f} MiB")
    told("long load: files stay", settled[-1][2] <= settled[0][2] + 10, f"{settled[0][2]} then {settled[-1][2]}")
    span = minutes * 60
    early = percentile([s for at, s, _ in latencies if at - begun < span * 0.4], 0.99)
    late = percentile([s for at, s, _ in latencies if at - begun > span * 0.6], 0.99)
    told("long load: p99 drifts by less than a fifth", late <= max(early * 1.2, early + 0.005), f"{early * 1000:.1f} ms then {late * 1000:.1f} ms")
    told("long load: every read is answered", {s for _, _, s in latencies} == {200}, f"{len(latencies)} reads, {len(writers.made())} drafts")


FAULTS = {"slow-heads": slow_heads, "slow-bodies": slow_bodies, "unread": unread, "idle": idle, "flood": flood,
          "told-to-stop": told_to_stop, "hung-up": hung_up, "long-load": long_load}


def main():
    program, named = command_line(FAULTS, without=["long-load"])
    verdicts = Verdicts()
    for name in named:
        with temporary_folder(name) as folder:
            server = Server(program, folder, f"{folder}/data")
            try:
                FAULTS[name](server, verdicts.told)
            finally:
                server.end()
    sys.exit(1 if verdicts.failed else 0)


main()
