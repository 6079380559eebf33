"""merge.py MAILTAP FOLDER ORDERS - databases merged in any order hold what one run over all holds.

The captures of the folder are read in one run; and shared out among several databases, which are
merged in random orders (the same ones each time) and merged again.  Every column of every view must
be that of the one run, apart from row numbers, sensors and hashes of addresses; and of two merges all
of them, unless two sensors analysed the same capture: then the first one's stays.  The same for copies
of which one was pruned, and for a merge that was killed again and again.
"""

import glob
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter

SECONDS = 60  # for all orders: what does not fit is left out, and said
SEED = 20261125
PARTS = 5

# Who a session is, whatever its number.
KEY = ("capture_source", "client_ip", "client_port", "server_ip", "server_port", "started_at")
OF_SENSOR = {"sensor", "sensor_mark", "local_hash"}


def without_numbers(value):
    if isinstance(value, str) and value.startswith("{"):
        return re.sub(r'("(?:\w*session)":)\d+', r"\1-", value)
    return value


def findings(path, but=()):
    """Rows of every view, their numbers replaced by what they stand for."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        views = db.execute("SELECT name FROM sqlite_schema WHERE type = 'view' AND name LIKE 'v!_%'"
                           " ESCAPE '!'").fetchall()
        who = dict((row[0], row[1:]) for row in
                   db.execute(f"SELECT session_id, {', '.join(KEY)} FROM v_session"))
        found = {"unjudged": Counter(db.execute("SELECT * FROM unjudged"))}
        for (view,) in views:
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({view})")]
            rows = Counter()
            for row in db.execute(f"SELECT * FROM {view}"):
                rows[tuple(
                    who.get(value) if name.endswith("session_id") else without_numbers(value)
                    for name, value in zip(columns, row)
                    if name.endswith("session_id") or not (name.endswith("_id") or name in but))] += 1
            found[view] = rows
        return found


def check(what, want, got):
    lines = []
    for name in want:
        lines += [f"- {name}: {row}" for row in want[name] - got[name]]
        lines += [f"+ {name}: {row}" for row in got[name] - want[name]]
    if lines:
        print(f"FAILED: {what}:")
        print("\n".join(line[:1000] for line in lines[:20]))
        sys.exit(1)


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if done.returncode not in (0, 3):
        sys.exit(f"FAILED: {' '.join(command)}: status {done.returncode}: {done.stdout}")
    return done.stdout


def sound(path):
    with sqlite3.connect(path) as db:
        for pragma in ("integrity_check", "foreign_key_check"):
            said = db.execute(f"PRAGMA {pragma}").fetchall()
            if said not in ([("ok",)], []):
                sys.exit(f"FAILED: {path}: {said}")


def ingest(mailtap, path, files):
    run(mailtap, "capture", "-q", "-d", path, *[word for file in files for word in ("-r", file)])


def orders(mailtap, temp, parts, want, count, but=()):
    begun, first = time.monotonic(), None
    for i in range(count):
        if time.monotonic() - begun > SECONDS:
            print(f"merge.sh: {i} of {count} orders tried in {SECONDS} seconds")
            break
        rng = random.Random(SEED + i)
        order = rng.sample(parts, len(parts)) + rng.sample(parts, 2)
        path = os.path.join(temp, f"order-{i}.db")
        while order:
            n = rng.randint(1, len(order))
            run(mailtap, "merge", "-q", "-d", path, *order[:n])
            order = order[n:]
        check(f"order {i}: not as one run", want, findings(path, OF_SENSOR))
        whole = findings(path, but)
        check(f"order {i}: not as the first order", first or whole, whole)
        first = first or whole
        run(mailtap, "classify", "-q", path)
        check(f"order {i}: classified again", first, findings(path, but))
        sound(path)
        os.remove(path)


def pruned(mailtap, temp, files):
    whole, part = os.path.join(temp, "whole.db"), os.path.join(temp, "part.db")
    for path in (whole, part):
        ingest(mailtap, path, files)
    with sqlite3.connect(whole) as db:
        (middle,) = db.execute("SELECT started_at FROM v_session ORDER BY started_at LIMIT 1 OFFSET"
                               " (SELECT count(*) / 2 FROM session)").fetchone()
    run(mailtap, "prune", "--before", middle[:19] + "Z", part)
    want = findings(part, OF_SENSOR)
    for sources in ((whole, part), (part, whole), (whole, part, whole, part)):
        path = os.path.join(temp, "pruned.db")
        for source in sources:
            run(mailtap, "merge", "-q", "-d", path, source)
        check(f"pruned: {sources}", want, findings(path, OF_SENSOR))
        sound(path)
        os.remove(path)


def killed(mailtap, temp, parts, want):
    path, rng = os.path.join(temp, "killed.db"), random.Random(SEED)
    for _ in range(25):
        child = subprocess.Popen([mailtap, "merge", "-q", "-d", path, *parts])
        time.sleep(rng.uniform(0, 0.05))
        child.kill()
        child.wait()
    run(mailtap, "merge", "-q", "-d", path, *parts)
    check("killed, and done again", want, findings(path, OF_SENSOR))
    sound(path)


def main(mailtap, folder, count):
    files = sorted(file for file in glob.glob(os.path.join(folder, "**", "*.pcap"), recursive=True))
    if not files:
        sys.exit(f"FAILED: no captures in {folder}")
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as temp:
        one, rng = os.path.join(temp, "one.db"), random.Random(SEED)
        ingest(mailtap, one, files)
        want = findings(one, OF_SENSOR)
        shares = [files[i::PARTS] for i in range(PARTS)]
        parts = [os.path.join(temp, f"part-{i}.db") for i in range(PARTS)]
        for part, share in zip(parts, shares):
            ingest(mailtap, part, share)
        both = os.path.join(temp, "both.db")
        run(mailtap, "merge", "-q", "-d", both, *parts[:2])
        orders(mailtap, temp, [*parts, both], want, count)
        again = os.path.join(temp, "again.db")
        ingest(mailtap, again, rng.sample(files, (len(files) + 1) // 2))
        orders(mailtap, temp, [*parts, again], want, (count + 1) // 2, OF_SENSOR)
        killed(mailtap, temp, parts, want)
        pruned(mailtap, temp, files)


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
