#!/usr/bin/python3
"""soak.py - hours of mixed mail with faults in between, watched by a live capture.

usage (as root): soak.py MAILTAP FOLDER MINUTES [--clock] [--seed N] [--rate N] [--mbit N] [--every SECONDS]
                         [--workers N] [--rotate TIME]

The place is that of lab.py; beside it a wire r0-r1 on which made captures are replayed.  --rate sessions a second go to
a real Postfix, --mbit of replayed mail come on top, and every --every seconds something goes wrong: a wire goes down,
the disk is full, a reader does not let go, somebody floods.  --clock steps the clock of the whole machine too.

FOLDER/soak.csv has a line every ten seconds, FOLDER/log what mailtap said with the time it said it, FOLDER/done the
databases, FOLDER/soak.txt what is to be said at the end.  Status 0 when nothing is wrong.
"""
import argparse
import collections
import csv
import glob
import json
import os
import queue
import random
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab as place
from lab import CLIENT, CLIENT6, MASKED, REFUSED, REMOVED, SERVER, SERVER6, TUNNEL, ask, sh, wait_for

SCENARIO = """sessions = 6000
servers = 60
clients = 300
days = 1
octets = 3000
stripped-networks = 0.05
submission = 0.1
implicit = 0.1
loss = 0.001
disorder = 0.002
duplicates = 0.002
tunnelled = 0.1
background = 0.2
"""
HOSTILE = """sessions = 1500
servers = 200
clients = 900
days = 1
octets = 2000
stripped-networks = 0.4
form-broken = 5
probes = 0.3
loss = 0.1
disorder = 0.1
duplicates = 0.1
tunnelled = 0.5
background = 0.5
"""
FAULTS = ["down", "usr1", "full", "synflood", "hup", "garbage", "reader", "hostile"]
PCAP = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)


# ---- the load, a process of its own among the clients


def visit(rng, context):
    """One session of some kind; False for those that are meant to fail."""
    kind = rng.random()
    octets = 1000000 if rng.random() < 0.002 else int(rng.expovariate(1 / 2500))
    if kind < 0.35:
        place.one_session(CLIENT, 2525, octets=octets)
    elif kind < 0.55:
        place.one_session(CLIENT, 25, octets=octets)
    elif kind < 0.70:
        place.one_session(CLIENT, 25, True, octets=octets, context=context)
    elif kind < 0.80:
        place.one_session(rng.choice([MASKED, REMOVED, REFUSED]), 25, octets=octets)
    elif kind < 0.86:
        place.one_session(TUNNEL, rng.choice([25, 2525]), octets=octets)
    elif kind < 0.92:
        place.one_session(CLIENT6, 25, rng.random() < 0.3, SERVER6, octets, context)
    elif kind < 0.95:
        with socket.create_connection((SERVER, 465), 10, (CLIENT, 0)) as s, context.wrap_socket(s) as t:
            t.sendall(b"QUIT\r\n")
            t.recv(500)
    elif kind < 0.98:
        with socket.create_connection((SERVER, 25), 10, (CLIENT, 0)) as s:
            s.recv(500)
            place.say(s, "EHLO probe.example.test")
            s.recv(500)
            if kind < 0.965:  # gone without a word, and with a reset
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False
    else:
        with socket.create_connection((SERVER, rng.choice([25, 465, 2525])), 10, (CLIENT, 0)) as s:
            s.sendall(rng.randbytes(rng.randrange(1, 4000)))
        return False
    return True


def load(rate, seed, file):
    """Prints how many went well, were meant to fail, and failed."""
    context = place.tls_context()
    done = collections.Counter()
    lock, due = threading.Lock(), queue.Queue(200)

    def work(number):
        rng = random.Random(int(seed) * 1000 + number)
        while True:
            due.get()
            try:
                what = "good" if visit(rng, context) else "odd"
            except (OSError, ValueError):
                what = "failed"
            with lock:
                done[what] += 1

    for n in range(24):
        threading.Thread(target=work, args=(n,), daemon=True).start()
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
    rng, said, at = random.Random(int(seed)), 0, time.monotonic()
    while not stopped:
        at += rng.expovariate(float(rate))
        time.sleep(max(0.0, at - time.monotonic()))
        at = max(at, time.monotonic() - 1)
        try:
            due.put_nowait(1)
        except queue.Full:
            done["late"] += 1
        if time.monotonic() > said + 2:
            said = time.monotonic()
            with open(file + ".new", "w") as f:
                json.dump(done, f)
            os.rename(file + ".new", file)
    while not due.empty():
        time.sleep(0.1)
    time.sleep(3)
    with open(file, "w") as f:
        json.dump(done, f)


# ---- hostile frames


def checksum(data):
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def segment(rng, flags, payload=b""):
    source = struct.pack(">I", 0x0A000000 | rng.getrandbits(24))
    total = 40 + len(payload)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, total, rng.getrandbits(16), 0, 64, 6, 0, source, b"\xc0\x00\x02\x01")
    ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
    tcp = struct.pack(">HHIIBBHHH", rng.randrange(1024, 65536), rng.choice([25, 587, 465, 2525]), rng.getrandbits(32),
                      rng.getrandbits(32), 0x50, flags, 65535, 0, 0)
    return b"\x02\0\0\0\0\1\x02\0\0\0\0\2\x08\0" + ip + tcp + payload


def write_frames(file, frames):
    with open(file, "wb") as f:
        f.write(PCAP)
        for n, frame in enumerate(frames):
            f.write(struct.pack("<IIII", 1000000000, n % 1000000, len(frame), len(frame)) + frame)


def make_frames(program, folder, seed):
    rng = random.Random(seed)
    write_frames(folder + "/synflood.pcap", (segment(rng, 2) for _ in range(50000)))

    def garbage():
        for _ in range(10000):
            kind, octets = rng.random(), rng.randbytes(rng.randrange(0, 1400))
            if kind < 0.5:
                yield segment(rng, rng.getrandbits(6), octets)
            elif kind < 0.8:  # a whole frame, with some octets of it changed
                frame = bytearray(segment(rng, 0x18, octets))
                for _ in range(rng.randrange(1, 6)):
                    frame[rng.randrange(len(frame))] = rng.getrandbits(8)
                yield bytes(frame)
            else:
                yield b"\x02\0\0\0\0\1\x02\0\0\0\0\2" + rng.choice([b"\x08\0", b"\x86\xdd", b"\x81\0"]) + octets + b"\0" * 46

    write_frames(folder + "/garbage.pcap", garbage())
    for name, text in (("mail", SCENARIO), ("hostile", HOSTILE)):
        with open("%s/%s.scenario" % (folder, name), "w") as f:
            f.write(text)
        subprocess.run([program, "synth", "-q", "-s", "%s/%s.scenario" % (folder, name), "--seed", str(seed), "-o",
                        "%s/%s.pcap" % (folder, name)], check=True)


# ---- the soak


class Soak:
    def __init__(self, options):
        self.o = options
        self.folder = os.path.abspath(options.folder)
        self.disk, self.done = self.folder + "/disk", self.folder + "/done"
        self.db = self.disk + "/soak.db"
        self.begun = time.monotonic()
        self.faults = []  # (when, name)
        self.lines = []  # (when, what mailtap said)
        self.samples = []  # rows of soak.csv
        self.finished = {}  # database: figures, of those that are not written any more
        self.wrong = []
        self.fault_now = ""
        self.ending = threading.Event()
        self.rng = random.Random(options.seed)

    def now(self):
        return time.monotonic() - self.begun

    def note(self, text):
        print("%7.1f  %s" % (self.now(), text), flush=True)

    def bad(self, text):
        self.wrong.append(text)
        self.note("WRONG: " + text)

    # -- what goes wrong

    def replay(self, name, *how):
        return self.lab.start("c", "tcpreplay", "-q", "--timer=nano", "-i", "r0", *how, "%s/%s.pcap" % (self.folder, name),
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def fault_down(self):
        self.lab.ip("m", "link set m0 down")
        time.sleep(10)
        self.lab.ip("m", "link set m0 up")

    def fault_full(self):
        filler = self.disk + "/filler"
        end = time.monotonic() + 30
        with open(filler, "wb", buffering=0) as f:
            while time.monotonic() < end and not self.ending.is_set():
                try:
                    f.write(bytes(65536))
                except OSError:
                    time.sleep(0.2)  # whatever becomes free is taken as well
        os.remove(filler)

    def fault_hup(self):
        self.mailtap.send_signal(signal.SIGHUP)

    def fault_usr1(self):
        said = len(self.lines)
        self.mailtap.send_signal(signal.SIGUSR1)
        time.sleep(3)
        if len(self.lines) < said + 3:
            self.bad("SIGUSR1 said nothing")

    def fault_reader(self):
        code = ("import sqlite3, sys, time; d = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True,"
                " isolation_level=None); d.execute('BEGIN'); print(d.execute('SELECT count(*) FROM session')"
                ".fetchall(), flush=True); time.sleep(600)")
        p = subprocess.Popen([sys.executable, "-c", code, self.db], stdout=subprocess.DEVNULL)
        self.ending.wait(60)
        p.kill()
        p.wait()

    def fault_synflood(self):
        self.replay("synflood", "--pps", "10000").wait()

    def fault_garbage(self):
        self.replay("garbage", "-M", "5").wait()

    def fault_hostile(self):
        self.replay("hostile", "-M", "5").wait()

    def fault_clock(self):
        sh("date -s '+90 seconds'")
        time.sleep(30)
        sh("date -s '-90 seconds'")

    def trouble(self):
        kinds = FAULTS + (["clock"] if self.o.clock else [])
        while True:
            self.rng.shuffle(kinds)
            for kind in kinds:
                if self.ending.wait(self.o.every):
                    return
                self.fault_now = kind
                self.faults.append([self.now(), self.now(), kind])
                self.note("fault: " + kind)
                getattr(self, "fault_" + kind)()
                self.faults[-1][1] = self.now()
                self.fault_now = ""

    def replays(self):
        while not self.ending.is_set():
            p = self.replay("mail", "-M", str(self.o.mbit))
            while p.poll() is None and not self.ending.wait(0.5):
                pass
            if p.poll() is None:
                p.terminate()
            p.wait()
            self.lab.running.remove(p)
            self.ending.wait(1)

    def people(self):
        """swaks, of every kind, now and then."""
        while not self.ending.wait(30):
            for p in self.lab.visits().values():
                p.wait()
                self.lab.running.remove(p)

    # -- what is seen

    def listen(self):
        with open(self.folder + "/log") as said, open(self.folder + "/log.times", "a") as timed:
            rest = ""
            while not (self.ending.is_set() and self.mailtap.poll() is not None):
                rest += said.read()
                *whole, rest = rest.split("\n")
                for line in whole:
                    self.lines.append((self.now(), line))
                    timed.write("%8.1f %s\n" % (self.now(), line))
                timed.flush()
                time.sleep(0.3)

    def databases(self):
        return sorted(f for f in glob.glob(self.disk + "/soak*.db") if not os.path.islink(f))

    def figures(self, db):
        """Of one database: its captures' counters together, and sessions of our own clients."""
        handle = sqlite3.connect("file:%s?mode=ro" % db, uri=True, timeout=10)
        try:
            handle.row_factory = sqlite3.Row
            total = collections.Counter()
            for row in handle.execute("SELECT * FROM v_capture"):
                for name in row.keys():
                    if isinstance(row[name], int) and name != "sensor":
                        total[name] += row[name]
            total["sessions"] = handle.execute("SELECT count(*) FROM session").fetchone()[0]
            total["own"] = handle.execute(
                "SELECT count(*) FROM v_session WHERE (client_ip LIKE '10.77.%' OR client_ip LIKE 'fd77:%')"
                " AND server_ip IN ('10.77.0.1', 'fd77::1') AND (messages > 0 OR tls_established)").fetchone()[0]
            return total
        finally:
            handle.close()

    def put_away(self):
        """Databases that are not written any more: checked, and moved to where there is room."""
        try:
            current = os.path.realpath(self.db)
        except OSError:
            return
        for db in self.databases():
            if db == current or time.time() - max(map(os.path.getmtime, glob.glob(db + "*"))) < 30:
                continue
            self.take(db)

    def take(self, db):
        self.examine(db)
        self.finished[os.path.basename(db)] = self.figures(db)
        for file in glob.glob(db + "*"):  # a reader that is killed may leave a log behind
            shutil.move(file, self.done)

    def examine(self, db):
        done = subprocess.run([self.o.mailtap, "check", db], capture_output=True, text=True)
        if done.returncode:
            self.bad("mailtap check %s: status %d: %s" % (db, done.returncode, (done.stdout + done.stderr)[-500:]))
        sound = ask(db, "PRAGMA integrity_check")
        if sound != [("ok",)]:
            self.bad("%s: %s" % (db, sound[:3]))
        live = ask(db, "SELECT count(*) FROM v_capture WHERE state <> 'complete'")[0][0]
        if live:
            self.bad("%s: %d captures that did not end" % (db, live))

    def status(self):
        fields = {}
        with open("/proc/%d/status" % self.mailtap.pid) as f:
            for line in f:
                name, _, value = line.partition(":")
                fields[name] = value.split()[0] if value.split() else ""
        with open("/proc/%d/stat" % self.mailtap.pid) as f:
            stat = f.read().rsplit(")", 1)[1].split()
        return int(fields["VmRSS"]), int(fields["RssAnon"]), int(fields["VmHWM"]), (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def sample(self, writer, out):
        try:
            rss, own, hwm, cpu = self.status()
        except (OSError, KeyError):
            return
        total = collections.Counter()
        for figures in self.finished.values():
            total.update(figures)
        for db in self.databases():
            try:
                total.update(self.figures(db))
            except sqlite3.Error:
                pass  # just made, or the disk is full
        try:
            sent = json.load(open(self.folder + "/load.json"))
        except (OSError, ValueError):
            sent = {}
        row = {"seconds": round(self.now(), 1), "rss_kib": rss, "anon_kib": own, "hwm_kib": hwm, "cpu_seconds": cpu,
               "frames": total["frames"], "dropped_kernel": total["frames_dropped_kernel"],
               "dropped_interface": total["frames_dropped_interface"], "sessions": total["sessions"], "own": total["own"],
               "sent": sent.get("good", 0), "sent_failed": sent.get("failed", 0), "rows_dropped": total["rows_dropped"],
               "write_failures": total["write_failures"], "outages": total["outages"],
               "database_kib": sum(os.path.getsize(f) for f in glob.glob(self.disk + "/soak*") if os.path.isfile(f)) // 1024,
               "databases": len(self.finished) + len(self.databases()), "fault": self.fault_now}
        self.samples.append(row)
        if writer[0] is None:
            writer[0] = csv.DictWriter(out, row)
            writer[0].writeheader()
        writer[0].writerow(row)
        out.flush()

    # -- from beginning to end

    def prepare(self):
        for d in (self.disk, self.done):
            os.makedirs(d, exist_ok=True)
        sh("mount -t tmpfs -o size=%dm soak %s" % (self.o.disk, self.disk))
        make_frames(self.o.mailtap, self.folder, self.o.seed)

    def begin(self):
        self.lab.ip("c", "link add r0 mtu 9000 type veth peer name r1 mtu 9000 netns %s-m" % self.lab.name,
                    "link set r0 up")
        self.lab.ip("m", "link set r1 up")
        for where in "mc":
            subprocess.run(self.lab.inside(where) + ["sysctl", "-qw", "net.ipv6.conf.all.keep_addr_on_down=1",
                                                     "net.ipv6.conf.m0.keep_addr_on_down=1"], stderr=subprocess.DEVNULL)
        self.mailtap = self.lab.mailtap(self.o.mailtap, self.folder + "/log", "-i", "m0", "-i", "r1", "-d", self.db,
                                        "--rotate-every", self.o.rotate, "--workers", str(self.o.workers))
        self.load = self.lab.start("c", sys.executable, os.path.abspath(__file__), "load", str(self.o.rate),
                                   str(self.o.seed), self.folder + "/load.json")
        self.threads = [threading.Thread(target=f, daemon=True)
                        for f in (self.listen, self.trouble, self.replays, self.people)]
        for t in self.threads:
            t.start()

    def watch(self):
        writer, end = [None], self.begun + 60 * self.o.minutes
        with open(self.folder + "/soak.csv", "w") as out:
            while time.monotonic() < end:
                time.sleep(10)
                if self.mailtap.poll() is not None:
                    self.bad("mailtap ended with status %d" % self.mailtap.returncode)
                    return
                if "full" not in self.fault_now:
                    self.put_away()
                self.sample(writer, out)

    def end(self):
        self.ending.set()
        for t in self.threads[1:]:
            t.join(120)
        self.load.terminate()
        self.load.wait()
        time.sleep(3)
        if self.mailtap.poll() is None:
            at = time.monotonic()
            self.mailtap.terminate()
            try:
                status = self.mailtap.wait(30)
            except subprocess.TimeoutExpired:
                status = "none after 30 s"
            self.ended = "status %s, %.2f s after SIGTERM" % (status, time.monotonic() - at)
            if status != 0 or time.monotonic() - at > 1.5:
                self.bad("the end: " + self.ended)
        else:
            self.ended = "too early"
        self.threads[0].join(5)
        for db in self.databases():
            self.take(db)

    def slope(self, what):
        """Of memory in the last hour, or the second half of a shorter run: percent over that time, at least squares."""
        last = self.samples[-1]["seconds"] if self.samples else 0
        since = max(last - 3600, last / 2)
        points = [(s["seconds"], s[what]) for s in self.samples if s["seconds"] >= since]
        if len(points) < 3:
            return None
        mx, my = (sum(p[i] for p in points) / len(points) for i in (0, 1))
        rise = sum((x - mx) * (y - my) for x, y in points) / sum((x - mx) ** 2 for x, _ in points)
        window = points[-1][0] - points[0][0]
        return 100 * rise * window / my, window, points[0][1], points[-1][1], min(p[1] for p in points), max(
            p[1] for p in points)

    def report(self):
        total = collections.Counter()
        for figures in self.finished.values():
            total.update(figures)
        sent = json.load(open(self.folder + "/load.json"))
        out = ["soak of %.1f minutes, seed %d" % (self.now() / 60, self.o.seed), "the end: " + self.ended,
               "databases: %d, sessions %d, frames %d, dropped by the kernel %d, by interfaces %d" % (
                   len(self.finished), total["sessions"], total["frames"], total["frames_dropped_kernel"],
                   total["frames_dropped_interface"]),
               "outages %d, write failures %d, findings given up %d" % (
                   total["outages"], total["write_failures"], total["rows_dropped"]),
               "the light clients: %s; sessions of theirs and of swaks, with mail or TLS, in the databases: %d" % (
                   ", ".join("%s %d" % kv for kv in sent.items()), total["own"])]
        if total["own"] < sent.get("good", 0):
            out.append("  that is %d less than went well" % (sent["good"] - total["own"]))
        # The ring that the kernel fills is part of the first, whatever is in it.
        for name, what in (("memory", "rss_kib"), ("memory but for files and rings", "anon_kib")):
            rise = self.slope(what)
            if rise:
                out.append("%s: %+.2f %% over the last %.0f s (%d to %d KiB, between %d and %d)" % (name, *rise))
                if abs(rise[0]) > 2:
                    self.bad("%s changed by %+.2f %%" % (name, rise[0]))
        if self.samples:
            out.append("most memory ever: %d KiB" % self.samples[-1]["hwm_kib"])
        if self.samples:
            out.append("processor: %.1f %% of one" % (100 * self.samples[-1]["cpu_seconds"] / self.samples[-1]["seconds"]))
        out.append("faults: " + ", ".join("%s %d" % kv for kv in collections.Counter(f[2] for f in self.faults).items()))
        out.append("what mailtap said, numbers as N, times, and the faults it was said in or up to 40 s after:")
        said = collections.OrderedDict()
        for when, line in self.lines:
            near = {f[2] for f in self.faults if f[0] - 1 <= when <= f[1] + 40}
            n = said.setdefault(re.sub(r"\d+(\.\d+)?", "N", line)[:150], [0, set(), False])
            n[0], n[1], n[2] = n[0] + 1, n[1] | near, n[2] or not near
        out += ["  %5d  %s  [%s]" % (n, line, ", ".join(sorted(near) + ["no fault"] * alone))
                for line, (n, near, alone) in said.items()]
        out += ["WRONG: " + w for w in self.wrong] or ["nothing is wrong"]
        with open(self.folder + "/soak.txt", "w") as f:
            f.write("\n".join(out) + "\n")
        print("\n".join(out))

    def run(self):
        try:
            self.prepare()
            with place.Lab(self.folder + "/lab") as self.lab:
                self.begin()
                self.begun = time.monotonic()
                try:
                    self.watch()
                except KeyboardInterrupt:
                    self.note("interrupted")
                self.end()
            self.report()
        finally:
            sh("umount %s" % self.disk, check=False)
        return 1 if self.wrong else 0


def main():
    if sys.argv[1:2] == ["load"]:
        return load(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("mailtap", type=os.path.abspath)
    parser.add_argument("folder")
    parser.add_argument("minutes", type=float)
    parser.add_argument("--clock", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--mbit", type=float, default=3)
    parser.add_argument("--every", type=float, default=150)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rotate", default="10m")
    parser.add_argument("--disk", type=int, default=400, help="MiB")
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    return Soak(parser.parse_args()).run()


if __name__ == "__main__":
    sys.exit(main())
