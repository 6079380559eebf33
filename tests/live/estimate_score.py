#!/usr/bin/python3
"""estimate_score.py - how far the estimates of a lab capture are off, as a table.

usage: estimate_score.py [-v] ESTIMATES FOLDER...     ESTIMATES: the program made from estimates.c
"""
import json, statistics, subprocess, sys

verbose = "-v" in sys.argv
program, *folders = [a for a in sys.argv[1:] if a != "-v"]
SERVERS = {2828: "Exim", 2929: "aiosmtpd", 2626: "Postfix, CBC"}
rows, unmade = [], 0


def score(folder):
    global unmade
    truth = {(s["client_port"], s["server_port"]): s for s in json.load(open(folder + "/truth.json"))}
    run = subprocess.run([program, folder + "/all.pcap"], stdout=subprocess.PIPE, check=True)
    for text in run.stdout.decode().split():
        client, server, name, version, _, made, low, best, high, octets, auth = text.split(",")
        t = truth.get((int(client), int(server)))
        if not t:
            continue
        kind = t["client"]
        if kind == "relay":
            kind = {"exim-c": "Exim, relay", "postfix-c": "Postfix, relay"}.get(name.split(".")[0])
        if not kind:
            continue  # a client's that was not kept track of
        if made == "0":
            unmade += 1
            continue
        rows.append(dict(kind=kind, server=SERVERS.get(int(server), "Postfix"), port=int(client), true=t["messages"],
                         size=t["octets"], low=int(low), best=int(best), high=int(high), octets=int(octets),
                         auth=t["auth"] == (auth == "1"), tls="TLS 1.3" if version == "0304" else "TLS 1.2"))


for f in folders:
    score(f)


def percent(share):
    return "100 %" if share == 1 else f"{100 * share:.1f} %"


def line(name, of):
    n = len(of)
    sized = [abs(r["octets"] - r["size"]) / r["size"] for r in of if r["size"]]
    sized.sort()
    exact = sum(r["best"] == r["true"] for r in of) / n
    within = sum(r["low"] <= r["true"] <= r["high"] for r in of) / n
    error = sum(abs(r["best"] - r["true"]) for r in of) / n
    width = sum(r["high"] - r["low"] for r in of) / n
    auth = sum(r["auth"] for r in of) / n
    median = f"{100 * statistics.median(sized):.2f} %" if sized else "-"
    ninety = f"{100 * sized[min(len(sized) - 1, int(0.9 * len(sized)))]:.2f} %" if sized else "-"
    print(f"| {name} | {n} | {sum(r['true'] for r in of)} | {percent(exact)} | {percent(within)} | {width:.2f} | {error:.2f} | {median} | {ninety} | {percent(auth)} |")


print("| | sessions | messages | exact | within | width | mean error | octets: median | 90th | AUTH right |")
print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
for by in ("kind", "server", "tls"):
    for k in sorted({r[by] for r in rows}):
        line(k, [r for r in rows if r[by] == k])
line("all", rows)
print("not made:", unmade)
for r in rows:
    if verbose and (r["best"] != r["true"] or not r["low"] <= r["true"] <= r["high"] or not r["auth"]
                    or (r["size"] and abs(r["octets"] - r["size"]) / r["size"] > 0.1)):
        print(r)
