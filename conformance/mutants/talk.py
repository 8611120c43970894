"""What is said to the user, and where the project lies."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def say(words):
    print(words, file=sys.stderr, flush=True)


def cannot_run(words):
    say(f"cannot run: {words}")
    sys.exit(2)


def commit():
    return subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True,
                          text=True, check=False).stdout.strip()
