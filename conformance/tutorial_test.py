#!/usr/bin/env python3
"""Does what a reader of conformance/README.md does: writes the files that it shows, runs its
commands, and compares what they say with what it says.

A block ```LANGUAGE FILE is a file. A block ```sh is run by bash; behind "sh" may stand "exits N"
(else 0) and "needs PROGRAM" (without it the block, and what follows up to the next heading, is left
out). A block ```text behind it shows what must be among the output, line by line and in this order;
a line of dots stands for what is left out.

usage: tutorial_test.py README BUILD_FOLDER SOURCE_FOLDER
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile


def blocks(text):
    """Yields (heading, words of the first line, contents, number of the line)."""
    heading, words, lines, start = "", None, [], 0
    for number, line in enumerate(text.splitlines(), 1):
        fence = re.match(r"^```(.*)$", line)
        if fence and words is None:
            words, lines, start = fence.group(1).split(), [], number
        elif fence:
            yield heading, words, "\n".join(lines) + "\n", start
            words = None
        elif words is not None:
            lines.append(line)
        elif line.startswith("#"):
            heading = line.strip("# ")


def option(words, name, default):
    return words[words.index(name) + 1] if name in words else default


def missing_lines(expected, output):
    """The first expected line that the output does not have where it should, or None."""
    said = [line.strip() for line in output.splitlines()]
    at = 0
    for line in expected.splitlines():
        line = line.strip()
        if line.strip(" .") == "":
            continue
        try:
            at = said.index(line, at) + 1
        except ValueError:
            return line
    return None


def main():
    readme, build, source = (os.path.abspath(argument) for argument in sys.argv[1:4])
    folder = tempfile.mkdtemp(prefix="mapproof-tutorial-")
    environment = dict(os.environ, PATH=build + os.pathsep + os.environ["PATH"], MAPPROOF=source,
                       NO_COLOR="1")
    output, left_out, ran, failures = "", None, 0, 0
    try:
        with open(readme, encoding="utf-8") as file:
            text = file.read()
        for heading, words, contents, line in blocks(text):
            if heading == left_out or not words:
                continue
            if words[0] == "sh":
                program = option(words, "needs", "bash")
                if not shutil.which(program):
                    print(f"left out: {heading} (no {program})")
                    left_out = heading
                    continue
                done = subprocess.run(["bash", "-euo", "pipefail", "-c", contents], cwd=folder,
                                      env=environment, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True, timeout=500)
                output, ran = done.stdout, ran + 1
                wanted = int(option(words, "exits", "0"))
                if done.returncode != wanted:
                    failures += 1
                    print(f"{readme}:{line}: exits {done.returncode}, not {wanted}\n{contents}\n"
                          f"{output}")
            elif words[0] == "text":
                gone = missing_lines(contents, output)
                if gone is not None:
                    failures += 1
                    print(f"{readme}:{line}: what the commands said has no line (here)\n  {gone}\n"
                          f"in\n{output}")
            elif len(words) > 1:
                path = os.path.join(folder, words[1])
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(contents)
    finally:
        shutil.rmtree(folder)
    print(f"{ran} blocks of commands run, {failures} failures")
    if ran == 0:
        print("found no commands: this test tests nothing")
    return 1 if failures or ran == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
