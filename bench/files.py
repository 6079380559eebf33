"""files.py BUILD - how fast mailtap reads files, beside libpcap alone and other programs.

Captures are made in BUILD/bench and kept there.  Of each workload the whole and a tenth are read: by `cat`, by
libpcap alone (floor.c), by mailtap with its findings stored, and by those of the other programs that are installed,
in turn, in several rounds.  Files were read once before, so what is measured is not the disk.

The tables are printed, as for docs/BENCHMARKS.md, and kept in BUILD/bench/tables.md; all figures are in
BUILD/bench/results.json.  In the environment:
  BENCH_SCALE      (0.05)  1 is a mail-only capture of 100,000 sessions and 1.8 GB, and others like it
  BENCH_ROUNDS     (3)
  BENCH_LIMIT      (60)    seconds that a program may take; mailtap and the floor may take ten times that
  BENCH_ONCE       (15)    another program that takes longer in the first round is not run in the others
  BENCH_WORKLOADS  (all of: mail part short open hostile tls)
  BENCH_PROGRAMS   (all)   of the others; 'none'
"""
import datetime
import json
import os
import shutil
import subprocess
import sys

import figures

HERE = os.path.dirname(os.path.abspath(__file__))
FLOOR = "libpcap alone"


class Workload:
    """A capture: of n(scale) sessions, by a command that writes it to a path."""

    def __init__(self, title, about, sessions, megabytes, how, ports="port 25", flows=False):
        self.title, self.about, self.sessions, self.megabytes = title, about, sessions, megabytes
        self.how, self.ports, self.flows = how, ports, flows

    def count(self, scale):
        return max(1, round(self.sessions * scale))


def synth(*settings):
    return lambda build, n: [build + "/mailtap", "synth", "-q", "--seed", "7", "--threads", "2", "--sessions", str(n), "-o", "-"] + [
        word for s in settings for word in ("--set", s)]


def generate(kind):
    return lambda build, n: [build + "/bench-generate", kind, str(n)]


# Megabytes at scale 1, of the whole: for the room that is wanted.
WORKLOADS = {
    "mail": Workload("Mail only", "SMTP of all kinds, four in five servers with STARTTLS.", 100000, 1900,
                     synth("octets=12000", "days=1")),
    "part": Workload("3 % mail", "Of the frames; the others are the web, in the clear and by TLS, and names asked for.",
                     1500, 1900, synth("octets=15000", "days=0.1", "background=0.97")),
    "short": Workload("Many short sessions", "A million at scale 1, each of 11 frames, which end before MAIL.",
                      1000000, 1100, synth("probes=1", "days=1", "servers=2000", "clients=20000")),
    "open": Workload("All open at once", "500,000 at scale 1, which stop behind MAIL and do not end.", 500000, 400,
                     generate("open"), flows=True),
    "hostile": Workload("Hostile", "Clients that send single octets, in disorder, and again: the same, or others.", 6000,
                        350, generate("hostile")),
    "tls": Workload("All TLS", "STARTTLS everywhere, or TLS from the first octet (three in ten).", 100000, 2300,
                    synth("octets=15000", "days=1", "offered=1", "used=1", "established=1", "stripped-networks=0",
                          "implicit=0.3", "probes=0"), ports="port 25 or port 465"),
}

# Others: what each is asked, and which of Debian's packages it is in.  All write to /dev/null, save tcpflow, whose
# product are files.
PEERS = {
    "tcpdump": ("tcpdump", "tcpdump", lambda w, path, to: ["tcpdump", "-n", "-r", path, "-w", "/dev/null"]),
    "argus": ("argus", "argus-server", lambda w, path, to: ["argus", "-X", "-r", path, "-w", "/dev/null"]),
    "ndpiReader": ("ndpiReader", "libndpi-bin", lambda w, path, to: ["ndpiReader", "-q", "-i", path]),
    "tcpflow": ("tcpflow", "tcpflow", lambda w, path, to: ["tcpflow", "-r", path, "-o", to, w.ports]),
    "mailsnarf": ("mailsnarf", "dsniff", lambda w, path, to: ["mailsnarf", "-p", path]),
    "tshark": ("tshark", "tshark", lambda w, path, to: ["tshark", "-n", "-r", path, "-Y", "smtp", "-T", "fields", "-e",
                                                         "smtp.req.command", "-e", "smtp.response.code"]),
}


def number(name, default, kind=float):
    text = os.environ.get(name, "")
    try:
        value = kind(text or default)
    except ValueError:
        value = 0
    if not value > 0:
        sys.exit("files.py: %s is a number above 0, not '%s'" % (name, text))
    return value


def chosen(name, of):
    words = os.environ.get(name, "").split()
    for word in words:
        if word not in of:
            sys.exit("files.py: %s: '%s' is none of: %s" % (name, word, " ".join(of)))
    return words or list(of)


def say(text):
    print(text, file=sys.stderr, flush=True)


class Bench:
    def __init__(self, build):
        self.build, self.folder = build, os.path.join(build, "bench")
        self.scale = number("BENCH_SCALE", 0.05)
        self.rounds = number("BENCH_ROUNDS", 3, int)
        self.limit = number("BENCH_LIMIT", 60, int)
        self.once = number("BENCH_ONCE", 15)
        self.workloads = chosen("BENCH_WORKLOADS", WORKLOADS)
        wanted = [] if os.environ.get("BENCH_PROGRAMS") == "none" else chosen("BENCH_PROGRAMS", PEERS)
        # argus and others are in /usr/sbin, which is in nobody's path but root's.
        os.environ["PATH"] += ":/usr/sbin:/sbin"
        self.peers = [p for p in wanted if shutil.which(PEERS[p][0])]
        self.missing = ["%s (package %s)" % (p, PEERS[p][1]) for p in wanted if p not in self.peers]
        os.makedirs(self.folder, exist_ok=True)
        needed = sum(WORKLOADS[w].megabytes for w in self.workloads) * 1.2 * self.scale
        free = shutil.disk_usage(self.folder).free / 1e6
        if free < needed + 1000:
            sys.exit("files.py: %s has room for %d MB; the captures may take %d" % (self.folder, free, needed))

    def capture(self, name, scale):
        """The path of a capture, made unless the same command made it before."""
        w = WORKLOADS[name]
        command = w.how(self.build, w.count(scale))
        path = os.path.join(self.folder, "%s-%d.pcap" % (name, w.count(scale)))
        recipe = path + ".made"
        if os.path.exists(path) and os.path.exists(recipe) and open(recipe).read() == " ".join(command):
            return path
        say("making %s" % os.path.basename(path))
        with open(path + ".part", "wb") as f:
            subprocess.run(command, stdout=f, check=True)
        os.replace(path + ".part", path)
        with open(recipe, "w") as f:
            f.write(" ".join(command))
        return path

    def size(self, path):
        """Frames, and octets of the file."""
        text = subprocess.run([self.build + "/bench-floor", path], check=True, stdout=subprocess.PIPE, text=True).stdout
        return int(text.split()[0]), os.path.getsize(path)

    def run(self, command, limit):
        text = subprocess.run([self.build + "/bench-run", str(limit)] + command, check=True, stdout=subprocess.PIPE,
                              text=True).stdout
        words = text.split()
        return {"seconds": float(words[0]), "user": float(words[1]), "system": float(words[2]), "peak": int(words[3]),
                "status": int(words[4])}

    def mailtap(self, w, path, frames, scale):
        """One run, with a new database; what it read is compared with what there is."""
        db = os.path.join(self.folder, "bench.db")
        for end in "", "-wal", "-shm":
            if os.path.exists(db + end):
                os.remove(db + end)
        command = [self.build + "/mailtap", "capture", "-q", "-r", path, "-d", db]
        if w.flows:
            command += ["--max-flows", str(max(1048576, 2 * w.count(scale)))]
        run = self.run(command, 10 * self.limit)
        if run["status"] == 0:
            text = subprocess.run([self.build + "/mailtap", "query", db, "-F", "csv", "--sql",
                                   "SELECT sum(frames), (SELECT count(*) FROM session) FROM v_capture"],
                                  check=True, stdout=subprocess.PIPE, text=True).stdout
            read, sessions = (int(n) for n in text.split("\n")[1].split(","))
            if read != frames or not sessions:
                sys.exit("files.py: %s has %d frames, mailtap read %d of them and found %d sessions" % (
                    path, frames, read, sessions))
        return run

    def peer(self, name, w, path):
        to = os.path.join(self.folder, "flows")
        shutil.rmtree(to, ignore_errors=True)
        run = self.run(PEERS[name][2](w, path, to), self.limit)
        shutil.rmtree(to, ignore_errors=True)
        return run

    def one(self, program, w, path, frames, scale):
        if program == "cat":
            return self.run(["cat", path], 10 * self.limit)
        if program == FLOOR:
            return self.run([self.build + "/bench-floor", path], 10 * self.limit)
        if program == "mailtap":
            return self.mailtap(w, path, frames, scale)
        return self.peer(program, w, path)

    def again(self, program, runs):
        """Whether another round is worth its time."""
        return program not in self.peers or not runs or (
            runs[0]["status"] == 0 and runs[0]["seconds"] <= self.once)

    def measure(self, name):
        w, programs = WORKLOADS[name], ["cat", FLOOR, "mailtap"] + self.peers
        scales = {"whole": self.scale, "tenth": self.scale / 10}
        paths = {part: self.capture(name, scale) for part, scale in scales.items()}
        sizes = {part: self.size(path) for part, path in paths.items()}
        runs = {part: {program: [] for program in programs} for part in scales}
        loads = [os.getloadavg()[0]]
        for turn in range(self.rounds):
            for program in programs:
                for part in "tenth", "whole":
                    done = runs[part][program]
                    if self.again(program, done):
                        done.append(self.one(program, w, paths[part], sizes[part][0], scales[part]))
                        say("%s, round %d, %s, %s: %.3f s, %d KiB, status %d" % (
                            name, turn + 1, part, program, done[-1]["seconds"], done[-1]["peak"], done[-1]["status"]))
            loads.append(os.getloadavg()[0])
        return {"name": name, "title": w.title, "about": w.about, "sizes": sizes, "runs": runs,
                "load": "%.1f to %.1f" % (min(loads), max(loads))}

    def machine(self):
        with open("/proc/cpuinfo") as f:
            models = [line.split(":", 1)[1].strip() for line in f if line.startswith("model name")]
        say_set = ["%s=%s" % (k, "'%s'" % v if " " in v else v) for k, v in sorted(os.environ.items())
                   if k.startswith("BENCH_")]
        version = subprocess.run([self.build + "/mailtap", "--version"], stdout=subprocess.PIPE, text=True).stdout
        return {"command": " ".join(say_set + ["make bench"]), "processors": os.cpu_count(),
                "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
                "model": models[0] if models else "unknown", "versions": version.split("\n")[0],
                "missing": self.missing, "workloads": []}


def keep(bench, results):
    with open(os.path.join(bench.folder, "results.json"), "w") as f:
        json.dump(results, f, indent=1)
    with open(os.path.join(bench.folder, "tables.md"), "w") as f:
        f.write(figures.document(results))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    bench = Bench(os.path.abspath(sys.argv[1]))
    for peer in bench.missing:
        say("not installed, so not measured: %s" % peer)
    results = bench.machine()
    keep(bench, results)  # those of an earlier run are not taken for this one's
    for name in bench.workloads:
        results["workloads"].append(bench.measure(name))
        keep(bench, results)  # what was measured stays, also when the rest is not
    print(figures.document(results), end="")


main()
