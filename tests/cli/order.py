"""order.py MAILTAP FOLDER ORDERS - captures in random orders and batches give the same findings.

The captures of the folder are read in one run; then in random orders (the same ones each time), each
in several runs over random batches; then classified again.  Facts, verdicts, evidence and the
comparisons of servers must be those of the one run, apart from row numbers.
"""

import glob
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time

SECONDS = 120  # for all orders: what does not fit is left out, and said
SEED = 20261125

# Who a session is, whatever its number.
KEY = "capture_source, client_ip, client_port, server_ip, server_port, started_at"


def columns(db, table, but):
    names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    return ", ".join(f'"{name}"' for name in names if name not in but)


def findings(path):
    """What must not depend on the order, as sorted rows of a name each."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        session = columns(db, "v_session", ["session_id"])
        compared = columns(db, "contrast", ["server_id", "client_id"])
        server = columns(db, "server", ["server_id"])
        questions = {
            "v_session": f"SELECT {KEY}, {session} FROM v_session",
            "v_evidence": f"SELECT {KEY}, rule, rank FROM v_evidence JOIN v_session"
                          " USING (session_id)",
            "contrast": f"SELECT server.ip, port, client.ip, {compared} FROM contrast JOIN server USING (server_id) JOIN client USING (client_id)",
            "server": f"SELECT {server} FROM server",
            "unjudged": "SELECT * FROM unjudged",
        }
        return {name: sorted(db.execute(sql).fetchall(), key=repr)
                for name, sql in questions.items()}


def differences(want, got):
    for name in want:
        lacks = [row for row in want[name] if row not in got[name]]
        more = [row for row in got[name] if row not in want[name]]
        for sign, rows in (("-", lacks), ("+", more)):
            yield from (f"{sign} {name}: {row}" for row in rows)
        if len(want[name]) != len(got[name]) and not lacks and not more:
            yield f"  {name}: {len(got[name])} rows instead of {len(want[name])}"


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if done.returncode not in (0, 3):
        sys.exit(f"FAILED: {' '.join(command)}: status {done.returncode}: {done.stdout}")


def ingest(mailtap, path, files):
    command = [mailtap, "capture", "-q", "-d", path]
    for file in files:
        command += ["-r", file]
    run(command)


def batches(rng, files):
    files = rng.sample(files, len(files))
    while files:
        n = rng.randint(1, 18)
        yield files[:n]
        files = files[n:]


def check(what, want, path):
    found = list(differences(want, findings(path)))
    if found:
        print(f"FAILED: {what}: the findings are not those of one run over all:")
        print("\n".join(found[:20]))
        sys.exit(1)


def main(mailtap, folder, orders):
    files = sorted(glob.glob(os.path.join(folder, "*.pcap")))
    begun = time.monotonic()
    if not files:
        sys.exit(f"FAILED: no captures in {folder}")
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as temp:
        one = os.path.join(temp, "one.db")
        ingest(mailtap, one, files)
        want = findings(one)
        run([mailtap, "classify", "-q", one])
        check("mailtap classify", want, one)
        for i in range(orders):
            if time.monotonic() - begun > SECONDS:
                print(f"order.sh: {i} of {orders} orders tried in {SECONDS} seconds")
                break
            rng = random.Random(SEED + i)
            path = os.path.join(temp, f"{i}.db")
            made = list(batches(rng, files))
            for batch in made:
                ingest(mailtap, path, batch)
            what = f"order {i}: " + " | ".join(
                " ".join(os.path.basename(f) for f in batch) for batch in made)
            check(what, want, path)
            run([mailtap, "classify", "-q", path])
            check(what + " | classify", want, path)
            os.remove(path)


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
