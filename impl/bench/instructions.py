"""Counts the instructions of the port's operations and compares them with those on record.

usage: instructions.py PROGRAM           fails if one is more than 5 % above instructions.json
       instructions.py PROGRAM --write   puts what it counts on record instead

PROGRAM is build/instructions_main. Unlike times, counts are the same on a busy machine; they belong to
one version of one compiler, though. exit status: 0 no more than on record; 1 more; 2 could not run;
77 no valgrind here, or another compiler
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

RECORD = Path(__file__).resolve().with_name("instructions.json")
OPERATIONS = ("hit", "miss", "insert", "next", "next-growing")
MARGIN = 1.05


def leave(status, words):
    print(words, file=sys.stderr)
    sys.exit(status)


def output(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        leave(2, f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done


def count(program, operation):
    """Instructions of one operation."""
    done = output("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                  "--collect-atstart=no", "--toggle-collect=*measured*", program, operation)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if not collected or int(collected[1]) == 0:
        leave(2, f"valgrind counted nothing:\n{done.stderr}")
    return round(int(collected[1]) / int(done.stdout), 1)


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--write"]):
        leave(2, __doc__)
    program = sys.argv[1]
    if not shutil.which("valgrind"):
        leave(77, "no valgrind here; apt-get install valgrind")
    compiler = output(program, "--compiler").stdout.strip()
    if sys.argv[2:]:
        found = {operation: count(program, operation) for operation in OPERATIONS}
        RECORD.write_text(json.dumps({
            "what": "callgrind instructions per operation, 10000 entries, 64-bit keys and elems",
            "compiler": compiler, "flags": "-O2 -g", "instructions": found}, indent=2) + "\n")
        print(RECORD.read_text(), end="")
        return 0

    record = json.loads(RECORD.read_text())
    if compiler != record["compiler"]:
        leave(77, f"on record for {record['compiler']}, this is {compiler}")
    more = 0
    for operation in OPERATIONS:
        now, then = count(program, operation), record["instructions"][operation]
        more += now > then * MARGIN
        print(f"{operation:12} {now:7.1f} instructions, on record {then:7.1f}"
              f"{'  MORE' if now > then * MARGIN else ''}")
        if now < then / MARGIN:
            print(f"{'':12} less: worth a new record (--write)")
    return 1 if more else 0


if __name__ == "__main__":
    sys.exit(main())
