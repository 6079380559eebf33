"""loop.py - the loop closed: a scenario, made into captures, analysed, says what the scenario said.

    loop.py MAILTAP [SEEDS]

For each seed: the rates measured in a capture of a scenario hold the scenario's own rates in their
95 % intervals; and what `simulate` expects of the scenario under a policy is what a capture of the
scenario under that policy shows.  One in twenty misses by chance; more than chance explains is a
failure.  The seeds are fixed, and so is the result.
"""
import json
import math
import os
import subprocess
import sys
import tempfile

mailtap = sys.argv[1]
SEEDS = int(sys.argv[2]) if len(sys.argv) > 2 else 12

SCENARIO = {
    "servers": 80,
    "clients": 200,
    "sessions": 1500,
    "networks": 40,
    "days": 2,
    "octets": 500,
    "skew": 0.5,
    "offered": 0.7,
    "used": 0.85,
    "established": 0.95,
    "insisting": 0.05,
    "stripped-networks": 0.05,
}
FOLLOW = 0.5


def run(*arguments):
    done = subprocess.run([mailtap, *map(str, arguments)], stdout=subprocess.PIPE, check=True)
    return done.stdout


def write(path, seed, **more):
    with open(path, "w", encoding="utf-8") as out:
        for name, value in {**SCENARIO, "seed": seed, **more}.items():
            out.write("%s = %s\n" % (name.replace("_", "-"), value))


def captured(folder, seed, **more):
    """The database of a capture of a scenario."""
    base = os.path.join(folder, "world")
    for end in ".txt", ".pcap", ".db":
        if os.path.exists(base + end):
            os.remove(base + end)
    write(base + ".txt", seed, **more)
    run("synth", "-q", "-s", base + ".txt", "-o", base + ".pcap")
    run("capture", "-q", "-r", base + ".pcap", "-d", base + ".db")
    return base + ".db"


def asked(db, *arguments):
    return json.loads(run("query", db, *arguments, "--format", "json"))


def readable(db):
    """Share of messages readable, and its 95 % interval."""
    row = asked(db, "readable-mail")[0]
    return row["messages"] / row["of_messages_estimated"], row["messages_low"], row["messages_high"]


def simulated(folder, seed):
    """Shares readable by the name of the policy: mean, low, high."""
    path = os.path.join(folder, "plain.txt")
    write(path, seed)
    report = json.loads(
        run("simulate", "--scenario", path, "--follow", "must=%s" % FOLLOW, "--draws", 400, "-F", "json")
    )
    shares = {}
    for section in report["sections"]:
        for block in section["blocks"]:
            for f in block.get("figures", []):
                if section["name"] == "observer-1" and f["name"].endswith("-readable"):
                    shares[f["name"][4:-9]] = (f["share"], f["low"], f["high"])
    return shares


# ---- what is held by what

tried, missed = {}, {}


def check(what, held, seed, detail):
    tried[what] = tried.get(what, 0) + 1
    if not held:
        missed[what] = missed.get(what, 0) + 1
        print("  seed %d: %s: %s" % (seed, what, detail))


def holds(what, row, wanted, seed):
    check(what, row["low"] <= wanted <= row["high"], seed, "%s does not hold %s" % (row, wanted))


def agree(what, a, b, seed):
    """Two estimates, each with its interval: their difference holds 0 (MOVER)."""
    d = a[0] - b[0]
    below = math.hypot(a[0] - a[1], b[2] - b[0])
    above = math.hypot(a[2] - a[0], b[0] - b[1])
    check(what, d - below <= 0 <= d + above, seed, "%.3f (%.3f to %.3f), %.3f (%.3f to %.3f)" % (a + b))


CLIENTS = """
SELECT round(wilson_low(used, n), 4) AS low, round(wilson_high(used, n), 4) AS high
FROM (SELECT count(*) AS n, count(*) FILTER (WHERE 2 * asked > offered) AS used
      FROM (SELECT client_ip, sum(starttls_requested = 1) AS asked, count(*) AS offered
            FROM v_session WHERE starttls_offered = 1 AND class <> 'unknown'
            GROUP BY client_ip))
"""


def measured_rates(db, seed):
    servers = next(r for r in asked(db, "offered") if r["counted_by"] == "servers")
    holds("offered, by server", servers, SCENARIO["offered"], seed)
    holds("used, by client", asked(db, "--sql", CLIENTS)[0], SCENARIO["used"], seed)
    done = next(r for r in asked(db, "used") if r["what"] == "established")
    holds("established", done, SCENARIO["established"], seed)


def seed_checked(folder, seed):
    expected = simulated(folder, seed)
    db = captured(folder, seed)
    measured_rates(db, seed)
    agree("readable, as it is", readable(db), expected["observed"], seed)
    for letter in "bcd":
        db = captured(folder, seed, **{"policy_" + letter: FOLLOW})
        agree("readable, under 2." + letter, readable(db), expected[letter + "-must"], seed)


def chance(misses, n):
    """Of so many misses or more, where each has 1 in 20."""
    return sum(math.comb(n, k) * 0.05**k * 0.95 ** (n - k) for k in range(misses, n + 1))


with tempfile.TemporaryDirectory() as folder:
    for seed in range(1, SEEDS + 1):
        seed_checked(folder, seed)
failed = 0
for what in tried:
    n, k = tried[what], missed.get(what, 0)
    print("%-24s %d of %d within their 95 %% intervals" % (what, n - k, n))
    if chance(k, n) < 0.001:
        print("FAILED: %s: %d misses are no chance" % (what, k))
        failed = 1
sys.exit(failed)
