"""crash.py MAILTAP FOLDER DEMO TEMP ROUNDS SEED - what is left when 'mailtap capture' does not end well.

Captures of FOLDER, and longer ones made of DEMO, are analysed once undisturbed; then the run is killed
at random moments, finds others writing and reading, and has a disk (TEMP/disk) that is too small.
Whatever happened, the database opens and is sound, and the same command again ends with the rows of
the undisturbed run.  Only views are looked at, without the numbers of rows.
"""

import atexit
import collections
import concurrent.futures
import contextlib
import glob
import hashlib
import json
import os
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import threading
import time

PAGE = 4096
DAY = 86400
FULL = "disk is full"
IN_USE = "in use by another program"

MAILTAP, FOLDER, DEMO, TEMP, ROUNDS, SEED = sys.argv[1:]
ROUNDS, SEED = int(ROUNDS), int(SEED)
SANITIZED = "sanitized" in MAILTAP
SIDES = ("-wal", "-shm", "-journal")


class Failed(Exception):
    pass


def expect(truth, what):
    if not truth:
        raise Failed(what)


# ---- captures


def read_pcap(path):
    """The file's header, and (seconds, rest of the time, octets) of each frame."""
    data = open(path, "rb").read()
    frames, at = [], 24
    while at + 16 <= len(data):
        seconds, rest, kept, _ = struct.unpack_from("<IIII", data, at)
        frames.append((seconds, rest, data[at + 16:at + 16 + kept]))
        at += 16 + kept
    return data[:24], frames


def write_pcap(path, head, frames):
    with open(path, "wb") as out:
        out.write(head)
        for seconds, rest, octets in frames:
            out.write(struct.pack("<IIII", seconds, rest, len(octets), len(octets)))
            out.write(octets)


def connection(octets):
    """The two ports of an Ethernet frame that holds IPv4 or IPv6, and TCP."""
    return frozenset(struct.unpack_from(">HH", octets, 34 if octets[12:14] == b"\x08\x00" else 54))


def moved(frame, seconds, host):
    """Later, and in IPv4 between other hosts."""
    octets = bytearray(frame[2])
    if octets[12:14] == b"\x08\x00":
        octets[27] ^= host & 63
        octets[31] ^= host & 63
    return frame[0] + seconds, frame[1], bytes(octets)


class Captures:
    """`several`: captures of which some follow each other, connections going on from one to the next.
    `big`: more sessions than the database takes in one batch, nearly all of them short ones."""

    def __init__(self, folder):
        head, frames = read_pcap(DEMO)
        sizes = collections.Counter(connection(octets) for _, _, octets in frames)
        bulky, short = sizes.most_common(1)[0][0], sizes.most_common()[-1][0]
        every = [f for f in frames if connection(f[2]) != bulky]
        brief = [f for f in frames if connection(f[2]) == short]
        scale = 4 if SANITIZED else 1
        os.mkdir(folder)

        def made(name, copies, later, often=1):
            return name, [moved(f, later + 100 * k, k) for k in range(copies)
                          for f in (brief if k % often else every)]

        def write(name, some):
            write_pcap(os.path.join(folder, name), head, some)
            return os.path.join(folder, name)

        name, some = made("part", 12 // scale, DAY)
        cuts = [0, len(some) // 3 + 7, 2 * len(some) // 3 + 3, len(some)]
        self.several = sorted(glob.glob(os.path.join(FOLDER, "*.pcap")))
        self.several += [write(f"{name}{i}.pcap", some[cuts[i]:cuts[i + 1]]) for i in range(3)]
        self.several += [write(*made(f"apart{i}.pcap", 4 // scale, (2 + i) * DAY)) for i in range(3)]
        self.big = [write(*made("big.pcap", 4000 // scale, 6 * DAY, 60))]
        self.before = [write(*made("before.pcap", 8 // scale, 7 * DAY))]
        self.piece = self.big[0]


# ---- databases


@contextlib.contextmanager
def reading(path):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10, isolation_level=None)
    try:
        yield db
    finally:
        db.close()


def plain(detail):
    """Evidence without the numbers of sessions."""
    members = json.loads(detail)
    return json.dumps({name: value for name, value in members.items()
                       if name != "session" and not name.endswith(("_session", "_session_id"))})


def views(db):
    return [name for name, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'view'"
                                         " AND name LIKE 'v\\_%' ESCAPE '\\' ORDER BY 1")]


def rows(path):
    """All rows of all views as sorted text, without the numbers of rows."""
    found = {}
    with reading(path) as db:
        for view in views(db):
            names = [row[1] for row in db.execute(f"PRAGMA table_info({view})")]
            names = [n for n in names if n not in ("session_id", "sensor_mark", "local_hash") and not n.endswith("_id")]
            listed = ", ".join(f'"{n}"' for n in names)
            got = db.execute(f"SELECT {listed} FROM {view}").fetchall()
            if view == "v_evidence":
                at = names.index("detail")
                got = [row[:at] + (plain(row[at]),) + row[at + 1:] for row in got]
            found[view] = sorted(map(repr, got))
    return found


def digest(found):
    return hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()


def same(want, path, what):
    got = rows(path)
    if got == want:
        return
    told = [f"{what}: the rows are not those of the undisturbed run:"]
    for view in want:
        less = collections.Counter(want[view])
        less.subtract(got.get(view, []))
        told += [f"{'-' if n > 0 else '+'} {view}: {row}" for row, n in less.items() if n][:6]
    raise Failed("\n".join(told))


def sound(path, what):
    """Opens, and is whole.  What was left half written SQLite takes back when it may write."""
    if "-journal" in sides(path):
        status, said = mailtap("query", path, "--sql", "SELECT 1")
        expect(status == 0 or "is empty" in said, f"{what}: {sides(path)}: status {status}: {said}")
    try:
        with reading(path) as db:
            said = db.execute("PRAGMA integrity_check").fetchall()
            expect(said == [("ok",)], f"{what}: integrity_check says {said[:3]}")
            said = db.execute("PRAGMA foreign_key_check").fetchall()
            expect(not said, f"{what}: foreign_key_check says {said[:3]}")
    except sqlite3.Error as error:
        raise Failed(f"{what}: does not open: {error!r}; {sides(path)}") from error


def sides(path):
    return [s for s in SIDES if os.path.exists(path + s)]


def clean(path, what):
    expect(not sides(path), f"{what}: left behind: {sides(path)}")


def remove(path):
    for name in ("",) + SIDES:
        with contextlib.suppress(FileNotFoundError):
            os.remove(path + name)


def figures(path):
    """(captures ended, captures running, sessions, of them judged); None: no database yet."""
    if not os.path.exists(path) or os.path.getsize(path) == 0:
        return None
    with reading(path) as db:
        if "v_capture" not in views(db):
            return None
        return db.execute("SELECT (SELECT count(frames) FROM v_capture),"
                          " (SELECT count(*) - count(frames) FROM v_capture), count(*),"
                          " count(*) FILTER (WHERE class <> 'unknown') FROM v_session").fetchone()


# ---- runs


def command(path, files):
    return [MAILTAP, "capture", "-q", "-d", path] + [a for f in files for a in ("-r", f)]


def start(path, files, **more):
    return subprocess.Popen(command(path, files), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, **more)


def run(path, files):
    process = start(path, files)
    said = process.communicate()[0]
    return process.returncode, said


def run_well(path, files, what):
    status, said = run(path, files)
    expect(status == 0, f"{what}: status {status}: {said}")


def mailtap(*arguments, **more):
    done = subprocess.run([MAILTAP, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, **more)
    return done.returncode, done.stdout


class Undisturbed:
    """The files of a run, the database before it, the rows after it and the seconds it takes."""

    def __init__(self, name, files, before=None):
        self.name, self.files, self.before = name, files, before
        path = self.fresh(os.path.join(TEMP, f"undisturbed-{name}.db"))
        self.start = figures(path)
        begun = time.monotonic()
        run_well(path, files, f"undisturbed, {name}")
        self.seconds = time.monotonic() - begun
        clean(path, f"undisturbed, {name}")
        sound(path, f"undisturbed, {name}")
        self.rows, self.end, self.path = rows(path), figures(path), path

    def fresh(self, path):
        remove(path)
        if self.before:
            shutil.copyfile(self.before, path)
        return path

    def stage(self, path):
        now = figures(path)
        if now is None:
            return "no database yet"
        before = self.start or (0, 0, 0, 0)
        ended, running, sessions, judged = now
        if ended == self.end[0]:
            if now == self.end:
                return "closing" if sides(path) else "done"
            return "judging" if judged > before[3] else "before judging"
        if running:
            return "reading" + (", batches stored" if sessions > before[2] else "") + (
                ", captures ended" if ended > before[0] else "")
        return "captures ended" if ended > before[0] else "before reading"


# ---- killed


class Reader:
    """Somebody who has the database open in a transaction; `sees` None: could not open it yet."""

    def __init__(self, path):
        self.db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None,
                                  check_same_thread=False)
        self.path, self.sees = path, None
        with contextlib.suppress(sqlite3.Error):
            self.db.execute("BEGIN")
            self.sees = self.count()

    def count(self):
        return self.db.execute("SELECT (SELECT count(*) FROM v_session),"
                               " (SELECT count(*) FROM v_exposure)").fetchone()

    def close(self, what):
        try:
            if self.sees is not None:
                expect(self.count() == self.sees, f"{what}: a reader's view changed under it")
        finally:
            self.db.close()


def kill_once(u, path, rng, what, readers):
    """Start, wait and kill: the stage it was at, or None when it had ended before."""
    delay = rng.uniform(0, u.seconds)
    held = bool(readers)
    process = start(path, u.files)
    if rng.random() < 0.25:
        time.sleep(delay / 2)
        delay /= 2
        if os.path.exists(path):
            readers.append(Reader(path))
    time.sleep(delay)
    process.kill()
    said = process.communicate()[0]
    expect(process.returncode in (0, -9) or (held and IN_USE in said),
           f"{what}: status {process.returncode}: {said}")
    if rng.random() < 0.5 or "-journal" in sides(path):
        while readers:
            readers.pop().close(what)
    if os.path.exists(path):
        sound(path, what)
    return u.stage(path) if process.returncode == -9 else None


def kill_series(task):
    """Kill some runs in a row, then let one end."""
    u, number, kills = task
    rng = random.Random(SEED * 1000 + number)
    what = f"seed {SEED}, series {number} ({u.name}, {kills} kills)"
    path = u.fresh(os.path.join(TEMP, f"killed-{number}.db"))
    readers, stages = [], []
    try:
        stages = [kill_once(u, path, rng, what, readers) for _ in range(kills)]
        if readers:
            # Who reads since before there was a WAL keeps the writer out; who reads beside a writer
            # keeps the WAL there.
            status, said = run(path, u.files)
            expect(status == 0 or (status == 1 and IN_USE in said),
                   f"{what} after {stages}, with a reader: status {status}: {said}")
            while readers:
                readers.pop().close(what)
            sound(path, what)
        run_well(path, u.files, f"{what} after {stages}")
        clean(path, f"{what} after {stages}")
        sound(path, what)
        same(u.rows, path, f"{what} after {stages}")
    finally:
        for reader in readers:
            reader.db.close()
    remove(path)
    return stages


def killed(undisturbed):
    rng = random.Random(SEED)
    tasks, left = [], ROUNDS
    while left:
        kills = min(left, rng.choice((1, 1, 2, 2, 3)))
        u = undisturbed[rng.choice((0, 0, 0, 1, 1, 1, 2))]
        tasks.append((u, len(tasks), kills))
        left -= kills
    with concurrent.futures.ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        stages = [s for series in pool.map(kill_series, tasks) for s in series]
    hit = collections.Counter(s for s in stages if s)
    print(f"crash.sh: seed {SEED}: {len(stages)} kills, {sum(hit.values())} of them while running, at"
          f" {len(hit)} stages ({', '.join(f'{s}: {n}' for s, n in hit.most_common())}); the same"
          f" command again {len(tasks)} times: the same rows", flush=True)


# ---- others


def ask_all_the_while(path, over, waits):
    """Questions while somebody writes: each is answered, soon, and of one moment."""
    sql = ("SELECT (SELECT sum(mail_flows) FROM v_capture) <= (SELECT count(*) FROM v_session)"
           " AND (SELECT count(DISTINCT session_id) FROM v_exposure)"
           " <= (SELECT count(*) FROM v_session) AS sound")
    while not over.is_set():
        begun = time.monotonic()
        status, said = mailtap("query", path, "--sql", sql, "--format", "csv")
        waits.append(time.monotonic() - begun)
        if status != 0 or said.split() != ["sound", "1"]:
            waits.append(f"a question beside the writer: status {status}: {said}")
            return
        time.sleep(0.02)


def second_writer(path, files):
    begun = time.monotonic()
    for arguments in (["capture", "-q", "-d", path, "-r", files[0]], ["classify", "-q", path]):
        status, said = mailtap(*arguments)
        expect(status == 1 and "is being written by another mailtap" in said,
               f"a second writer, {arguments[0]}: status {status}: {said}")
    expect(time.monotonic() - begun < 5, "a second writer waits instead of being refused")


def with_others(captures, before):
    """A run that reads a pipe lasts as long as we want it to."""
    files = captures.several + ["-"]
    octets = open(captures.piece, "rb").read()
    paths = [os.path.join(TEMP, name) for name in ("alone.db", "others.db")]
    for path in paths:
        shutil.copyfile(before, path)
        process = subprocess.Popen(command(path, files), stdin=subprocess.PIPE)
        if path == paths[1]:
            over, waits = threading.Event(), []
            asking = threading.Thread(target=ask_all_the_while, args=(path, over, waits), daemon=True)
            asking.start()
            process.stdin.write(octets[:len(octets) // 2])
            process.stdin.flush()
            while figures(path)[1] == 0:
                expect(process.poll() is None, "the run beside others ended early")
                time.sleep(0.005)
            second_writer(path, captures.several)
            sound(path, "beside a writer")
            octets = octets[len(octets) // 2:]
        process.stdin.write(octets)
        process.stdin.close()
        expect(process.wait() == 0, f"a run beside others: status {process.returncode}")
    over.set()
    asking.join()
    expect(all(isinstance(w, float) for w in waits), waits[-1])
    # A question that was open at the very end keeps the WAL; the next writer takes it away.
    run_well(paths[1], captures.several, "after others")
    clean(paths[1], "after others")
    same(rows(paths[0]), paths[1], "a run with others about")
    print(f"crash.sh: a second writer is refused; {len(waits)} questions beside a writer, none waited"
          f" longer than {max(waits):.2f} s", flush=True)


# ---- a full disk


class Disk:
    """A small file system of its own; None of it when we may not."""

    def __init__(self, where):
        self.where = where
        self.path = os.path.join(where, "a.db")

    def mount(self, size, again=False):
        self.said = subprocess.run(
            ["mount"] + (["-o", f"remount,size={size}", self.where] if again else
                         ["-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", self.where]),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return self.said.returncode == 0

    def unmount(self):
        subprocess.run(["umount", self.where], stderr=subprocess.DEVNULL, check=False)


def too_small(disk, u, pages):
    """A run on a disk of so many pages: False when it is large enough."""
    what = f"a disk of {pages} pages"
    expect(disk.mount(pages * PAGE), f"{what}: {disk.said.stdout}")
    try:
        if u.before:
            shutil.copyfile(u.before, disk.path)
        status, said = run(disk.path, u.files)
        # Beside a WAL there is its index of 8 pages, without which SQLite does not open it.
        if os.path.exists(disk.path + "-wal") and os.path.getsize(disk.path + "-wal") == 0:
            expect(disk.mount((pages + 8) * PAGE, again=True), f"{what}: {disk.said.stdout}")
        if os.path.exists(disk.path):
            sound(disk.path, what)
        if status == 0:
            clean(disk.path, what)
        else:
            expect(status == 1 and FULL in said, f"{what}: status {status}: {said}")
            expect(disk.mount(256 << 20, again=True), f"{what}: {disk.said.stdout}")
            run_well(disk.path, u.files, f"{what}, then more")
            clean(disk.path, f"{what}, then more")
            sound(disk.path, f"{what}, then more")
        same(u.rows, disk.path, what)
        return status != 0
    finally:
        disk.unmount()


def full_disk(undisturbed):
    disk = Disk(os.path.join(TEMP, "disk"))
    if shutil.which("mount") is None or not disk.mount(PAGE):
        print("crash.sh: full disks skipped: nothing can be mounted here")
        return
    disk.unmount()
    atexit.register(disk.unmount)
    tried, told = 0, []
    for u in undisturbed:
        used = os.path.getsize(u.before) // PAGE if u.before else 0
        small, large = used, used + 3 * os.path.getsize(u.path) // PAGE + 64
        expect(not too_small(disk, u, large), "a disk of three times the database is too small")
        while large - small > 1:  # the sizes from which on it is large enough: the last page decides
            middle = (small + large) // 2
            tried += 1
            if too_small(disk, u, middle):
                small = middle
            else:
                large = middle
        sizes = {used + 1, used + 2, used + 9} | {used + (large - used) * i // 14 for i in range(1, 14)}
        sizes |= {large - i for i in range(2, 12)}
        for pages in sorted(s for s in sizes if used < s < large):
            tried += 1
            too_small(disk, u, pages)
        told.append(f"{large} pages ({u.name})")
    print(f"crash.sh: {tried} disks too small for what needs {' and '.join(told)}, then large enough:"
          " the same rows", flush=True)


# ---- the file alone


def alone(u):
    folder = os.path.join(TEMP, "alone")
    os.mkdir(folder)
    path = os.path.join(folder, "copy.db")
    shutil.copyfile(u.path, path)
    same(u.rows, path, "a copy")
    os.chmod(path, 0o444)
    os.chmod(folder, 0o555)
    os.chmod(TEMP, 0o711)
    who = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
    try:
        status, said = mailtap("query", path, "--format", "csv", "--sql",
                               "SELECT count(*) AS n FROM v_session", **who)
    except PermissionError:
        print("crash.sh: nobody may not run this program: a read-only folder was not tried")
        return
    finally:
        os.chmod(folder, 0o755)
    expect(status == 0 and said.split() == ["n", str(len(u.rows["v_session"]))],
           f"from a read-only folder: status {status}: {said}")
    same(u.rows, path, "a copy in a read-only folder")


def main():
    begun = time.monotonic()
    captures = Captures(os.path.join(TEMP, "captures"))
    before = Undisturbed("before", captures.before)
    one = Undisturbed("several captures", captures.several)
    two = Undisturbed("several more", captures.several, before.path)
    big = Undisturbed("a big capture", captures.big, before.path)
    few = Undisturbed("few captures", captures.several[-6:])
    more = Undisturbed("a few more", captures.several[-6:], before.path)
    try:
        killed([one, two, big])
        with_others(captures, before.path)
        full_disk([few, more])
        alone(big)
    except Failed as error:
        print(f"FAILED: {error}")
        sys.exit(1)
    print(f"crash.sh: {time.monotonic() - begun:.0f} seconds")


main()
