#!/usr/bin/env python3
"""Stands in for a fuzzer in the tests of its driver: takes libFuzzer's arguments, and does what
$FAKE_FUZZER says. $FAKE_STATE is a folder for what it has to remember from start to start."""

import hashlib
import json
import os
import signal
import sys
from pathlib import Path

FLAGS = dict(a[1:].split("=", 1) for a in sys.argv[1:] if a.startswith("-"))
PATHS = [Path(a) for a in sys.argv[1:] if not a.startswith("-")]
PREFIX = FLAGS.get("artifact_prefix", "")
WAY = os.environ.get("FAKE_FUZZER", "well")
STATE = Path(os.environ.get("FAKE_STATE", "/nonexistent"))


def say(words):
    print(words, file=sys.stderr, flush=True)


def sha1(contents):
    return hashlib.sha1(contents).hexdigest()


def fnv1a(contents):
    number = 0xcbf29ce484222325
    for byte in contents:
        number = (number ^ byte) * 0x100000001b3 % 2**64
    return f"{number:016x}"


def add_unit(corpus, contents):
    (corpus / sha1(contents)).write_bytes(contents)


def keep(contents):
    """What libFuzzer does with an input that fails."""
    Path(f"{PREFIX}crash-{sha1(contents)}").write_bytes(contents)


def end_well():
    write_statistics()
    if "print_final_stats" in FLAGS:
        say("stat::number_of_executed_units: 100\nstat::peak_rss_mb:              57")


def write_statistics():
    if WAY == "counts-nothing" or "MAPPROOF_STATS" not in os.environ:
        return
    with open(os.environ["MAPPROOF_STATS"], "w", encoding="utf-8") as out:
        json.dump({"executions": 100, "operations": 5000, "seconds": 1.0,
                   "findings": {"clear-in-mid-growth": 2}, "stops": {}, "peaks": {"B": 4},
                   "seen": {"size/one-bucket": 7, "nil/put": 1},
                   "seen_at_start": ["size/one-bucket"]}, out)


def first_time():
    """Is this the first process that asks?"""
    try:
        os.close(os.open(STATE / "begun", os.O_CREAT | os.O_EXCL))
        return True
    except FileExistsError:
        return False


def break_promise(contents):
    """What the harness of the targets does: see fuzz/artifacts.h."""
    name = f"{PREFIX}verdict-iter-clear-stops-{fnv1a(contents)}"
    text = Path(os.environ["FAKE_PROGRAM"]).read_text(encoding="utf-8")
    Path(name + ".bin").write_bytes(contents)
    Path(name + ".mapproof").write_text(text, encoding="utf-8")
    say(f"\n==== {os.environ['FAKE_VERDICT']}\n==== on port gomap: it is new\n{text}\n"
        f"==== kept as {name}.bin and .mapproof; see it again with\n"
        f"build/mapproof replay --port gomap {name}.mapproof")
    keep(contents)
    os.abort()


def crash(contents, keeps):
    say("==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x60\n"
        "READ of size 8 at 0x60 thread T0\n"
        "    #0 0x55 in __asan_memcpy (/tmp/fuzzer+0x55)\n"
        f"    #1 0x56 in void gomap::mapclear<T>(T const&, gomap::hmap*) "
        f"{os.environ['FAKE_SOURCE']}/impl/gomap/clear.h:41:7\n"
        f"    #2 0x57 in mapproof::run() {os.environ['FAKE_SOURCE']}/oracle/run.cc:9:1\n"
        "\nfreed by thread T0 here:\n"
        f"    #0 0x55 in free {os.environ['FAKE_SOURCE']}/impl/gomap/make.h:1:1\n"
        f"SUMMARY: AddressSanitizer: heap-use-after-free {os.environ['FAKE_SOURCE']}"
        "/impl/gomap/clear.h:41:7 in gomap::mapclear")
    if keeps:
        keep(contents)
    sys.exit(77)


def clears(contents):
    """Has the program an operation `clear`?"""
    return 4 in contents[8::4]


def fails_in_merge(contents):
    """The engine steps over it in another process; its log goes on and tells of all inputs."""
    if not WAY.startswith("merge-meets-") or not clears(contents):
        return False
    keep(contents)
    say("SUMMARY: AddressSanitizer: SEGV /elsewhere.cc:1 in another\n"
        "MERGE-INNER: an input caused a failure at the previous merge step")
    return True


def merge():
    fresh, *folders = PATHS
    (STATE / "merge").write_text(" ".join(sys.argv[1:]), encoding="utf-8")
    # libFuzzer reads its folders with all that lies in them.
    units = sorted(f for folder in folders for f in folder.rglob("*") if f.is_file())
    for number, unit in enumerate(units):
        if WAY == "merge-dies" and number:
            say("no space left")
            sys.exit(1)
        if WAY == "merge-loses-all":
            return
        if fails_in_merge(unit.read_bytes()):
            continue
        if FLAGS.get("set_cover_merge") and number % 2:
            continue  # whatever it is: some are left out
        add_unit(fresh, unit.read_bytes())
        # What a full disk does to libFuzzer, which does not notice.
        if WAY == "merge-tears" and number:
            (fresh / unit.name).write_bytes(b"")
        if WAY == "merge-misses" and number:
            (fresh / unit.name).unlink()
    if WAY.endswith("-and-dies"):
        sys.exit(1)
    if WAY.startswith("merge-meets-"):
        return
    say(f"MERGE-OUTER: {len(range(0, len(units), 1 + bool(FLAGS.get('set_cover_merge'))))}"
        " new files with 1 new features added; 1 new coverage edges")
    if WAY == "merge-waits":
        tell_ready_and_wait()


def tell_ready_and_wait():
    with open(os.environ["FAKE_READY"], "w", encoding="utf-8") as ready:
        ready.write(f"{os.getpid()}\n")
    while True:
        signal.pause()


def run_files():
    for path in PATHS:
        say(f"Running: {path}")
        contents = path.read_bytes()
        with open(STATE / "ran", "a", encoding="utf-8") as ran:
            ran.write(f"{path.name}\n")
        if WAY.startswith(("crash", "merge-meets-crash")) and clears(contents):
            crash(contents, keeps=False)
        if WAY in ("verdict", "merge-meets-verdict") and clears(contents):
            break_promise(contents)
        if WAY == "killed-once" and first_time():
            os.kill(os.getpid(), signal.SIGKILL)
        say(f"Executed {path} in 0 ms")
    end_well()


def minimize_crash():
    """Leaves a smaller input; of `crash-slips` it fails no more."""
    contents, = (path.read_bytes() for path in PATHS)
    small = contents[:8] + (b"\5" if WAY == "crash-slips" else b"\4") + bytes(3)
    Path(FLAGS["exact_artifact_path"]).write_bytes(small)
    (STATE / "minimize").write_text(" ".join(sys.argv[1:]), encoding="utf-8")


def fuzz():
    corpus, seeds = PATHS
    say(f"#8\tINITED cov: 11 ft: 22 corp: 3/12b\nseeds {len(list(seeds.iterdir()))}")
    end_well()
    add_unit(corpus, f"found with {FLAGS['seed']}".encode())
    if WAY == "torn":
        (corpus / sha1(b"the whole of it")).write_bytes(b"the whole")
    if WAY == "torn-artifact":  # what a full disk leaves of it
        Path(f"{PREFIX}crash-{sha1(b'the whole of it')}").write_bytes(b"")
        sys.exit(77)
    if WAY == "killed-always" or (WAY == "killed-once" and first_time()):
        os.kill(os.getpid(), signal.SIGKILL)
    if WAY == "refuses":
        say("cannot run: the moon is full")
        sys.exit(2)
    if WAY == "runs-nothing":
        os.remove(os.environ["MAPPROOF_STATS"])
        Path(os.environ["MAPPROOF_STATS"]).parent.joinpath("log").write_text("")
    if WAY == "verdict":
        break_promise(b"\x4d\x01" + f"input of {FLAGS['seed']}".encode())
    if WAY.startswith("crash"):
        # map u64 u64; put 1, clear, put 2
        crash(bytes([0x4d, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 4, 0, 0, 0, 0, 2, 0, 0]), keeps=True)
    if WAY == "waits":
        tell_ready_and_wait()


if "merge" in FLAGS or "set_cover_merge" in FLAGS:
    merge()
elif "minimize_crash" in FLAGS:
    minimize_crash()
elif PATHS and PATHS[0].is_dir():
    fuzz()
else:
    run_files()
