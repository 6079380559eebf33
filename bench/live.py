"""live.py MAILTAP FOLDER ROUNDS - what live.sh measures; FOLDER/mail.pcap is sent over v0 and captured on v1."""
import collections
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time

MAILTAP, FOLDER, ROUNDS = os.path.abspath(sys.argv[1]), sys.argv[2], int(sys.argv[3])
MIBS = [int(m) for m in os.environ.get("BENCH_MIBS", "2 16 64").split()]
RATES = os.environ.get("BENCH_RATES", "25 50 100 200 top 2top").split()
WORKERS = [int(w) for w in os.environ.get("BENCH_WORKERS", "1 2").split()]
CAPTURE = os.path.join(FOLDER, "mail.pcap")


def listening(log, words, p):
    for _ in range(400):
        if words in open(log).read():
            return
        if p.poll() is not None:
            break
        time.sleep(0.05)
    sys.exit("it does not capture: " + open(log).read())


def send(rate):
    """Frames sent, octets, and seconds.  2top are two senders at once, which leave no processor to who captures."""
    how = ["--topspeed"] if "top" in rate else ["--pps", str(1000 * int(rate))]
    senders = [subprocess.Popen(["tcpreplay", "-q", "--preload-pcap", "--timer=nano", *how, "-i", "v0", CAPTURE],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
               for _ in range(2 if rate == "2top" else 1)]
    packets = octets = 0
    seconds = 0.0
    for p in senders:
        text, _ = p.communicate()
        if p.returncode:
            sys.exit("tcpreplay: status %d" % p.returncode)
        packets += int(re.search(r"Successful packets:\s+(\d+)", text)[1])
        actual = re.search(r"Actual: \d+ packets \((\d+) bytes\) sent in ([\d.]+) seconds", text)
        octets += int(actual[1])
        seconds = max(seconds, float(actual[2]))
    return packets, octets, seconds


def cpu(pid):
    with open("/proc/%d/stat" % pid) as f:
        words = f.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def settled(log, p):
    """Until it has nothing more to do."""
    before = -1.0
    while p.poll() is None and cpu(p.pid) - before > 0.05:
        before = cpu(p.pid)
        time.sleep(1.2)
    return cpu(p.pid)


def tcpdump(mib, rate):
    log = os.path.join(FOLDER, "tcpdump.log")
    with open(log, "w") as out:
        p = subprocess.Popen(["tcpdump", "-Z", "root", "-n", "-i", "v1", "-B", str(1024 * mib), "-w", "/dev/null"],
                             stderr=out, stdout=out)
    listening(log, "listening on", p)
    sent = send(rate)
    used = settled(log, p)
    p.send_signal(signal.SIGINT)
    p.wait()
    text = open(log).read()
    got = int(re.search(r"(\d+) packets? captured", text)[1])
    dropped = int(re.search(r"(\d+) packets? dropped by kernel", text)[1])
    return sent, got, dropped, used


def mailtap(mib, rate, workers):
    log, db = os.path.join(FOLDER, "mailtap.log"), os.path.join(FOLDER, "bench.db")
    for end in "", "-wal", "-shm":
        if os.path.exists(db + end):
            os.remove(db + end)
    with open(log, "w") as out:
        p = subprocess.Popen([MAILTAP, "capture", "-i", "v1", "-d", db, "--buffer", str(mib), "--workers", str(workers)],
                             stderr=out, stdout=out)
    listening(log, "mailtap capture: listening on", p)
    sent = send(rate)
    used = settled(log, p)
    p.send_signal(signal.SIGINT)
    if p.wait() != 0:
        sys.exit("mailtap: " + open(log).read())
    got, dropped = sqlite3.connect(db).execute(
        "SELECT sum(frames), sum(coalesce(frames_dropped_kernel, 0)) FROM v_capture").fetchone()
    return sent, got, dropped, used


def load():
    return os.getloadavg()[0]


def main():
    print("load before: %.2f; processors: %d; frames: %s" % (load(), os.cpu_count(), os.path.getsize(CAPTURE)),
          file=sys.stderr)
    programs = [("tcpdump", lambda m, k: tcpdump(m, k))]
    programs += [("mailtap, %d worker%s" % (w, "s" * (w > 1)), lambda m, k, w=w: mailtap(m, k, w)) for w in WORKERS]
    results = collections.defaultdict(list)
    for _ in range(ROUNDS):
        for rate in RATES:
            for mib in MIBS:
                for name, run in programs:
                    (packets, octets, seconds), got, dropped, used = run(mib, rate)
                    results[rate, mib, name].append((packets, octets, seconds, got, dropped, used))
                    print("%s %d MiB, %s: sent %d in %.2f s, got %d, dropped %d, %.2f s of processor" % (
                        rate, mib, name, packets, seconds, got, dropped, used),
                        file=sys.stderr, flush=True)
    print("| rate | buffer | program | sent/s | Mbit/s | sent | received | dropped, said | missing | processor |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for (rate, mib, name), runs in results.items():
        packets, octets, seconds, got, dropped, used = (sum(r[i] for r in runs) for i in range(6))
        print("| %s | %d MiB | %s | %d | %d | %d | %d | %.3f %% | %.3f %% | %.2f us/frame |" % (
            rate if "top" in rate else rate + " 000/s", mib, name, packets / seconds, octets * 8 / seconds / 1e6, packets, got,
            100 * dropped / packets, 100 * (packets - got) / packets, 1e6 * used / max(got, 1)))
    print("\nLoad of the machine at the end: %.2f." % load())


main()
