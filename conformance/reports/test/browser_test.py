#!/usr/bin/env python3
"""Looks at the sample pages with a browser: no overflow on any screen, light and dark, and paper.

usage: browser_test.py REPORT_SAMPLES [FOLDER]   (FOLDER keeps pages and screenshots)
Exit code 77 without a browser.
"""

import html
import json
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

PAGES = ["fails.html", "holds.html", "hostile.html", "matrix.html"]
SCREENS = [(360, 740), (1200, 900)]
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--allow-file-access-from-files",
    "--run-all-compositor-stages-before-draw", "--virtual-time-budget=5000",
]

# Windows cannot be made as narrow as a phone; frames can. The page itself has no script: the frame
# around it measures. What is wider than the page must lie in something that scrolls.
WRAPPER = """<!DOCTYPE html><meta charset="utf-8"><style>body {{ margin: 0 }} iframe {{ border: 0; display: block }}</style>
<iframe id="f" src="{page}" width="{width}" height="{height}"></iframe><pre id="out"></pre>
<script>
document.getElementById("f").onload = function () {{
  const d = this.contentDocument, w = this.contentWindow, wide = [];
  for (const e of d.body.querySelectorAll("*")) {{
    if (e.closest(".scroll") && !e.matches(".scroll")) continue;
    if (e.closest("figure pre, .unseen")) continue;
    const r = e.getBoundingClientRect();
    if (r.width > 0 && r.right > {width} + 0.5) wide.push(e.tagName + "." + (e.getAttribute("class") || ""));
  }}
  const scrolls = [...d.querySelectorAll(".scroll")].filter(e => e.scrollWidth > e.clientWidth).length;
  document.getElementById("out").textContent = JSON.stringify({{
    scrollWidth: d.documentElement.scrollWidth, clientWidth: d.documentElement.clientWidth,
    wide: wide.slice(0, 5), scrolls: scrolls, scripts: d.scripts.length,
    loaded: w.performance.getEntriesByType("resource").length,
    ground: w.getComputedStyle(d.body).backgroundColor, ink: w.getComputedStyle(d.body).color }});
}};
</script>"""


def browser():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    print("skipped: no browser; the Debian package chromium brings one")
    sys.exit(77)


def run(chromium, *arguments):
    with tempfile.TemporaryDirectory(prefix="mapproof-profile-") as profile:
        done = subprocess.run([chromium, *FLAGS, f"--user-data-dir={profile}", *arguments],
                              capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        sys.exit(f"the browser ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def scheme(dark):
    return ["--blink-settings=preferredColorScheme=" + ("0" if dark else "1")]


def luminance(colour):
    parts = [int(x) / 255 for x in re.findall(r"\d+", colour)[:3]]
    parts = [x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def png_size(path):
    data = path.read_bytes()
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        sys.exit(f"{path} is no PNG")
    return struct.unpack(">II", data[16:24])


def measure(chromium, folder, page, width, height, dark):
    wrapper = folder / "wrapper.html"
    wrapper.write_text(WRAPPER.format(page=html.escape(page), width=width, height=height))
    dom = run(chromium, *scheme(dark), "--window-size=1300,1000", "--dump-dom", wrapper.as_uri())
    wrapper.unlink()
    found = re.search(r'<pre id="out">(.+?)</pre>', dom, re.S)
    if not found:
        sys.exit(f"{page}: nothing was measured")
    return json.loads(html.unescape(found.group(1)))


def check(chromium, folder, page, width, height, dark):
    got = measure(chromium, folder, page, width, height, dark)
    problems = []
    if got["scrollWidth"] > got["clientWidth"] or got["wide"]:
        problems.append("wider than the screen")
    if got["scripts"] or got["loaded"]:
        problems.append("scripts or resources from elsewhere")
    if (luminance(got["ground"]) < 0.5) != dark:
        problems.append("not " + ("dark" if dark else "light"))
    light, shade = sorted((luminance(got["ground"]), luminance(got["ink"])), reverse=True)
    if (light + 0.05) / (shade + 0.05) < 7:
        problems.append("text hardly stands out")
    if page == "fails.html" and width == 360 and got["scrolls"] == 0:
        problems.append("no drawing scrolls in its box")
    name = f"{page} at {width}x{height}, {'dark' if dark else 'light'}"
    print(("FAILS " if problems else "ok    ") + name + "".join(f"\n  {x}: {got}" for x in problems))
    return not problems


def screenshot(chromium, folder, page, width, height, dark):
    wrapper = folder / "frame.html"
    wrapper.write_text('<!DOCTYPE html><style>body{margin:0}iframe{border:0;display:block}</style>'
                       f'<iframe src="{page}" width="{width}" height="{height}"></iframe>')
    shot = folder / f"{page[:-5]}-{width}-{'dark' if dark else 'light'}.png"
    run(chromium, *scheme(dark), f"--window-size={max(width, 500)},{height}",
        f"--screenshot={shot}", wrapper.as_uri())
    wrapper.unlink()
    return png_size(shot)[1] == height


def prints(chromium, folder, page):
    pdf = folder / (page[:-5] + ".pdf")
    run(chromium, "--no-pdf-header-footer", "--print-to-pdf-no-header", f"--print-to-pdf={pdf}",
        (folder / page).as_uri())
    good = pdf.exists() and pdf.read_bytes()[:5] == b"%PDF-" and pdf.stat().st_size > 5000
    print(("ok    " if good else "FAILS ") + f"{page} on paper")
    return good


def look(chromium, samples, folder):
    subprocess.run([samples, folder], check=True)
    good = [check(chromium, folder, page, width, height, dark)
            for page in PAGES for width, height in SCREENS for dark in (False, True)
            if page != "holds.html" or (width == 360 and dark)]
    good += [screenshot(chromium, folder, "fails.html", width, height, dark)
             for width, height in SCREENS for dark in (False, True)]
    good += [prints(chromium, folder, page) for page in ("fails.html", "matrix.html")]
    return all(good)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    chromium = browser()
    if len(sys.argv) == 3:
        folder = pathlib.Path(sys.argv[2]).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return look(chromium, sys.argv[1], folder)
    with tempfile.TemporaryDirectory(prefix="mapproof-pages-") as folder:
        return look(chromium, sys.argv[1], pathlib.Path(folder))


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
