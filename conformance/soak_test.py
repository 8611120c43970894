#!/usr/bin/env python3
"""fuzz/soak runs its plan piece by piece, whatever becomes of one. A script stands for fuzz/run.

usage: soak_test.py SOURCE_FOLDER [unittest's options]
"""
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path()
# Writes what it was asked and ends as the file `status` says; without a summary if it is above 1.
# It fuzzes for all of its time, or, if it finds something, for as long as the file `seconds` says.
RUN = """#!/usr/bin/env python3
import json, pathlib, sys
here = pathlib.Path(__file__).parent
with open(here / "calls", "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
status = int((here / "status").read_text())
pathlib.Path(given["--artifacts"]).mkdir(parents=True, exist_ok=True)
if status <= 1:
    failures = [{"property": "iter/once"}, {"property": "iter/once"}] if status else []
    seconds = float((here / "seconds").read_text()) if status else float(given["--seconds"])
    (pathlib.Path(given["--artifacts"]) / "summary.json").write_text(json.dumps(
        {"status": status, "seconds": seconds, "executions": 12, "operations": 345,
         "failures": failures}))
sys.exit(status)
"""
# Says on the pipe `ready` that it runs. Told to end, it takes its time, as the driver does (Python
# would kill a child after a quarter of a second), and writes a summary that names the signal.
SLOW_RUN = """#!/usr/bin/env python3
import json, os, pathlib, signal, sys, time
here = pathlib.Path(__file__).parent
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
signals = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
with open(here / "ready", "w") as ready:
    ready.write(str(os.getpid()))
got = signal.sigwait(signals)
time.sleep(1)
folder = pathlib.Path(given["--artifacts"])
folder.mkdir(parents=True, exist_ok=True)
(folder / "summary.json").write_text(json.dumps(
    {"status": 130, "seconds": 20.5, "executions": 12, "operations": 345, "failures": [],
     "signal": int(got)}))
sys.exit(130)
"""


class Soak(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.set_run(RUN)

    def set_run(self, script):
        run = self.folder / "run"
        run.write_text(script, encoding="utf-8")
        run.chmod(run.stat().st_mode | stat.S_IXUSR)

    def command(self, *arguments):
        return [SOURCE / "fuzz/soak", "--state", self.folder / "state",
                "--run", self.folder / "run", *arguments]

    def soak(self, *arguments, status=0, seconds=20.25):
        (self.folder / "status").write_text(str(status), encoding="utf-8")
        (self.folder / "seconds").write_text(str(seconds), encoding="utf-8")
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, check=False)

    def end_by(self, end):
        """Calls end(soak's process) while its run is under way; gives its status and the summary
        that was there when it had ended."""
        self.set_run(SLOW_RUN)
        os.mkfifo(self.folder / "ready")
        with subprocess.Popen(self.command(), start_new_session=True,
                              stderr=subprocess.DEVNULL) as soak:
            try:
                (self.folder / "ready").read_text(encoding="utf-8")
                end(soak)
                status = soak.wait()
                summary = self.folder / "state/piece-01/summary.json"
                return status, json.loads(summary.read_text("utf-8")) if summary.exists() else None
            finally:
                try:
                    os.killpg(soak.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass

    def calls(self):
        lines = (self.folder / "calls").read_text(encoding="utf-8").splitlines()
        return [dict(zip(words[::2], words[1::2])) for words in map(json.loads, lines)]

    def test_a_plan_is_run_once_and_takes_eight_hours(self):
        while (ended := self.soak()).returncode == 0:
            self.assertLess(len(self.calls()), 1000)
        self.assertEqual(ended.returncode, 2)
        self.assertIn("all pieces are done", ended.stderr)
        calls = self.calls()
        self.assertEqual(sum(int(call["--seconds"]) for call in calls), 8 * 3600)
        self.assertEqual(len({call["--seed"] for call in calls}), len(calls))
        self.assertEqual(len({call["--artifacts"] for call in calls}), len(calls))
        # Whatever can be run here without a library of somebody's.
        targets = {file.name.removesuffix("_fuzzer.cc")
                   for file in (SOURCE / "fuzz").glob("*_fuzzer.cc")} - {"naive", "port"}
        self.assertEqual({call["--target"] for call in calls}, targets)
        self.assertEqual({call["--target"] for call in calls[:len(targets)]}, targets)
        # What one piece has found the next of its target begins with.
        self.assertEqual(len({call["--corpus"] for call in calls}), len(targets))
        self.assertEqual(len({(call["--corpus"], call["--target"]) for call in calls}), len(targets))
        self.assertNotIn("to do", self.soak("--status").stdout)

    def test_what_was_interrupted_is_run_again(self):
        for status in (130, 2, -9):
            self.assertNotEqual(self.soak(status=status).returncode, 0)
        self.assertEqual(self.soak().returncode, 0)
        calls = self.calls()
        self.assertTrue(all(call == calls[0] for call in calls))
        self.assertNotEqual(self.soak().returncode, 2)
        self.assertNotEqual(self.calls()[-1], calls[0])

    def test_a_piece_that_ends_at_a_failure_goes_on_with_the_rest_of_its_time(self):
        self.assertEqual(self.soak(status=1).returncode, 1)
        first, second, *_ = self.soak("--status").stdout.splitlines()
        self.assertIn("20 of 900 s", first)
        self.assertIn("iter/once", first)
        self.assertIn("to do", second)
        self.assertEqual(self.soak(status=1, seconds=30).returncode, 1)
        self.assertEqual(self.soak().returncode, 0)
        self.assertEqual([call["--seconds"] for call in self.calls()], ["900", "880", "850"])
        self.assertEqual([call["--seed"] for call in self.calls()], ["1000", "1001", "1002"])
        self.assertEqual(len({call["--artifacts"] for call in self.calls()}), 1)
        first = self.soak("--status").stdout.splitlines()[0]
        self.assertNotIn(" of 900 s", first)
        self.assertIn("36 executions, 1035 operations, iter/once", first)
        self.assertEqual(first.count("iter/once"), 1)
        self.soak()
        self.assertEqual(self.calls()[-1]["--seed"], "2000")

    def test_a_piece_whose_time_is_over_is_done_whatever_it_found(self):
        self.assertEqual(self.soak(status=1, seconds=899.5).returncode, 1)
        self.assertEqual(self.soak(status=1, seconds=1.5).returncode, 1)
        self.soak()
        self.assertEqual([call["--seconds"] for call in self.calls()], ["900", "1", "900"])
        first, second, *_ = self.soak("--status").stdout.splitlines()
        self.assertNotIn(" of 900 s", first)
        self.assertIn("iter/once", first)
        self.assertIn("nothing new", second)

    def test_records_of_old_are_summaries(self):
        (self.folder / "state").mkdir()
        for number, (status, seconds) in enumerate(((0, 901), (1, 20), (1, 900)), 1):
            failures = [{"property": "len/exact"}] if status else []
            (self.folder / f"state/piece-0{number}.json").write_text(
                json.dumps({"status": status, "seconds": seconds, "executions": 7, "operations": 8,
                            "failures": failures, "mode": "fuzz"}), encoding="utf-8")
        lines = self.soak("--status").stdout.splitlines()
        self.assertIn("7 executions, 8 operations, nothing new", lines[0])
        self.assertIn("20 of 900 s, 7 executions, 8 operations, len/exact", lines[1])
        self.assertNotIn(" of 900 s", lines[2])
        for _ in range(2):
            self.assertEqual(self.soak().returncode, 0)
        self.assertEqual([(call["--seed"], call["--seconds"]) for call in self.calls()],
                         [("2001", "880"), ("4000", "900")])

    def test_a_piece_that_is_done_can_be_run_once_more(self):
        for _ in range(2):
            self.assertEqual(self.soak("--piece", "1").returncode, 0)
        self.assertEqual([(call["--seed"], call["--seconds"]) for call in self.calls()],
                         [("1000", "900"), ("1001", "900")])
        self.assertIn("24 executions", self.soak("--status").stdout.splitlines()[0])

    def test_an_interrupt_waits_for_what_the_run_still_has_to_write(self):
        status, summary = self.end_by(lambda soak: os.killpg(soak.pid, signal.SIGINT))
        self.assertEqual(status, 130)
        self.assertIsNotNone(summary, "the run was killed before it could write it")
        self.assertEqual(summary["signal"], signal.SIGINT)
        self.assertIn("20 of 900 s", self.soak("--status").stdout.splitlines()[0])

    def test_who_ends_it_ends_the_run_in_good_order(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                status, summary = self.end_by(lambda soak: soak.send_signal(number))
                self.assertEqual(status, 130)
                self.assertIsNotNone(summary, "the run was left alone")
                self.assertEqual(summary["signal"], number)
                (self.folder / "ready").unlink()

    def test_a_piece_can_be_run_by_its_number(self):
        self.assertEqual(self.soak("--piece", "5", "--seconds", "7").returncode, 0)
        self.assertEqual(self.calls()[0]["--seconds"], "7")
        lines = self.soak("--status").stdout.splitlines()
        self.assertEqual([n for n, line in enumerate(lines, 1) if "to do" not in line], [5])

    def test_targets_can_be_left_out(self):
        while self.soak("--without", "goruntime,layout").returncode == 0:
            pass
        run = {call["--target"] for call in self.calls()}
        self.assertIn("nan", run)
        self.assertFalse(run & {"goruntime", "layout"})

    def test_what_makes_no_sense_is_refused(self):
        for words in (["--piece", "0"], ["--piece", "1000"], ["--seconds", "x"], ["--what"],
                      ["--without", "nothing"]):
            ended = self.soak(*words)
            self.assertEqual(ended.returncode, 2, words)
            self.assertEqual(len(ended.stderr.splitlines()), 1, ended.stderr)
        (self.folder / "state").mkdir()
        for words in ("{", "{}", "[]"):
            (self.folder / "state/piece-01.json").write_text(words, encoding="utf-8")
            self.assertIn("piece-01.json is no summary", self.soak().stderr)
        self.assertFalse((self.folder / "calls").exists())


if __name__ == "__main__":
    SOURCE = Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
