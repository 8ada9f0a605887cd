#!/usr/bin/env python3
"""Whatever the OpenAPI document allows and forbids is sent to a server of the demo province, by schemathesis, as several people (F-31).

    pip install schemathesis==4.32.5
    python3 tests/faults/contract.py [path of the program, by default target/release/ngoaivu] [user …]

EXAMPLES (default 20) cases of an operation are made up beside those of the document, for at most SECONDS_EACH (default 420) a person,
because a token lives ten minutes. What must hold: no 5xx, no status, type or body that the document does not name, and nothing that is
answered without a token. The exit code is 1 if something does not.
"""

import os
import re
import shutil
import subprocess
import sys

from harness import Server, Verdicts, command_line, temporary_folder

USERS = ["officer.snv", "clerk.skhcn", "admin", "chair", "stats", "rules", "inspector", "custodian", "police"]
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth"
# These end or lock the sign-in that asks, or belong to nobody who is signed in.
LEFT_OUT = r"^/api/v1/(auth/|me/(password|sessions|second-factor|recovery-codes|proof)|users/\{id\})"

# Its body is TOML, which the tool does not write.
PACKS = "load_regulation"


def main():
    program, users = command_line(USERS)
    tool = os.environ.get("SCHEMATHESIS") or shutil.which("st") or sys.exit("schemathesis is needed: pip install schemathesis==4.32.5")
    verdicts = Verdicts()
    for user in users:
        with temporary_folder("contract") as folder:
            server = Server(program, folder, f"{folder}/data")
            try:
                base = f"http://127.0.0.1:{server.port}"
                done = subprocess.run(
                    [tool, "run", f"{base}/openapi.json", "-H", f"Authorization: Bearer {server.token(user)}", "-c", CHECKS,
                     "--phases", "examples,coverage,fuzzing", "-n", os.environ.get("EXAMPLES", "20"), "--max-time",
                     os.environ.get("SECONDS_EACH", "420"), "--continue-on-failure", "--exclude-path-regex", LEFT_OUT, "--exclude-operation-id", PACKS, "-w", "4",
                     "--generation-deterministic", "--warnings", "off", "--no-color"],
                    capture_output=True, text=True, cwd=folder)
                cases = re.search(r"([\d,]+) generated, ([\d,]+) passed(?:, ([\d,]+) errored)?", done.stdout)
                # What the tool itself cannot do is an error of its own, and no answer of ours.
                agree = bool(cases) and cases[1] == cases[2]
                figure = f"{cases[1]} requests, {cases[3] or 0} that the tool could not make" if cases else "no requests"
                verdicts.told(f"{user}: the document and the answers agree", agree, figure)
                if not agree:
                    print(done.stdout[-6000:], done.stderr[-2000:])
                verdicts.told(f"{user}: the server lives", server.status("/healthz") == 200, f"pid {server.process.pid}")
            finally:
                server.end()
    sys.exit(1 if verdicts.failed else 0)


main()
