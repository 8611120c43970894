#!/usr/bin/env python3
"""How conformance/mutants/run fuzzes a mutant, and what it makes of its trials.

usage: mutant_figures_test.py SOURCE_FOLDER [unittest's options]
"""
import contextlib
import io
import itertools
import json
import math
import stat
import sys
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(sys.argv.pop(1)).resolve() / "conformance/mutants"))
# pylint: disable=wrong-import-position
import figures
import survival
import tables
from bench import Bench
from trials import Trials


def hit(seconds, target="differential", broken="iter/once"):
    return {"killed": True, "seconds": seconds, "target": target, "property": broken}


MISS = {"killed": False, "seconds": 60}


class Turns(unittest.TestCase):
    def first(self, number, with_seeds):
        return list(itertools.islice(figures.turns(["a", "b"], with_seeds), number))

    def test_each_target_replays_the_seeds_before_one_goes_on(self):
        self.assertEqual(self.first(4, True), [("a", 0), ("b", 0), ("a", 2), ("b", 2)])

    def test_without_seeds_nothing_is_replayed(self):
        self.assertEqual(self.first(2, False), [("a", 2), ("b", 2)])

    def test_turns_become_longer_up_to_a_bound_and_all_targets_have_as_much(self):
        all_turns = self.first(40, False)
        lengths = [length for _, length in all_turns]
        self.assertEqual(lengths[::2], lengths[1::2])
        self.assertEqual(lengths[:10:2], [2, 4, 8, 16, 16])
        self.assertEqual([target for target, _ in all_turns], ["a", "b"] * 20)


class Median(unittest.TestCase):
    def test_of_trials_that_all_found(self):
        self.assertEqual(figures.median([5, 1, 3]), 3)
        self.assertEqual(figures.median([4, 1, 2, 3]), 2.5)

    def test_a_trial_that_did_not_find_counts_as_the_longest(self):
        self.assertEqual(figures.time_to_kill(MISS), math.inf)
        self.assertEqual(figures.median([math.inf, 1, 3]), 3)
        self.assertEqual(figures.median([math.inf, 1]), math.inf)
        self.assertEqual(figures.median([math.inf, math.inf, 1]), math.inf)

    def test_of_nothing(self):
        self.assertIsNone(figures.median([]))
        self.assertIsNone(figures.interval([]))


class Interval(unittest.TestCase):
    def test_of_few_trials_is_all_of_them_and_says_how_sure_it_is(self):
        self.assertEqual(figures.interval([7]), (7, 7, 0))
        self.assertEqual(figures.interval([3, 1, 5, 2, 4]), (1, 5, 1 - 2 / 32))

    def test_of_many_is_the_narrowest_that_is_sure_enough(self):
        # The classical table: of ten, the second and the ninth, with 97.9 %.
        low, high, confidence = figures.interval(range(1, 11))
        self.assertEqual((low, high), (2, 9))
        self.assertAlmostEqual(confidence, 1 - 22 / 1024)
        low, high, confidence = figures.interval(range(1, 101))
        self.assertEqual((low, high), (40, 61))
        self.assertGreaterEqual(confidence, 0.95)

    def test_ends_with_the_trials_that_did_not_find(self):
        self.assertEqual(figures.interval([1, 2, math.inf])[:2], (1, math.inf))


class Sums(unittest.TestCase):
    def test_of_one_mutant(self):
        one = figures.of_one_mutant([hit(2), MISS, hit(1, "nan", "access/absent"), hit(4)])
        self.assertEqual((one["killed"], one["trials"], one["median"]), (3, 4, 3))
        self.assertEqual(one["targets"], {"differential": 2, "nan": 1})
        self.assertEqual(one["properties"], {"iter/once": 2, "access/absent": 1})

    def test_of_all_counts_mutants_and_trials(self):
        total = figures.of_all({"found": [hit(1)] * 5, "mostly": [hit(3, "faces")] * 4 + [MISS],
                                "seldom": [hit(2)] + [MISS] * 4, "never": [MISS] * 5, "not run": []})
        self.assertEqual(total["mutants"], 4)
        self.assertEqual(total["killed_once"], 3)
        self.assertEqual(total["killed_in_four_of_five"], 2)
        self.assertEqual((total["trials_killed"], total["trials"]), (10, 20))
        self.assertEqual(total["targets"], {"differential": 6, "faces": 4})
        self.assertEqual(total["median"], math.inf)  # between 3 s and never

    def test_the_median_over_mutants_is_one_of_their_medians(self):
        total = figures.of_all({"a": [hit(1)], "b": [hit(2)], "c": [MISS]})
        self.assertEqual(total["median"], 2)


class Cause(unittest.TestCase):
    def test_is_the_property_of_the_verdict(self):
        log = ("==== iter/no-deleted at op 3\n==== kept as /t/verdict-iter-no-deleted-"
               "0123456789abcdef.bin and .mapproof\n==2== ERROR: libFuzzer: deadly signal\n")
        self.assertEqual(figures.cause(log, 77), "iter/no-deleted")

    def test_or_what_a_sanitizer_reports(self):
        log = ("==1==ERROR: AddressSanitizer: requested allocation size 0x1 exceeds\n"
               "SUMMARY: AddressSanitizer: allocation-size-too-big (/a+0x1)\n")
        self.assertEqual(figures.cause(log, 77), "allocation-size-too-big")
        log = "SUMMARY: AddressSanitizer: 304 byte(s) leaked in 1 allocation(s).\n"
        self.assertEqual(figures.cause(log, 77), "leak")

    def test_or_what_the_engine_says(self):
        self.assertEqual(figures.cause("==1== ERROR: libFuzzer: timeout after 2 seconds", 70),
                         "timeout")
        self.assertEqual(figures.cause("==1== ERROR: libFuzzer: deadly signal", 77), "crash")
        self.assertEqual(figures.cause("", 66), "exit 66")


class Words(unittest.TestCase):
    def test_what_was_never_found_has_no_number(self):
        self.assertEqual(tables.seconds(math.inf), "never")
        self.assertEqual(tables.span((0.5, math.inf, 0.9375)), "0.50 s to never (94 %)")


# Notes its arguments and ends as the target's name says.
FUZZER = """#!/usr/bin/env python3
import json, os, pathlib, sys
target = os.environ["MAPPROOF_TARGET"]
corpus = [pathlib.Path(word) for word in sys.argv[1:] if not word.startswith("-")]
with open(pathlib.Path(__file__).parent / "calls", "a") as calls:
    calls.write(json.dumps([target, sys.argv[1:], len(list(corpus[0].iterdir()))]) + "\\n")
(corpus[0] / str(len(list(corpus[0].iterdir())))).touch()
if target == "finds":
    print("==== kept as /t/verdict-len-exact-0123456789abcdef.bin")
    sys.exit(77)
if target == "cannot":
    print("cannot run: no reason")
    sys.exit(2)
"""


class FakeBench:
    suite_key = "key"

    def __init__(self, folder):
        self.work = self.fuzz = folder

    def seeds(self):
        return self.work / "seeds"


class ATrial(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        fuzzer = self.folder / "mutant_fuzzer"
        fuzzer.write_text(FUZZER, encoding="utf-8")
        fuzzer.chmod(fuzzer.stat().st_mode | stat.S_IXUSR)

    def trial(self, targets, corpus="seeds", seed=1, step=0.5):
        """A clock that is asked goes on by `step`."""
        ticks = itertools.count(0, step)
        trials = Trials(FakeBench(self.folder), targets, 60, corpus, lambda: next(ticks))
        return trials.run(seed, self.folder / "log")

    def calls(self):
        lines = (self.folder / "calls").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def test_ends_with_the_first_target_that_stops(self):
        trial = self.trial(["quiet", "finds", "late"])
        self.assertEqual((trial["killed"], trial["target"], trial["property"]),
                         (True, "finds", "len/exact"))
        self.assertEqual(trial["seconds"], 1.5)
        self.assertEqual([target for target, _, _ in self.calls()], ["quiet", "finds"])

    def test_that_finds_nothing_ends_with_its_time(self):
        trial = self.trial(["quiet", "silent"], step=11.5)
        self.assertEqual((trial["killed"], trial["seconds"]), (False, 60))
        self.assertEqual(len(self.calls()), 5)
        # The last turn is cut to what is left.
        self.assertIn("-max_total_time=2", self.calls()[2][1])
        self.assertIn("-max_total_time=3", self.calls()[4][1])

    def test_keeps_the_corpus_of_a_target_from_turn_to_turn_and_no_longer(self):
        for _ in range(2):
            self.trial(["a", "b"], corpus="empty", step=10)
        self.assertEqual([(target, n) for target, _, n in self.calls()],
                         [("a", 0), ("b", 0), ("a", 1), ("b", 1), ("a", 2)] * 2)

    def test_has_the_seeds_only_if_it_begins_with_them(self):
        seeds = str(self.folder / "seeds")
        self.trial(["finds"])
        self.trial(["finds"], corpus="empty")
        with_seeds, without = (words for _, words, _ in self.calls())
        self.assertEqual((with_seeds[-1], "-runs=0" in with_seeds), (seeds, True))
        self.assertNotIn(seeds, without)

    def test_draws_otherwise_with_another_seed(self):
        for seed in (1, 2):
            self.trial(["a"], corpus="empty", seed=seed, step=10)
        seeds = [next(word for word in words if word.startswith("-seed="))
                 for _, words, _ in self.calls()]
        self.assertEqual(len(set(seeds)), len(seeds))

    def test_of_a_target_that_cannot_run_kills_nothing(self):
        with self.assertRaises(SystemExit) as ended, \
                contextlib.redirect_stderr(io.StringIO()) as said:
            self.trial(["cannot"])
        self.assertEqual(ended.exception.code, 2)
        self.assertIn("no reason", said.getvalue())


class Survival(unittest.TestCase):
    def test_each_kill_takes_its_part(self):
        self.assertEqual(survival.survivors([2, math.inf, 1, math.inf]),
                         [(0.0, 1.0), (1, 0.75), (2, 0.5)])

    def test_what_nobody_kills_lives_to_the_end(self):
        self.assertEqual(survival.survivors([math.inf]), [(0.0, 1.0)])

    def test_the_picture_has_a_curve_and_a_label_for_each_and_no_label_over_another(self):
        svg = survival.survival_svg({"a": [math.inf], "b": [math.inf], "c": [1.5, 2]}, 20)
        root = ElementTree.fromstring(svg)
        paths = [e for e in root if e.get("fill") == "none"]
        self.assertEqual(len(paths), 3)
        labels = {e.text: float(e.get("y")) for e in root if e.text in ("a", "b", "c")}
        self.assertEqual(len(labels), 3)
        places = sorted(labels.values())
        self.assertTrue(all(b - a >= 14 for a, b in zip(places, places[1:])), labels)
        self.assertLess(labels["a"], labels["c"], "the one that lives on lies above")


class TwoRuns(unittest.TestCase):
    def test_in_one_folder_the_second_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench.__new__(Bench)
            bench.work = Path(folder)
            first = bench.alone()
            with contextlib.redirect_stderr(io.StringIO()) as said:
                with self.assertRaises(SystemExit) as stopped:
                    bench.alone()
            self.assertEqual(stopped.exception.code, 2)
            self.assertIn(f"another run is at work in {folder}", said.getvalue())
            first.close()
            bench.alone().close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
