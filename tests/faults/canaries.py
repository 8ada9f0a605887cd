#!/usr/bin/env python3
"""What must be in no file: words are planted in requests, then looked for in logs, database, its log, attachments and a backup (F-34).

    python3 tests/faults/canaries.py [path of the program, by default target/release/ngoaivu]

Every line says what must hold and the figure that was seen; the exit code is 1 if one does not.
"""

import base64
import os
import secrets
import subprocess
import sys
import zipfile

from harness import PASSWORD, Server, Verdicts, command_line, temporary_folder


def places(folder):
    """Every file of the installation, with what is in it."""
    for top, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(top, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    yield os.path.relpath(path, folder), file.read()


def forms(word):
    """A word as it is, and as it could be written by somebody who did not mean to."""
    raw = word.encode()
    return {raw, raw.hex().encode(), base64.b64encode(raw).rstrip(b"=")}


def main():
    program, _ = command_line([])
    verdicts = Verdicts()
    with temporary_folder("canaries") as folder:
        # Everything that could be logged is.
        server = Server(program, folder, f"{folder}/data", NGOAIVU_LOG="trace")
        try:
            planted = {}

            def plant(what, word=None):
                planted[what] = word or f"canary{secrets.token_hex(8)}"
                return planted[what]

            signed_in = server.call("POST", "/auth/login", {"username": "clerk.skhcn", "password": PASSWORD})[1]
            token = plant("an access token", signed_in["access_token"])
            plant("a refresh token", signed_in["refresh_token"])
            server.call("POST", "/auth/login", {"username": "clerk.skhcn", "password": plant("a wrong password")})
            server.call("POST", "/auth/login", {"username": "nobody", "password": plant("the password of a mistyped name")})
            server.call("POST", "/me/password", {"current": PASSWORD, "new": plant("a new password")}, token)
            admin = server.token("admin")
            users = server.call("GET", "/users?limit=200", token=admin)[1]["items"]
            reset = next(user["id"] for user in users if user["username"] == "stats")
            once = server.call("POST", f"/users/{reset}/reset", {}, admin)[1]
            plant("a one-time token", next(v for v in once.values() if isinstance(v, str) and len(v) >= 20))
            draft = server.draft(token)
            mark = plant("the text of a state secret")
            refused = [
                server.call("POST", "/outbound-delegations", {**draft, "title": f"TỐI MẬT {mark}"}, token),
                server.call("POST", "/outbound-delegations", {**draft, "title": mark, "classification": "toi_mat"}, token),
                server.call("POST", "/outbound-delegations", {**draft, "title": "x", "note": f"MẬT\n{mark}"}, token),
            ]
            verdicts.told("three state secrets were refused", {status for status, _ in refused} == {422}, [status for status, _ in refused])
            for method, path in [("GET", f"/outbound-delegations?q={mark}"), ("GET", f"/outbound-delegations/{mark}"), ("GET", f"/nowhere/{mark}")]:
                server.call(method, path, token=token)
            server.call("POST", "/outbound-delegations", {**draft, "title": "Đoàn thật"}, token)
            # In the log a line is a line, whatever a user writes.
            server.call("POST", "/outbound-delegations", {**draft, "title": "hai\r\ndòng \x1b[31m \"x\""}, token)
            passport = plant("a passport number", f"C{secrets.randbelow(10 ** 8):08d}")
            clerk_official = server.call("GET", "/officials?limit=1", token=token)[1]["items"][0]["id"]
            server.call("POST", f"/officials/{clerk_official}/passports", {"kind": "ordinary", "number": passport, "expires_on": "2036-01-01"}, token)
            subprocess.run([program, "backup", f"{folder}/backup", "--data", f"{folder}/data"], check=True, cwd=folder,
                           env=server.environment, stdout=subprocess.DEVNULL)
            found = list(places(folder))
            # A backup is packed: what is in it is looked for as it was before.
            with zipfile.ZipFile(f"{folder}/backup") as backup:
                found += [(f"backup/{name}", backup.read(name)) for name in backup.namelist()]
            verdicts.told("files were looked through", len(found) >= 4, f"{len(found)} files, {sum(len(b) for _, b in found)} bytes")
            logs = [(name, content) for name, content in found if name.endswith(".log")]
            lines = [line for _, content in logs for line in content.splitlines()]
            verdicts.told("every line of the log is one JSON object", lines and all(line.startswith(b"{") and line.endswith(b"}") for line in lines),
                          f"{len(lines)} lines")
            for what, word in planted.items():
                where = logs if what == "a passport number" else found
                hits = [name for name, content in where if any(form in content for form in forms(word))]
                verdicts.told(f"{what} is in no {'log' if where is logs else 'file'}", not hits, f"{len(hits)} hits {hits}")
        finally:
            server.end()
    sys.exit(1 if verdicts.failed else 0)


main()
