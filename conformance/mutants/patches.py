"""The mutants: patches of the port, each with what it breaks."""

import hashlib
import random
import re
from pathlib import Path

from talk import ROOT, cannot_run, commit, say

PATCHES = Path(__file__).resolve().parent


class Mutant:
    def __init__(self, path):
        self.path = path
        self.name = path.stem
        self.text = path.read_text()
        self.key = hashlib.sha256(self.text.encode()).hexdigest()[:16]

    def head(self, field):
        found = re.search(rf"^{field}: (.*)$", self.text, re.M)
        return found.group(1) if found else ""


def choose(names, draw, seed):
    """Those of these names, or all; of them `draw` at random, if it is a number."""
    mutants = {p.stem: Mutant(p) for p in sorted(PATCHES.glob("*.patch"))}
    for name in names:
        if name not in mutants:
            cannot_run(f"no such mutant: {name} (see {PATCHES})")
    chosen = [mutants[name] for name in names] or list(mutants.values())
    if draw:
        seed = seed or commit()
        say(f"drawing {draw} of {len(chosen)} mutants (--seed {seed})")
        drawn = random.Random(seed).sample(chosen, min(draw, len(chosen)))
        chosen = sorted(drawn, key=lambda m: m.name)
    return chosen


def suite_key():
    """Changes with everything that a mutant is tried with."""
    digest = hashlib.sha256()
    for folder in ("conformance", "corpus", "fuzz", "impl", "oracle"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix not in (".md", ".patch", ".svg"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
