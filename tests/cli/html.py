"""html.py - what is wrong with a page of the HTML report, as Chromium sees it.

    html.py PAGE.html        also leaves PAGE.png and PAGE.pdf

WebDriver and its Chromium commands over HTTP, with the standard library alone.  The page is a file,
and names of hosts lead nowhere.
"""
import base64
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request

failed = 0


def fail(what):
    global failed
    failed = 1
    print("FAILED: %s" % what)


# ---- the browser


class Browser:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.session = ""
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self):
        for line in self.driver.stdout:
            port = re.search(r"on port (\d+)\.", line)
            if port:
                break
        else:
            raise OSError("chromedriver does not start")
        self.base = "http://127.0.0.1:%s/session" % port[1]
        arguments = [
            "--headless=new",
            "--disable-gpu",
            "--disable-background-networking",
            "--force-color-profile=srgb",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--user-data-dir=" + self.folder.name,
        ]
        if os.getuid() == 0:
            arguments.append("--no-sandbox")
        wanted = {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        self.session = "/" + self.post("", capabilities={"alwaysMatch": wanted})["sessionId"]

    def ask(self, method, path, parameters=None):
        body = json.dumps(parameters).encode() if parameters is not None else None
        request = urllib.request.Request(
            self.base + self.session + path,
            method=method,
            data=body,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def post(self, path, **parameters):
        return self.ask("POST", path, parameters)

    def command(self, name, **parameters):
        return self.post("/goog/cdp/execute", cmd=name, params=parameters)

    def run(self, script):
        return self.post("/execute/sync", script=script, args=[])

    def log(self, kind):
        return self.post("/se/log", type=kind)

    def width(self, pixels):
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=pixels,
            height=900,
            deviceScaleFactor=1,
            mobile=False,
        )

    def medium(self, media, scheme):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.command("Emulation.setEmulatedMedia", media=media, features=features)

    def close(self):
        if self.session:
            self.ask("DELETE", "")
        self.driver.terminate()
        self.driver.wait()
        self.folder.cleanup()


# ---- what is asked of the page: each gives a list of what is wrong

# Tables scroll in a box of their own; what is in it may be wider than the page.
OVERFLOW = """
const wide = document.documentElement.clientWidth, wrong = [];
if (document.scrollingElement.scrollWidth > wide) wrong.push("the page");
for (const e of document.body.querySelectorAll("*")) {
  const box = e.getBoundingClientRect();
  if (!box.width || e.closest(".tones") || e.localName == "caption") continue;
  if (e.parentElement.closest(".scroll")) continue;
  if (box.left < -0.5 || box.right > wide + 0.5) wrong.push(e.outerHTML.slice(0, 120));
}
return wrong;
"""

# Labels and values of a chart, where they are shown, do not run into each other.
OVERLAP = """
const wrong = [];
for (const svg of document.querySelectorAll("svg.chart")) {
  const texts = [...svg.querySelectorAll("text")].map(t => [t.getBoundingClientRect(), t.textContent]);
  texts.filter(([a]) => a.width).forEach(([a, of], i, all) => {
    for (const [b, other] of all.slice(i + 1))
      if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
        wrong.push(of + " | " + other);
  });
}
return wrong;
"""

STRUCTURE = """
const wrong = [], all = s => [...document.querySelectorAll(s)], text = e => e ? e.textContent.trim() : "";
let level = 0;
for (const h of all("h1, h2, h3, h4, h5, h6")) {
  if (+h.localName[1] > level + 1) wrong.push("a heading too deep: " + text(h));
  if (!text(h)) wrong.push("an empty heading");
  level = +h.localName[1];
}
for (const one of ["h1", "main", "header", "nav", "title", "meta[charset]", "meta[name=viewport]"])
  if (all(one).length - (one == "title" ? all("svg title").length : 0) != 1) wrong.push("not one " + one);
if (document.documentElement.lang != "en") wrong.push("lang");
if (document.compatMode != "CSS1Compat") wrong.push("quirks mode");
if (document.styleSheets.length != 1 || !document.styleSheets[0].cssRules.length) wrong.push("no style");
for (const e of all("script, link, img, iframe, object, embed, [style], [src]")) wrong.push(e.outerHTML);
for (const e of all("*"))
  for (const a of e.attributes) if (a.name.startsWith("on")) wrong.push(e.outerHTML.slice(0, 120));
for (const a of all("a"))
  if (!document.getElementById(a.getAttribute("href").slice(1))) wrong.push("leads nowhere: " + text(a));
for (const s of all("main section"))
  if (!all("nav a").some(a => a.hash == "#" + s.id)) wrong.push("not in the contents: " + s.id);
for (const box of all(".scroll"))
  if (box.tabIndex != 0 || !box.getAttribute("aria-label")) wrong.push("a box that no key reaches");
for (const t of all("table"))
  if (!text(t.caption) || !t.querySelector("thead th[scope=col]")) wrong.push("a table without a head");
return wrong;
"""

# The numbers of a chart are those of its table: in the row of a figure, in the column of a line.
CHARTS = """
const wrong = [], text = e => e ? e.textContent.trim() : "";
const digits = s => s.match(/[0-9][0-9,.]*/g) || [];
for (const svg of document.querySelectorAll("svg:not([aria-hidden])")) {
  const named = (svg.getAttribute("aria-labelledby") || "").split(" ").map(i => document.getElementById(i));
  const figure = svg.closest("figure"), table = figure && figure.querySelector("table");
  const name = text(svg.querySelector(":scope > title"));
  if (svg.getAttribute("role") != "img") wrong.push("no role: " + name);
  if (named.length != 2 || named.some(e => !e || e.parentElement != svg || !text(e)) ||
      named[0].localName != "title" || named[1].localName != "desc") wrong.push("not described: " + name);
  if (!table) { wrong.push("no table: " + name); continue; }
  const summed = /is the sum of/.test(figure.textContent);
  const heads = [...table.tHead.rows[0].cells].map(text), rows = [...table.tBodies[0].rows];
  for (const mark of svg.querySelectorAll(".mark > title")) {
    const at = mark.textContent.lastIndexOf(": "), label = mark.textContent.slice(0, at).trim();
    const row = rows.find(r => text(r.cells[0]) == label), column = heads.indexOf(label);
    const cells = row ? [...row.cells].slice(1).map(text)
                      : rows.map(r => column > 0 ? text(r.cells[column]) : "");
    if (label == "not known" || (!row && column > 0 && summed)) continue;
    const there = cells.flatMap(digits);
    for (const n of digits(mark.textContent.slice(at + 2)))
      if (!there.includes(n)) wrong.push("not in the table: " + mark.textContent);
  }
  if (!svg.querySelector(".mark, .point")) wrong.push("an empty chart: " + name);
}
return wrong;
"""

# WCAG 2.2, 1.4.3 and 1.4.11: of texts, and of marks, on what is behind them.
CONTRAST = """
const wrong = new Set();
const parse = c => { const n = c.match(/[0-9.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
const light = c => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
  const v = c[i] / 255;
  return sum + weight * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
}, 0);
const over = (c, b) => c.map((v, i) => i < 3 ? v * c[3] + b[i] * (1 - c[3]) : 1);
const behind = e => {
  if (!e) return [255, 255, 255, 1];
  const c = parse(getComputedStyle(e).backgroundColor);
  return c[3] == 1 ? c : over(c, behind(e.parentElement));
};
const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((m, n) => n - m); return (x + .05) / (y + .05); };
const check = (e, colour, least, what) => {
  const ground = behind(e), got = ratio(over(parse(colour), ground), ground);
  if (got < least) wrong.add(what + " " + got.toFixed(2) + ": " + colour + ", wanted " + least);
};
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let texts = 0, marks = 0;
for (let node; (node = walk.nextNode());) {
  const e = node.parentElement, style = getComputedStyle(e);
  if (!node.data.trim() || e.closest("title, desc") || !e.getClientRects().length) continue;
  const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
  check(e, e.closest("svg") ? style.fill : style.color, large ? 3 : 4.5, "text '" + node.data.slice(0, 30) + "'");
  texts++;
}
for (const e of document.querySelectorAll("svg .mark, svg .point, svg .curve, svg .lost, svg .whisker, svg.swatch rect")) {
  const style = getComputedStyle(e), tone = /url\\("#([^"]*)"\\)/.exec(style.fill);
  const colour = tone ? getComputedStyle(document.getElementById(tone[1]).firstElementChild).stopColor
                      : style.fill == "none" || e.matches(".whisker") ? style.stroke : style.fill;
  check(e, colour, 3, tone ? tone[1] : e.getAttribute("class"));
  marks++;
}
for (const e of document.querySelectorAll("svg .gap")) {
  const style = getComputedStyle(e);
  if (parseFloat(style.strokeWidth) < 2 || ratio(parse(style.stroke), behind(e)) != 1) wrong.add("a gap is seen");
}
if (!texts || !marks) wrong.add("nothing was looked at: " + texts + " texts, " + marks + " marks");
return [...wrong];
"""

# What the policy must stop: each is tried, and gives a violation.
POLICY = """
return new Promise(done => {
  const seen = new Set(), tried = ["style-src-attr", "script-src-elem", "img-src", "style-src-elem"];
  const end = () => done(tried.filter(t => !seen.has(t)).concat(window.ran ? ["a script ran"] : []));
  document.addEventListener("securitypolicyviolation", e => {
    seen.add(e.effectiveDirective);
    if (tried.every(t => seen.has(t))) end();
  });
  document.body.setAttribute("style", "color: red");
  document.body.appendChild(document.createElement("script")).textContent = "1";
  const script = document.createElement("script");
  script.textContent = "window.ran = 1";
  document.body.appendChild(script);
  new Image().src = "http://127.0.0.1:9/a.png";
  const style = document.createElement("style");
  style.textContent = "body { color: red }";
  document.head.appendChild(style);
  setTimeout(end, 2000);
});
"""


def requested(browser):
    """URLs that the page asked for, its own among them; the browser's first page asks for others."""
    urls = set()
    for entry in browser.log("performance"):
        message = json.loads(entry["message"])["message"]
        told = message["params"]
        if message["method"] == "Network.webSocketCreated":
            urls.add(told["url"])
        if message["method"] == "Network.requestWillBeSent":
            if not told["documentURL"].startswith("chrome:"):
                urls.add(told["request"]["url"])
    return urls


def look(browser, path):
    url = "file://" + path
    browser.post("/url", url=url)
    for what, script in (("structure", STRUCTURE), ("charts", CHARTS)):
        for wrong in browser.run(script):
            fail("%s: %s" % (what, wrong))
    for pixels in (360, 800, 1280):
        browser.width(pixels)
        for wrong in browser.run(OVERFLOW):
            fail("%d pixels: too wide: %s" % (pixels, wrong))
        for wrong in browser.run(OVERLAP):
            fail("%d pixels: one text on another: %s" % (pixels, wrong))
    for media, scheme in (("screen", "light"), ("screen", "dark"), ("print", "dark")):
        browser.medium(media, scheme)
        for wrong in browser.run(CONTRAST):
            fail("contrast, %s, %s: %s" % (media, scheme, wrong))
    browser.medium("", "light")
    leave(browser, os.path.splitext(path)[0])
    for entry in browser.log("browser"):
        fail("the console says: %s" % entry["message"])
    urls = requested(browser)
    if urls != {url}:
        fail("asked for: %s" % ", ".join(sorted(urls - {url}) or ["nothing at all"]))
    for wrong in browser.run(POLICY):
        fail("the policy lets through: %s" % wrong)


def leave(browser, stem):
    picture = browser.command("Page.captureScreenshot", format="png", captureBeyondViewport=True)
    with open(stem + ".png", "wb") as out:
        out.write(base64.b64decode(picture["data"]))
    paper = base64.b64decode(browser.command("Page.printToPDF", printBackground=False)["data"])
    with open(stem + ".pdf", "wb") as out:
        out.write(paper)
    if not re.search(rb"/Type\s*/Page\b", paper):
        fail("a print of no pages")


signal.alarm(120)
BROWSER = Browser()
try:
    look(BROWSER, os.path.abspath(sys.argv[1]))
finally:
    BROWSER.close()
sys.exit(failed)
