"""Fuzzing one mutant: all targets in turns, one process at a time, until one stops with a failure."""

import math
import os
import shutil
import subprocess
import time

import figures
from talk import cannot_run

# The cheap ones first.
TARGETS = ["differential", "goruntime", "faces", "iteration", "nan", "faults", "layout"]
WITHOUT_GO = "real Go: not installed"


# Without shrinking and stack traces in words, so that the time is that of finding. One kernel of Go's:
# a trial has one core.
ENVIRONMENT = {"MAPPROOF_SHRINK": "0", "GOMAXPROCS": "1",
               "ASAN_OPTIONS": "detect_leaks=1:symbolize=0"}


def environment(target):
    return dict(os.environ, MAPPROOF_TARGET=target, **ENVIRONMENT)


def fuzz(bench, target, arguments, seconds, folder, log, switches=None):
    """Runs a target for so long at most, its artifacts in the folder, its words at the end of the
    log. What stopped it; "" if nothing did; None if its time was over."""
    command = [bench.fuzz / "mutant_fuzzer", "-max_len=2048", "-timeout=2", "-rss_limit_mb=2048",
               f"-artifact_prefix={folder}/", *arguments]
    with log.open("a") as out:
        out.write(f"==== {target}, {seconds:.1f} s at most\n")
        out.flush()
        start = out.tell()
        try:
            status = subprocess.run(command, stdout=out, stderr=out, timeout=seconds, cwd=folder,
                                    check=False,
                                    env=dict(environment(target), **(switches or {}))).returncode
        except subprocess.TimeoutExpired:
            return None
    if status == 0:
        return ""
    with log.open(errors="replace") as text:
        text.seek(start)
        said = text.read()
    if status == 2:
        cannot_run(f"{target}: {said.strip().splitlines()[-1]} (see {log})")
    return figures.cause(said, status)


class Trials:
    def __init__(self, bench, targets, seconds, corpus, clock=time.monotonic):
        self.bench = bench
        self.clock = clock
        self.targets = targets
        self.seconds = seconds
        self.seeds = bench.seeds() if corpus == "seeds" else None
        self.settings = {"targets": targets, "seconds": seconds, "corpus": corpus}
        self.folder = bench.work / "trial"

    def run(self, seed, log):
        """One trial."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for target in self.targets:
            (self.folder / target).mkdir(parents=True)
        log.write_text("")
        began = self.clock()
        plan = figures.turns(self.targets, self.seeds is not None)
        for number, (target, length) in enumerate(plan, 1):
            left = self.seconds - (self.clock() - began)
            if left <= 0:
                break
            stopped = self.turn(target, length, 1000 * seed + number, left, log)
            if stopped:
                return {"seed": seed, "killed": True, "target": target, "property": stopped,
                        "seconds": round(self.clock() - began, 3),
                        "suite": self.bench.suite_key}
        return {"seed": seed, "killed": False, "seconds": self.seconds,
                "suite": self.bench.suite_key}

    def turn(self, target, length, seed, left, log):
        """What stopped the target, or ""."""
        # The engine counts in whole seconds; what comes after the end of the trial counts for nothing.
        limit = ["-runs=0"] if length == 0 else [
            f"-max_total_time={min(length, math.ceil(left))}"]
        arguments = [f"-seed={seed}", *limit, self.folder / target,
                     *([self.seeds] if self.seeds else [])]
        return fuzz(self.bench, target, arguments, left, self.folder, log) or ""

    def can_ask_go(self):
        """Is there a Go for the target goruntime?"""
        empty = self.bench.work / "no-input"
        empty.write_bytes(b"")
        ended = subprocess.run([self.bench.fuzz / "mutant_fuzzer", empty], capture_output=True,
                               env=environment("goruntime"), text=True, check=False)
        return ended.returncode != 2 or WITHOUT_GO not in ended.stderr
