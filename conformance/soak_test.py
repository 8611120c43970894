#!/usr/bin/env python3
"""fuzz/soak runs its plan piece by piece, whatever becomes of one. A script stands for fuzz/run.

usage: soak_test.py SOURCE_FOLDER [unittest's options]
"""
import json
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path()
# Writes what it was asked and ends as the file `status` says; without a summary if it is above 1.
RUN = """#!/usr/bin/env python3
import json, pathlib, sys
here = pathlib.Path(__file__).parent
with open(here / "calls", "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
status = int((here / "status").read_text())
pathlib.Path(given["--artifacts"]).mkdir(parents=True, exist_ok=True)
if status <= 1:
    failures = [{"property": "iter/once"}] if status else []
    (pathlib.Path(given["--artifacts"]) / "summary.json").write_text(json.dumps(
        {"executions": 12, "operations": 345, "failures": failures}))
sys.exit(status)
"""


class Soak(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        run = self.folder / "run"
        run.write_text(RUN, encoding="utf-8")
        run.chmod(run.stat().st_mode | stat.S_IXUSR)

    def soak(self, *arguments, status=0):
        (self.folder / "status").write_text(str(status), encoding="utf-8")
        return subprocess.run(
            [SOURCE / "fuzz/soak", "--state", self.folder / "state", "--run", self.folder / "run",
             *arguments], capture_output=True, text=True, check=False)

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

    def test_a_failure_is_told_and_the_plan_goes_on(self):
        self.assertEqual(self.soak(status=1).returncode, 1)
        self.assertEqual(self.soak().returncode, 0)
        first, second, *_ = self.soak("--status").stdout.splitlines()
        self.assertIn("iter/once", first)
        self.assertIn("nothing new", second)

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
        (self.folder / "state/piece-01.json").write_text("{", encoding="utf-8")
        self.assertIn("piece-01.json is no summary", self.soak().stderr)
        self.assertFalse((self.folder / "calls").exists())


if __name__ == "__main__":
    SOURCE = Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
