#!/usr/bin/env python3
"""One map through three doors gets one report: the port of Go's map as a C library, as a C++
adapter and as a process. Whatever differs but the name is a fault of a door.

The process door cannot see memory, so it promises nothing of port/leak and port/corruption: that
is the one thing which the reports may say differently, and they have to.

usage: three_doors_test.py MAPPROOF C_LIBRARY CXX_LIBRARY PROGRAM CORPUS PROGRAMS
"""
import json
import os
import subprocess
import sys
import tempfile

MEMORY = {"port/leak", "port/corruption"}


def check(mapproof, arguments, corpus, programs, folder):
    """The report as text and as JSON, the names taken out."""
    os.mkdir(folder)
    done = subprocess.run(
        [mapproof, "check", "--corpus", corpus, "--programs", programs, "--json", "report.json"]
        + arguments, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    # Go's defects fail, as they must, and are known; anything else did not run.
    if done.returncode != 0:
        sys.exit(f"{arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    with open(os.path.join(folder, "report.json"), encoding="utf-8") as file:
        report = json.load(file)
    names = ["--port " + arguments[-1], "-- " + arguments[-1], arguments[-1]]

    def plain(value):
        if isinstance(value, dict):
            return {key: plain(one) for key, one in value.items()}
        if isinstance(value, list):
            return [plain(one) for one in value]
        if isinstance(value, str):
            # A program's `port` line can name a library, but no command.
            lines = [line for line in value.split("\n")
                     if line not in ("port " + arguments[-1], "port --")]
            value = "\n".join(lines)
            for name in names:
                value = value.replace(name, "")
            words = value.split(" ")
            return " ".join(sorted(words)) if value.startswith("mapproof replay") else value
        return value

    return plain(report)


def main():
    mapproof, c, cxx, program, corpus, programs = sys.argv[1:7]
    with tempfile.TemporaryDirectory(prefix="mapproof-doors-") as folder:
        of_c = check(mapproof, [c], corpus, programs, os.path.join(folder, "c"))
        of_cxx = check(mapproof, [cxx], corpus, programs, os.path.join(folder, "cxx"))
        of_process = check(mapproof, ["--", program], corpus, programs, os.path.join(folder, "process"))
    if len(of_c["failures"]) < 4 or of_c["runs"] < int(programs) + 100:
        sys.exit(f"too little to compare: {len(of_c['failures'])} failures, {of_c['runs']} runs")
    if of_c != of_cxx:
        sys.exit("C and C++ differ:\n" + difference(of_c, of_cxx))
    for report, seen in ((of_c, "holds"), (of_process, "unpromised")):
        told = {line["id"]: line["state"] for line in report["properties"] if line["id"] in MEMORY}
        if told != dict.fromkeys(MEMORY, seen):
            sys.exit(f"of memory: expected {seen}, got {told}")
        report["properties"] = [line for line in report["properties"] if line["id"] not in MEMORY]
    if of_c != of_process:
        sys.exit("C and process differ:\n" + difference(of_c, of_process))
    print(f"{of_c['runs']} runs, {len(of_c['failures'])} failures: the same through three doors")


def difference(x, y, where=""):
    if isinstance(x, dict) and isinstance(y, dict):
        keys = sorted(set(x) | set(y))
        return "".join(difference(x.get(key), y.get(key), f"{where}/{key}") for key in keys)
    if isinstance(x, list) and isinstance(y, list) and len(x) == len(y):
        return "".join(difference(a, b, f"{where}/{i}") for i, (a, b) in enumerate(zip(x, y)))
    return "" if x == y else f"{where}:\n  {x}\n  {y}\n"


if __name__ == "__main__":
    main()
