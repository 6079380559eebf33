"""figures.py - what files.py measured, as tables in Markdown.

A run is {"seconds", "user", "system", "peak": KiB, "status"}; status 0 is well, LATE longer than was allowed.
"""
import statistics

LATE = -1


def median(runs, of):
    """Of the runs that ended well; None when none did."""
    well = [of(r) for r in runs if r["status"] == 0]
    return statistics.median(well) if well else None


def seconds(runs):
    return median(runs, lambda r: r["seconds"])


def processor(runs):
    return median(runs, lambda r: r["user"] + r["system"])


def peak(runs):
    """The most of any run, in KiB."""
    well = [r["peak"] for r in runs if r["status"] == 0]
    return max(well) if well else None


def digits(value):
    """Three that mean something: 0.0123, 1.23, 123, 12300."""
    if value is None:
        return "-"
    if value >= 100:
        return "%d" % round(value)
    return "%.*f" % (1 if value >= 10 else 2 if value >= 1 else 3, value)


def memory(kib):
    """In MiB."""
    return "-" if kib is None else digits(kib / 1024)


def over(a, b):
    return None if a is None or not b else a / b


def failure(runs):
    """Why there is no time, in words; None when a run ended well."""
    if not runs:
        return "not run"
    if any(r["status"] == 0 for r in runs):
        return None
    worst = runs[-1]
    if worst["status"] == LATE:
        return "stopped after %d s" % round(worst["seconds"])
    if worst["status"] > 128:
        return "ended by signal %d" % (worst["status"] - 128)
    return "failed with status %d" % worst["status"]


def spread(runs):
    well = [r["seconds"] for r in runs if r["status"] == 0]
    return "%s to %s" % (digits(min(well)), digits(max(well))) if len(well) > 1 else "one run"


HEAD = ("program", "seconds", "rounds", "of the floor", "us a frame", "more us a frame", "MB/s", "processor", "peak",
        "a tenth: seconds", "for ten times it", "a tenth: peak")


def row(name, whole, tenth, floor, sizes):
    """One line of a table: sizes are (frames, octets) of the capture and of its tenth."""
    wrong = failure(whole)
    (frames, octets), (few, _) = sizes
    s, small = seconds(whole), seconds(tenth)
    more = s - small if s is not None and small is not None and s > small else None
    return [name, wrong if wrong else digits(s), "-" if wrong else spread(whole), digits(over(s, floor)),
            digits(over(s and s * 1e6, frames)), digits(over(more and more * 1e6, frames - few)),
            digits(over(octets / 1e6, s)), digits(processor(whole)), memory(peak(whole)),
            failure(tenth) or digits(small), digits(over(s, small)), memory(peak(tenth))]


def line(cells):
    return "| " + " | ".join(cells) + " |"


def table(result):
    """The table of one workload: a title, what it is, and a row for each program in the order they were run."""
    sizes = [tuple(result["sizes"]["whole"]), tuple(result["sizes"]["tenth"])]
    runs = result["runs"]
    floor = seconds(runs["whole"]["libpcap alone"])
    said = ["### %s" % result["title"], "", "%s %s frames, %s MB; a tenth: %s frames. Load %s." % (
        result["about"], format(sizes[0][0], ","), digits(sizes[0][1] / 1e6), format(sizes[1][0], ","), result["load"]),
        "", line(HEAD), line(["---"] * len(HEAD))]
    for name in runs["whole"]:
        said.append(line(row(name, runs["whole"][name], runs["tenth"].get(name, []), floor, sizes)))
    return "\n".join(said) + "\n"


def document(results):
    said = ["Made by `%s` on %s: %s processors (%s), %s." % (
        results["command"], results["date"], results["processors"], results["model"], results["versions"])]
    if results["missing"]:
        said.append("Not installed, so not measured: %s." % ", ".join(results["missing"]))
    return "\n".join(said) + "\n\n" + "\n".join(table(w) for w in results["workloads"])
