"""service.py MAILTAP FOLDER - what a service manager is told from the start of a capture to its end.

Runs in a network namespace of its own, whose loopback interface is up.
"""
import os
import re
import signal
import socket
import subprocess
import sys
import time

mailtap, folder = sys.argv[1:3]
PATIENCE = 30  # seconds; the machine may be busy
failed = 0


def check(name, good, *more):
    global failed
    if not good:
        print("FAILED:", name, *more)
        failed = 1


def hear(manager, wanted):
    """The next word of the manager's that has `wanted` in it, and how long it took."""
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE:
        try:
            said = manager.recv(4096).decode()
        except socket.timeout:
            break
        if wanted in said:
            return said, time.monotonic() - begun
    check(wanted, False, "is not said")
    return "", PATIENCE


def begin(name, config):
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(f"{folder}/{name}.socket")
    manager.settimeout(PATIENCE)
    path = f"{folder}/{name}.conf"
    with open(path, "w") as out:
        out.write(f"interface = lo\ndatabase = {folder}/{name}.db\nbuffer = 2\n{config}")
    environment = dict(os.environ, NOTIFY_SOCKET=f"{folder}/{name}.socket", WATCHDOG_USEC="1000000")
    log = open(f"{folder}/{name}.log", "w")
    return manager, subprocess.Popen([mailtap, "capture", "--config", path], stderr=log,
                                     env=environment)


def live(name, manager, process):
    ready = hear(manager, "READY=1")[0]
    check("ready", re.fullmatch(r"READY=1\nSTATUS=listening on lo; findings go to .*/%s\.db" % name,
                                ready), repr(ready))
    # Twice: the time between two of them is what counts, and the manager waits for a second.
    hear(manager, "WATCHDOG=1")
    check("the watchdog", hear(manager, "WATCHDOG=1")[1] < 5)
    process.send_signal(signal.SIGHUP)
    check("a reload", "MONOTONIC_USEC=" in hear(manager, "RELOADING=1")[0])
    check("is over", hear(manager, "READY=1")[0] == "READY=1\n")
    hear(manager, "WATCHDOG=1")
    process.send_signal(signal.SIGUSR1)
    hear(manager, "WATCHDOG=1")
    check("it goes on", process.poll() is None)
    process.send_signal(signal.SIGTERM)
    hear(manager, "STOPPING=1")
    check("the status at the end", process.wait(PATIENCE) == 0)


def run(name, config, hangup):
    manager, process = begin(name, config)
    try:
        live(name, manager, process)
    finally:
        process.kill()  # one that did not end
        manager.close()
    with open(f"{folder}/{name}.log") as said:
        log = said.read()
    for line in "listening on lo", hangup, "sessions judged in this run", "ended; findings are in":
        check("the log", line in log, f"has no '{line}' in:\n{log}")


run("plain", "", "SIGHUP: the database is opened anew")
run("turned", "rotate-every = 1w\n", "SIGHUP: the next database is begun")
sys.exit(failed)
