"""What trials amount to. Pure functions.

A trial is a record with `seconds`, `killed`, and, if it was, `target` and `property`. One that did
not find the mutant counts as longer than all others, not as absent.
"""

import itertools
import math
import re
from collections import Counter

FIRST_TURN = 2  # seconds
LONGEST_TURN = 16


def turns(targets, with_seeds):
    """Without end: (target, seconds), with 0 for a turn that only replays the seeds."""
    if with_seeds:
        yield from ((target, 0) for target in targets)
    length = FIRST_TURN
    while True:
        yield from ((target, length) for target in targets)
        length = min(2 * length, LONGEST_TURN)


def time_to_kill(trial):
    return trial["seconds"] if trial["killed"] else math.inf


def median(times):
    """Infinite if half of them or more are; None of nothing."""
    ordered = sorted(times)
    if not ordered:
        return None
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def interval(times, wanted=0.95):
    """(low, high, confidence) of the median, by order statistics: the narrowest pair at equal
    distance from both ends that has the wanted confidence, or else the two ends."""
    ordered = sorted(times)
    n = len(ordered)
    if n == 0:
        return None
    # The chance that the median lies below the (k+1)-th smallest is that of at most k heads.
    at_most = list(itertools.accumulate(math.comb(n, k) / 2**n for k in range(n + 1)))
    best = 0
    for k in range(1, (n + 1) // 2):
        if 1 - 2 * at_most[k] >= wanted:
            best = k
    return ordered[best], ordered[n - 1 - best], max(0.0, 1 - 2 * at_most[best])


def of_one_mutant(trials):
    times = [time_to_kill(trial) for trial in trials]
    killed = [trial for trial in trials if trial["killed"]]
    return {
        "killed": len(killed),
        "trials": len(trials),
        "median": median(times),
        "interval": interval(times),
        "targets": Counter(trial["target"] for trial in killed),
        "properties": Counter(trial["property"] for trial in killed),
    }


def of_all(trials_by_mutant):
    each = [of_one_mutant(trials) for trials in trials_by_mutant.values() if trials]
    medians = [one["median"] for one in each]
    return {
        "mutants": len(each),
        "killed_once": sum(one["killed"] > 0 for one in each),
        "killed_in_four_of_five": sum(5 * one["killed"] >= 4 * one["trials"] for one in each),
        "trials": sum(one["trials"] for one in each),
        "trials_killed": sum(one["killed"] for one in each),
        "median": median(medians),
        "interval": interval(medians),
        "targets": sum((one["targets"] for one in each), Counter()),
    }


def cause(text, status):
    """What stopped a fuzzer, out of its log: a property, or what the engine or a sanitizer says."""
    found = re.search(r"verdict-([a-z]+)-([a-z0-9-]+)-[0-9a-f]{16}\.bin", text)
    if found:
        return f"{found.group(1)}/{found.group(2)}"
    if re.search(r"SUMMARY: \w+Sanitizer: \d+ byte\(s\) leaked", text):
        return "leak"
    if "ERROR: libFuzzer: deadly signal" in text:
        return "crash"
    found = (re.search(r"SUMMARY: (?:Address|Leak)Sanitizer: ([\w-]+)", text)
             or re.search(r"ERROR: libFuzzer: ([\w-]+)", text))
    return found.group(1) if found else f"exit {status}"
