"""live.py MAILTAP FOLDER CASES - a live capture, by real mail in the place of lab.py.

CASES are names with commas between, or 'all': equal, signals, delay, reopen, rotate, kill, full, outage, clock (that
one only with LIVE_CLOCK=1, as it steps the clock of the whole machine).  FOLDER/disk is a mount point.
"""
import glob
import os
import re
import signal
import subprocess
import sys
import threading
import time

from lab import (CLIENT, CLIENT6, GRE, MASKED, SERVER, SERVER6, TAGGED, TUNNEL, TWICE, Lab, ask, sh, wait_for)

MAILTAP, FOLDER, CASES = sys.argv[1:]
SANITIZED = "sanitized" in MAILTAP
SLOWER = 4 if SANITIZED else 1
failed = []


def ok(name, text=""):
    print("  live: %s%s" % (name, ": " + text if text else ""), flush=True)


def holds(truth, name, text=""):
    if not truth:
        failed.append(name)
        print("FAILED: live: %s%s" % (name, ": " + str(text) if text != "" else ""), flush=True)
    return truth


def same(name, got, wanted):
    return holds(got == wanted, name, "%r instead of %r" % (got, wanted))


def path(name):
    return os.path.join(FOLDER, name)


def stop(p, name="end"):
    """Asked to end, it does within a second; how long it took."""
    at = time.monotonic()
    p.send_signal(signal.SIGTERM)
    try:
        same(name + ": exit status", p.wait(30), 0)
    except subprocess.TimeoutExpired:
        p.kill()
        p.wait()
        holds(False, name, "it does not end")
    took = time.monotonic() - at
    holds(took < SLOWER, name + ": within a second of SIGTERM", "%.2f s" % took)
    return took


def mailtap(*arguments):
    done = subprocess.run([MAILTAP, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def sound(db, name):
    status, text = mailtap("check", db)
    holds(status == 0, name + ": check", text[-800:])
    same(name + ": integrity", ask(db, "PRAGMA integrity_check"), [("ok",)])


# One case runs beside the others, with this client; they do not look at it.
BESIDE = TAGGED
OTHERS = "client_ip <> '%s'" % BESIDE


def count(db, where=OTHERS):
    return ask(db, "SELECT count(*) FROM v_session WHERE " + where, [(0,)])[0][0]


def ports(db, where=OTHERS):
    return sorted(ask(db, "SELECT client_ip, client_port, started_at FROM v_session WHERE " + where, []))


def arrives(db, wanted, where=OTHERS, seconds=10):
    """Until so many sessions are there; how many there were last."""
    wait_for(lambda: count(db, where) >= wanted, seconds * SLOWER)
    return count(db, where)


# ---- equal: live, and from a recording

# A session's ends.
KEY = "s.client_ip, s.client_port, s.server_ip, s.server_port, s.started_at"


TIMES = re.compile(r"(_at|_ns|_seen)$")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def columns(db, view, times):
    """All but numbers of rows, which depend on the order."""
    names = [name for (name,) in ask(db, "SELECT name FROM pragma_table_info('%s')" % view)]
    return ", ".join('v."%s"' % n for n in names
                     if not n.endswith("_id") and n != "capture_source" and (times or not TIMES.search(n)))


def rows(db, view, times=True):
    """All of a view; rows of a session are named by the session's ends."""
    key = KEY if times else KEY.rsplit(",", 1)[0]
    if view == "v_server":
        sql = "SELECT %s FROM v_server v" % columns(db, view, times)
    else:
        sql = "SELECT %s, %s FROM %s v JOIN v_session s USING (session_id)" % (key, columns(db, view, times), view)
    found = ask(db, sql)
    if not times:
        found = [tuple(MOMENT.sub("then", c) if isinstance(c, str) else c for c in row) for row in found]
    return sorted(found, key=repr)


def judged(db, log):
    """On a busy machine the second before the end may be too short for all verdicts, which is said."""
    if "not all worked out" in open(log).read():
        same("classify", mailtap("classify", "-q", db)[0], 0)


def compare(name, live, recorded, times=True):
    for view in ("v_session", "v_evidence", "v_exposure", "v_server", "v_facts"):
        a, b = rows(live, view, times), rows(recorded, view, times)
        if a != b:
            only = [r for r in a if r not in b], [r for r in b if r not in a]
            holds(False, "%s: %s of the live capture and of the recording" % (name, view),
                  "%d and %d rows, %d and %d differ\n  live only: %s\n  recorded only: %s" % (
                      len(a), len(b), *map(len, only), only[0][:2], only[1][:2]))
    return len(rows(live, "v_session"))


def equal(lab):
    lab.mirror()
    kinds = [("one worker", "span0", ["--workers", "1"], []),
             ("two workers", "span0", ["--workers", "2"], []),
             ("a filter", "span0", ["-f", "port 25 or port 2525"], ["-f", "port 25 or port 2525"]),
             ("a veth pair", "m0", [], [])]
    if SANITIZED:
        kinds = kinds[1:2]
    taps = [lab.tcpdump(i, path(i + ".pcap")) for i in ("span0", "m0")]
    running = [lab.mailtap(MAILTAP, path("equal%d.log" % n), "-i", interface, "-d", path("equal%d.db" % n), *options)
               for n, (_, interface, options, _) in enumerate(kinds)]
    sent = lab.visit_all()
    same("swaks", {k: v for k, v in sent.items() if v}, {})
    many = [(8, CLIENT, 2525, False, SERVER), (8, CLIENT, 25, True, SERVER), (3, CLIENT6, 25, True, SERVER6),
            (3, CLIENT6, 2525, False, SERVER6), (2, MASKED, 25, False, SERVER)]
    many += [(3, a, port, tls, SERVER) for a in (TAGGED, TWICE, GRE, TUNNEL) for port, tls in ((25, True), (2525, False))]
    # All at once: their frames are mixed.
    for p in [lab.sessions(*m, wait=False) for m in many]:
        same("light clients", p.wait(60), 0)
    wanted = len(sent) + sum(m[0] for m in many)
    arrives(path("equal0.db"), wanted, "1")
    time.sleep(1.6)  # tcpdump's ring is read once a second
    for p in taps:
        p.terminate()
        p.wait()
    for (name, *_), p in zip(kinds, running):
        stop(p, name)
    for n, (name, interface, _, filter_) in enumerate(kinds):
        judged(path("equal%d.db" % n), path("equal%d.log" % n))
        recorded = path("recorded%d.db" % n)
        status, text = mailtap("capture", "-q", "-r", path(interface + ".pcap"), "-d", recorded, *filter_)
        same("the recording: " + text, status, 0)
        # Frames of a veth pair are stamped by each who captures: everything but the times.
        sessions = compare(name, path("equal%d.db" % n), recorded, interface == "span0")
        if not filter_:
            same(name + ": sessions", sessions, wanted)
        sound(path("equal%d.db" % n), name)
        ok("live and recorded agree, %s" % name, "%d sessions" % sessions)
    classes = dict(ask(path("equal0.db"), "SELECT class, count(*) FROM v_session GROUP BY 1"))
    for name in ("starttls", "cleartext", "implicit-tls", "stripped"):
        holds(classes.get(name), "a session that is " + name, classes)


# ---- signals, rights


def status_of(p):
    with open("/proc/%d/status" % p.pid) as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


def signals(lab):
    db, log = path("signals.db"), path("signals.log")
    p = lab.mailtap(MAILTAP, log, "-i", "m0", "-i", "m1", "-d", db)
    s = status_of(p)
    rights = {k: s[k].strip() for k in ("CapEff", "CapPrm", "CapBnd", "NoNewPrivs", "Seccomp") if k in s}
    same("effective rights", int(s["CapEff"], 16), 0)
    same("permitted rights", int(s["CapPrm"], 16), 0)
    same("no new privileges", s["NoNewPrivs"].strip(), "1")
    same("seccomp", s["Seccomp"].strip(), "2")
    threads = glob.glob("/proc/%d/task/*/status" % p.pid)
    for task in threads:
        text = open(task).read()
        holds("CapEff:\t0000000000000000" in text and "Seccomp:\t2" in text, "rights of a thread", text[:20])
    ok("rights", "%s, uid %s, %d threads" % (rights, s["Uid"].split()[0], len(threads)))
    said_before = os.path.getsize(log)
    holds(lab.sessions(2), "two sessions")
    arrives(db, 2)
    time.sleep(1.2)  # figures are put together once a second
    p.send_signal(signal.SIGUSR1)
    page = wait_for(lambda: open(log).read()[said_before:], 5)
    time.sleep(0.2)
    page = open(log).read()[said_before:]
    holds(len(page.splitlines()) >= 3 and "m0" in page and "m1" in page, "SIGUSR1 says statistics", page)
    holds(lab.sessions(3), "three sessions")
    took = stop(p, "signals")
    # m1 sees the same frames as m0, as the middle only forwards; whether before or after m0's, nobody says.
    found = ask(db, "SELECT count(DISTINCT client_port) FROM v_session WHERE client_ip = '%s'" % CLIENT)
    same("all is stored at the end", found, [(5,)])
    same("captures", ask(db, "SELECT count(*), min(state), max(state) FROM v_capture")[0][1:], ("complete", "complete"))
    sound(db, "signals")
    ok("SIGTERM", "%.2f s, sessions that ended just before are stored" % took)


def delay(lab):
    db = path("delay.db")
    p = lab.mailtap(MAILTAP, path("delay.log"), "-i", "m0", "-d", db)
    seen = []
    for n in range(6):
        holds(lab.sessions(1) if n < 4 else lab.aborted(), "a session")
        at = time.monotonic()
        same("findings are there", arrives(db, n + 1), n + 1)
        seen.append(time.monotonic() - at)
        time.sleep(0.3 * (n % 4))
    holds(max(seen) < 2, "findings within two seconds", seen)
    stop(p, "delay")
    ok("seen by a reader after the end of the session, the last two after a reset", ", ".join("%.2f s" % s for s in seen))


# ---- databases


def reopen(lab):
    db, old = path("reopen.db"), path("reopen-old.db")
    p = lab.mailtap(MAILTAP, path("reopen.log"), "-i", "m0", "-d", db)
    holds(lab.sessions(3), "sessions")
    same("before", arrives(db, 3), 3)
    os.rename(db, old)  # and its journal stays: it is whose name is known to SQLite
    holds(lab.sessions(2), "sessions")
    p.send_signal(signal.SIGHUP)
    holds(wait_for(os.path.exists, 5, db), "a new database after SIGHUP")
    time.sleep(0.5)
    holds(lab.sessions(4), "sessions")
    arrives(db, 4)
    stop(p, "reopen")
    sound(old, "the old one")
    sound(db, "the new one")
    both = ports(old) + ports(db)
    same("each session once, in the old or the new one", (len(both), len(set(both))), (9, 9))
    holds(count(old) >= 3 and count(db) >= 4, "which", (count(old), count(db)))
    ok("SIGHUP", "%d sessions in the old database, %d in the new one" % (count(old), count(db)))


def rotate(lab):
    db, mine = path("rotate.db"), "client_ip = '%s'" % BESIDE
    p = lab.mailtap(MAILTAP, path("rotate.log"), "-i", "m0", "-d", db, "--rotate-every", "5s")
    holds(wait_for(os.path.lexists, 5, db) and os.path.islink(db), "the name is a link to what is written")
    end, n = time.monotonic() + 13, 0
    while time.monotonic() < end:
        n += 3 * lab.sessions(3, BESIDE)
        time.sleep(0.3)
    stop(p, "rotate")
    parts = sorted(glob.glob(path("rotate-*.db")))
    holds(len(parts) >= 3, "databases of five seconds in thirteen", parts)
    for part in parts:
        sound(part, os.path.basename(part))
    each = [count(part, mine) for part in parts]
    status, text = mailtap("merge", "-d", path("merged.db"), *parts)
    same("merged: " + text, status, 0)
    merged, all_ = ports(path("merged.db"), mine), sum((ports(part, "1") for part in parts), [])
    same("all sessions in the merged one, each once", (len(merged), len(set(merged))), (n, n))
    same("those of other clients, too", ports(path("merged.db"), "1"), sorted(all_))
    sound(path("merged.db"), "merged")
    ok("rotation", "%s sessions in %d databases, %d merged" % (each, len(parts), len(merged)))


def kill(lab):
    db = path("kill.db")
    p = lab.mailtap(MAILTAP, path("kill.log"), "-i", "m0", "-d", db)
    holds(lab.sessions(5), "sessions")
    arrives(db, 5)
    committed = ports(db)
    more = lab.sessions(100, wait=False)
    time.sleep(0.3)
    p.kill()
    p.wait()
    more.wait(60)
    left = ports(db)
    same("what was committed is there", [c for c in committed if c not in left], [])
    status, text = mailtap("classify", db)  # puts the journal to the file, as the next run would
    same("classify after kill -9: " + text, status, 0)
    sound(db, "after kill -9")
    again = lab.mailtap(MAILTAP, path("kill.log"), "-i", "m0", "-d", db)
    holds(lab.sessions(2), "sessions")
    same("it goes on", arrives(db, len(left) + 2), len(left) + 2)
    stop(again, "kill")
    same("and nothing is lost", [c for c in left if c not in ports(db)], [])
    sound(db, "after going on")
    ok("kill -9", "%d sessions committed, %d after going on" % (len(left), count(db)))


def full(lab):
    disk = path("disk")
    sh("mount -t tmpfs -o size=12m live %s" % disk)
    try:
        db = disk + "/full.db"
        p = lab.mailtap(MAILTAP, path("full.log"), "-i", "m0", "-d", db)
        holds(lab.sessions(3), "sessions")
        same("before", arrives(db, 3), 3)
        sh("dd if=/dev/zero of=%s/filler bs=4096" % disk, check=False)
        for source, port, tls in ((CLIENT, 2525, False), (CLIENT, 25, True), (MASKED, 25, False)) * 5:
            holds(lab.sessions(8, source, port, tls), "sessions while the disk is full")
        stuck = count(db)
        time.sleep(1.5)
        os.remove(disk + "/filler")
        now = arrives(db, 123, seconds=15)
        same("all sessions after the disk had room again", now, 123)
        stop(p, "full")
        failures = ask(db, "SELECT sum(write_failures), sum(rows_dropped) FROM v_capture")[0]
        holds(failures[0] and failures[0] > 0, "failures are counted", failures)
        same("nothing was given up", failures[1], 0)
        sound(db, "full")
        ok("disk full", "%d of 123 sessions while it was, %d after; %d failures" % (stuck, now, failures[0]))
    finally:
        sh("umount %s" % disk)


def outages(db):
    return ask(db, "SELECT sum(outages) FROM v_capture", [(None,)])[0][0] or 0


def outage(lab):
    """Alone: the others want their wire."""
    middle = "10.77.0.254"
    db, other = path("outage.db"), path("outage-both.db")
    p = lab.mailtap(MAILTAP, path("outage.log"), "-i", "m0", "-d", db)
    q = lab.mailtap(MAILTAP, path("outage.log"), "-i", "m0", "-i", "m1", "-d", other)
    holds(lab.sessions(2), "sessions")
    same("before", arrives(db, 2), 2)
    lab.ip("m", "link set m0 down")
    time.sleep(0.5)
    holds(lab.sessions(2, middle, place="m"), "sessions on the other wire")
    time.sleep(1)
    lab.ip("m", "link set m0 up")
    holds(wait_for(lab.answers, 10, CLIENT), "the wire is up")
    holds(wait_for(lambda: p.poll() is None and outages(db) >= 1, 6), "an outage is counted", outages(db))
    time.sleep(1.5)
    before = count(db)
    holds(lab.sessions(2), "sessions")
    same("after down and up", arrives(db, before + 2) - before, 2)
    lab.ip("m", "link del m0")  # and vxlan7 over it
    time.sleep(1.5)
    holds(p.poll() is None, "the interface is gone, and mailtap too", p.returncode)
    lab.front()
    holds(wait_for(lab.answers, 10, CLIENT), "the wire is there again")
    time.sleep(2.5)
    before = count(db)
    at = time.monotonic()
    holds(lab.sessions(2), "sessions")
    same("after it was made again", arrives(db, before + 2) - before, 2)
    took = time.monotonic() - at
    holds(outages(db) >= 2, "two outages", outages(db))
    n = outages(db)
    stop(p, "outage")
    stop(q, "outage of one of two")
    same("the other interface went on", count(other, "client_ip = '%s' AND messages > 0" % middle), 2)
    sound(db, "outage")
    sound(other, "outage of one of two")
    ok("interface down, up, removed, made again", "%d outages, sessions after it seen in %.1f s" % (n, took))


def clock(lab):
    db = path("clock.db")
    p = lab.mailtap(MAILTAP, path("clock.log"), "-i", "m0", "-d", db)
    n, right = 0, time.time() - time.monotonic()
    try:
        for step in ("+1 hour", "-2 hours", "+1 hour"):
            holds(lab.sessions(2), "sessions")
            half = lab.sessions(200, wait=False)  # it steps in the middle of them
            time.sleep(0.1)
            sh("date -s '%s'" % step)
            same("sessions while the clock steps", half.wait(60), 0)
            n += 202
        holds(lab.sessions(2), "sessions")
        n += 2
    finally:
        time.clock_settime(time.CLOCK_REALTIME, right + time.monotonic())
    same("all sessions, whatever the clock says", arrives(db, n), n)
    stop(p, "clock")
    sound(db, "clock")
    ok("clock steps", "%d sessions" % n)


TOGETHER = {"rotate": rotate, "signals": signals, "delay": delay, "reopen": reopen, "kill": kill, "full": full}


def guarded(case, lab):
    try:
        case(lab)
    except Exception as e:  # the others go on
        holds(False, case.__name__, repr(e)[-1500:])


def main():
    wanted = CASES.split(",") if CASES != "all" else ["equal", *TOGETHER, "outage"]
    if os.environ.get("LIVE_CLOCK") == "1":
        wanted.append("clock")
    began = time.monotonic()
    with Lab(path("lab")) as lab:
        beside = threading.Thread(target=guarded, args=(rotate, lab))
        for name in wanted:
            if name == "outage" and beside.ident:
                beside.join()  # it wants the wire
            if name == "rotate":
                beside.start()
            else:
                guarded({**TOGETHER, "equal": equal, "outage": outage, "clock": clock}[name], lab)
        if beside.ident:
            beside.join()
    if failed:
        for log in sorted(glob.glob(path("*.log"))):
            print("---- %s\n%s" % (os.path.basename(log), open(log).read()[-1500:]))
    ok("all of it", "%.0f s" % (time.monotonic() - began))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
