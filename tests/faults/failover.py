#!/usr/bin/env python3
"""Two servers on a PostgreSQL pair: the primary is killed under 20 writers, then one of the servers.

    python3 tests/faults/failover.py [path of the program, by default target/release/ngoaivu]

It makes a primary with a synchronous standby in a temporary folder, starts two servers on both addresses, and writes drafts
over both. Then: kill -9 of the primary, promotion of the standby, kill -9 of one server. Every line says what must hold and
the figure that was seen; the exit code is 1 if one does not. Needs PostgreSQL's programs and nothing else.
"""

import os
import signal
import sys
import time

from harness import Postgres, Server, Verdicts, Writers, command_line, temporary_folder, until

WRITERS = 20


def main():
    program, _ = command_line([])
    verdicts = Verdicts()
    told, servers, clusters = verdicts.told, [], []
    with temporary_folder("failover") as folder:
        try:
            # A write is acknowledged when the standby has it on disk, too.
            clusters.append(Postgres(folder, "a", "-c synchronous_standby_names=*"))
            clusters.append(Postgres(folder, "b", of=clusters[0]))
            primary, standby = clusters
            until("the standby is synchronous", lambda: primary.ask("select sync_state from pg_stat_replication") == "sync", 30)
            url = f"postgres://ngoaivu@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/postgres"
            for _ in range(2):
                servers.append(Server(program, folder, url))
            token = servers[0].token()
            draft = servers[0].draft(token)

            writers = Writers(servers, WRITERS, token, draft)
            time.sleep(4)
            before = len(writers.made())
            os.kill(primary.postmaster(), signal.SIGKILL)
            time.sleep(0.2)
            standby.promote()
            promoted = time.monotonic()
            first = writers.first_made_after(promoted)
            told("first draft after the promotion within 10 s", first <= 10, f"{first:.2f} s ({before} drafts before the kill)")
            time.sleep(3)
            for server in servers:
                went_on = [a for a in writers.since(promoted, server.port) if a.id]
                told("each server goes on with its process", bool(went_on) and server.process.poll() is None,
                     f"{len(went_on)} drafts, pid {server.process.pid}")
            gone = time.monotonic()
            servers[1].kill()
            until("the other server goes on", lambda: any(a.id for a in writers.since(gone, servers[0].port)), 10)
            time.sleep(1)
            others = writers.since(gone, servers[0].port)
            told("the other server goes on when one is killed", all(a.id for a in others), f"{len(others)} drafts, no refusal")
            writers.stop()

            # What a killed server did not answer is not its refusal; of the other one, no answer is a fault.
            answers = [a for a in writers.answers if a.status != 0 or a.server == servers[0].port]
            odd = sorted({a.status for a in answers} - {201, 503})
            told("no answer but 201 and 503", not odd, f"{len([a for a in answers if a.status == 503])} times 503, others {odd}")
            longest = max(a.seconds for a in answers)
            told("no answer takes longer than 5 s", longest <= 5.5, f"{longest:.2f} s")
            made = writers.made()
            lost = [id for id in made if servers[0].call("GET", f"/outbound-delegations/{id}", token=token)[0] != 200]
            told("no acknowledged draft is lost", not lost, f"{len(lost)} of {len(made)}")
            told("the trail is whole", *servers[0].verify_trail())
            twice = standby.ask("select count(*) - count(distinct title) from dossiers where title like 'Đoàn %-%'")
            told("nothing was made twice", twice == "0", f"{twice} rows, {len(made)} answered")
        finally:
            for server in servers:
                server.end()
            for cluster in clusters:
                cluster.end()
    sys.exit(1 if verdicts.failed else 0)


main()
