"""report.py - the report in its formats against each other, and of a database that means harm.

    report.py MAILTAP FOLDER        FOLDER holds demo.db, and text.1, json.1, html.1 of it

Leaves FOLDER/hostile.html.
"""
import html.parser
import json
import re
import shutil
import sqlite3
import subprocess
import sys

mailtap, folder = sys.argv[1:]
failed = 0
HOME = "10.77.2.0/24,fd77:2::/64"


def fail(what):
    global failed
    failed = 1
    print("FAILED: %s" % what)


def run(*arguments):
    done = subprocess.run([mailtap, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        fail("%s: status %d: %s" % (arguments, done.returncode, done.stderr[:300]))
    return done.stdout


# ---- the page, read


class Page(html.parser.HTMLParser):
    """Sections by their id, each a list of tables, each a list of rows of texts; all tags there are."""

    VOID = {"meta", "br", "hr", "link"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.sections, self.tags, self.open, self.attributes = {}, set(), [], []
        self.texts = {}
        self.section = self.cell = None
        self.feed(text)
        self.close()
        if self.open:
            fail("not closed: %s" % self.open)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attributes]
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "section":
            self.section = dict(attributes)["id"]
            self.sections[self.section] = []
            self.texts[self.section] = ""
        elif self.section and tag == "table":
            self.sections[self.section].append([])
        elif self.section and tag == "tr":
            self.sections[self.section][-1].append([])
        elif self.section and tag in ("td", "th"):
            self.cell = ""

    def handle_startendtag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attributes]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            fail("</%s> closes something else" % tag)
        if tag in ("td", "th") and self.cell is not None:
            self.sections[self.section][-1][-1].append(" ".join(self.cell.split()))
            self.cell = None
        elif tag == "section":
            self.section = None

    def handle_data(self, text):
        if self.cell is not None:
            self.cell += text
        if self.section:
            self.texts[self.section] += text


# ---- the same numbers everywhere


def number(n):
    return "{:,}".format(n)


def figure_text(f):
    about = "about " if f["estimated"] else ""
    if f["of"] is None:
        return about + number(f["count"]) + (" " + f["unit"] if f["unit"] else "")
    text = "%s of %s%s" % (number(f["count"]), about, number(f["of"]))
    if f["unit"]:
        text += " " + f["unit"]
    if f["of"] >= 20:
        text += " (%.1f %%" % (100 * f["count"] / f["of"])
        if f["low"] is not None:
            text += ", %.1f to %.1f" % (100 * f["low"], 100 * f["high"])
        text += ")"
    return text


def squeezed(text):
    return " ".join(text.split())


# Tables that say it for eyes.
TABLES = {"certificates-failed", "certificates-expiring"}


def quiet(f):
    return f["count"] == 0 or f["name"] in TABLES


def check_figure(f, text, tables, where):
    said = squeezed("%s %s" % (f["label"], figure_text(f)))
    seen = said in text
    numbers = {number(f["count"])} | ({number(f["of"])} if f["of"] is not None else set())
    on_page = any(
        squeezed(f["label"]) in row and numbers <= {cell.replace("about ", "") for cell in row}
        for table in tables
        for row in table
    )
    if seen != on_page or (not seen and not quiet(f)):
        fail("%s: '%s' stands %s in text, %s on the page" % (where, said, seen, on_page))
    return seen


def check_table(block, tables, where):
    for row in block["rows"]:
        cells = [number(v) if isinstance(v, int) else squeezed(v) for v in row.values()]
        if not any(r == cells for table in tables for r in table):
            fail("%s: %s is not on the page" % (where, cells))


def check_series(block, text, tables, where):
    for i, place in enumerate(block["places"]):
        cells = [place] + [number(line["values"][i]) for line in block["lines"]]
        if i >= len(block["places"]) - 14 and squeezed(" ".join(cells)) not in text:
            fail("%s: %s is not in the text" % (where, cells))
        if not any(r[: len(cells)] == cells for table in tables for r in table):
            fail("%s: %s is not on the page" % (where, cells))


def counts_of(answers):
    return {v for a in answers.values() for row in a["rows"] for v in row.values() if v is not None}


def check_formats():
    report = json.load(open(folder + "/json.1", encoding="utf-8"))
    text = squeezed(open(folder + "/text.1", encoding="utf-8").read())
    page = Page(open(folder + "/html.1", encoding="utf-8").read())
    known, seen = counts_of(report["answers"]), 0
    for section in report["sections"]:
        tables = page.sections.get(section["name"], [])
        for block in section["blocks"]:
            where = "%s/%s" % (section["name"], block.get("name", ""))
            if block["kind"] == "text":
                if squeezed(block["text"]) not in text:
                    fail("%s: not in the text: %s" % (where, block["text"]))
                if squeezed(block["text"]) not in squeezed(page.texts.get(section["name"], "")):
                    fail("%s: not on the page: %s" % (where, block["text"]))
            elif block["kind"] == "figures":
                for f in block["figures"]:
                    seen += check_figure(f, text, tables, where)
                    if f["share"] is not None and abs(f["share"] - f["count"] / f["of"]) > 1e-12:
                        fail("%s: %s: the share is another" % (where, f["name"]))
            elif block["kind"] == "table":
                check_table(block, tables, where)
            else:
                check_series(block, text, tables, where)
    if seen < 50:
        fail("only %d figures were compared" % seen)
    names = [f["name"] for s in report["sections"] for b in s["blocks"] for f in b.get("figures", [])]
    named = [n for n in names if n]
    if len(named) != len(set(named)):
        fail("figures of the same name")
    return report, known


def check_answers(report):
    for name, answer in report["answers"].items():
        arguments = ["query", folder + "/demo.db", name, "--format", "json"]
        if name == "directions":
            arguments += ["--set", "home=" + HOME]
        if json.loads(run(*arguments)) != answer["rows"]:
            fail("%s: the report has another answer than the question" % name)


def check_known(report, known):
    """Every count is one of an answer, or a sum of some."""
    for section in report["sections"]:
        for block in section["blocks"]:
            for f in block.get("figures", []):
                summed = f["name"] in TABLES or (f["name"] or "").startswith("messages-")
                if not summed and f["count"] and f["count"] not in known:
                    fail("%s: %d is in no answer" % (f["name"], f["count"]))


# ---- a database that means harm

HARM = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</title></style></svg></section><a href=http://evil.example/>",
    "'; DROP TABLE session; --",
    "\x1b[31m\x1b]0;title\x07\x08\x7f\x00end",
    "\u202egnp.exe\u2066\u200b\u2028\ufeff",
    "{{7*7}}${jndi:x}&lt;b&gt;&#x3c;",
    "\n\r\t,=1+1|x",
]
BROKEN = b"\xff\xfe\xc0\xaf\xed\xa0\x80"


def harm(path, kept):
    """Each text column of each table holds something else in each row, broken UTF-8 among it."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA ignore_check_constraints = ON")
    db.execute("PRAGMA writable_schema = OFF")
    changed = 0
    for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        if table in ("meta", "describe"):
            continue
        for _, column, kind, *_ in db.execute("PRAGMA table_info(%s)" % table).fetchall():
            if kind != "TEXT" or (table, column) in kept:
                continue
            key = ", ".join(
                '"%s"' % c[1] for c in db.execute("PRAGMA table_info(%s)" % table) if c[5]
            )
            db.text_factory = bytes  # a key may be harmed already
            rows = db.execute('SELECT %s FROM "%s"' % (key, table)).fetchall()
            db.text_factory = str
            for i, row in enumerate(rows):
                same = ", ".join("CAST(? AS TEXT)" if isinstance(v, bytes) else "?" for v in row)
                text = HARM[i % len(HARM)].encode() + BROKEN + b"%d" % i
                db.execute(
                    'UPDATE "%s" SET "%s" = CAST(? AS TEXT) WHERE (%s) = (%s)'
                    % (table, column, key, same),
                    (text, *row),
                )
                changed += 1
    db.commit()
    db.close()
    if changed < 200:
        fail("only %d texts mean harm" % changed)


# What rows are joined by, and what says whether a row is looked at at all.
KEYS = {
    ("certificate", "sha256"),
    ("chain", "chain"),
    ("chain", "sha256"),
    ("identity", "certificate"),
    ("identity", "chain"),
    ("weakness", "weakness"),
    ("capture", "state"),
    ("opinion", "class"),
    ("address", "role"),
}
BIDI = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
TAGS = set(
    "html head meta title style body a header h1 h2 h3 p nav ol ul li main section figure figcaption "
    "svg g rect line circle path text title desc defs pattern table caption thead tbody tr th td "
    "div span polygon polyline lineargradient stop use".split()
)


def check_octets(octets, what):
    text = octets.decode("utf-8")  # or it fails
    for c in sorted(set(text)):
        if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or BIDI.match(c):
            fail("%s: U+%04X stands as it is" % (what, ord(c)))
    return text


def check_page(text, what):
    page = Page(text)
    if page.tags - TAGS:
        fail("%s: tags %s" % (what, sorted(page.tags - TAGS)))
    for tag, name, value in page.attributes:
        if name.startswith("on") or name in ("src", "style", "srcset", "action", "data"):
            fail("%s: <%s %s=%s>" % (what, tag, name, value))
        if name.endswith("href") and not value.startswith("#"):
            fail("%s: <%s %s=%s>" % (what, tag, name, value))


def check_hostile(name, *options):
    what = " ".join((name, *options))
    path = folder + "/" + name
    text = check_octets(run("report", *options, path), what + " text")
    for line in text.split("\n"):
        if len(line) > 80:
            fail("%s: a line of %d columns: %s" % (what, len(line), line))
    report = json.loads(check_octets(run("report", *options, "-F", "json", path), what + " json"))
    if not report["answers"]:
        fail("%s: no answers" % what)
    page = check_octets(run("report", *options, "-F", "html", path), what + " html")
    check_page(page, what)
    if what == "hostile.db" and ("&lt;script&gt;" not in page or "\\u202e" not in page):
        fail("%s: what means harm is not on the page at all" % what)
    return page


report, known = check_formats()
check_answers(report)
check_known(report, known)
for name, kept in ("hostile.db", KEYS), ("all.db", set()):
    shutil.copy(folder + "/demo.db", folder + "/" + name)
    harm(folder + "/" + name, kept)
open(folder + "/hostile.html", "w", encoding="utf-8").write(check_hostile("hostile.db"))
check_hostile("hostile.db", "--anonymise")
check_hostile("hostile.db", "--since", "2026-01-01", "--home", HOME)
check_hostile("all.db")
sys.exit(failed)
