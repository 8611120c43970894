"""Do the comparisons with other maps measure all that they should, and the counts count?

usage: compare_test.py COMPARE_MAPS MAP_MEMORY COST_GROWTH

What the times are is not looked at: they belong to the machine. That all maps did the same work is
checked by the program itself. Memory does not depend on the machine, so that the port's is held
against Go's.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

PROGRAM = sys.argv.pop(1)
MEMORY = sys.argv.pop(1)
COSTS = sys.argv.pop(1)

GO = "go1.19"
CXX = {"gomap", "std::unordered_map", "absl::flat_hash_map", "boost::unordered_map"}
WORKLOADS = ("insert insert-hint hit miss update delete iterate iterate-growing refill churn "
             "mixed").split()
KEYS = "uint32 uint64 string16 string64 struct16 array136".split()


def run(*arguments, **environment):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True,
                          env={**os.environ, **environment}, check=False)


class Compare(unittest.TestCase):

    def test_every_map_is_measured_with_every_workload_and_kind_of_key(self):
        with tempfile.TemporaryDirectory() as folder:
            chart = pathlib.Path(folder, "ratios.svg")
            done = run("--sizes", "32", "--repetitions", "1", "--json", "--svg", str(chart))
            without_go = "real Go" in done.stderr
            self.assertIn(done.returncode, [2] if without_go else [0, 1], done.stderr)
            fields = xml.etree.ElementTree.parse(chart).findall(".//{*}title")
        found = json.loads(done.stdout)
        cells = {(one["workload"], one["key"]): one for one in found["cells"]}
        self.assertEqual(set(cells), {(w, k) for w in WORKLOADS for k in [*KEYS, "std::string"]})
        for (_, key), one in cells.items():
            maps = CXX if without_go or key == "std::string" else CXX | {GO}
            self.assertEqual(set(one["nanoseconds"]), maps)
            self.assertGreater(min(one["nanoseconds"].values()), 0)
            self.assertEqual(one["apart"], key == "std::string")
        self.assertEqual(len(fields), sum(len(one["ratios"]) for one in cells.values()))
        self.assertEqual(found["geomean_vs_go"] is None, without_go)
        self.assertGreater(found["geomean_vs_unordered_map"], 0)
        self.assertGreater(found["geomean_vs_absl"], 0)

    def test_a_verdict_on_a_part_says_so(self):
        done = run("--sizes", "32,64", "--repetitions", "2", "--only", "hit/uint64", "--json")
        found = json.loads(done.stdout)
        self.assertEqual(found["confidence"], 0.5)
        absl = next(one for one in found["goals"] if one["name"] == "geomean_vs_absl")
        self.assertEqual((absl["sizes"], absl["cells"]), ([32, 64], 2))
        self.assertFalse(absl["sure"])
        self.assertRegex(done.stderr, r"(?m)^geomean_vs_absl .* \(2 cells of 32, 64\); not sure")
        self.assertTrue(done.stderr.endswith("1e7 not measured: --sizes 1e7\n"), done.stderr)

    def test_without_a_go_it_says_so_and_the_other_ratios_come(self):
        done = run("--sizes", "32", "--repetitions", "1", "--only", "hit/uint64", "--json",
                   MAPPROOF_BENCH_GO119="/no/such/library.so")
        self.assertEqual(done.returncode, 2)
        self.assertIn("real Go", done.stderr)
        found = json.loads(done.stdout)
        self.assertIsNone(found["geomean_vs_go"])
        self.assertIsNone(found["worst_vs_go"])
        self.assertGreater(found["geomean_vs_absl"], 0)

    def test_malloc_gets_huge_pages_like_go_unless_somebody_says_otherwise(self):
        command = ["--sizes", "32", "--repetitions", "1", "--only", "hit/uint64", "--json"]
        environment = {k: v for k, v in os.environ.items() if k != "GLIBC_TUNABLES"}
        for given, used in (({}, "glibc.malloc.hugetlb=1"),
                            ({"GLIBC_TUNABLES": "glibc.malloc.hugetlb=0"},
                             "glibc.malloc.hugetlb=0")):
            done = subprocess.run([PROGRAM, *command], capture_output=True, text=True,
                                  env={**environment, **given}, check=False)
            self.assertEqual(json.loads(done.stdout)["malloc"], used)

    def test_interrupted_it_closes_with_what_it_has_measured(self):
        command = [PROGRAM, "--sizes", "32", "--repetitions", "3", "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as running:
            for line in running.stderr:
                if line.startswith("3/7: "):
                    running.send_signal(signal.SIGINT)
                    break
            printed, said = running.communicate()
        self.assertEqual(running.returncode, 2)
        measured = int(re.search(r"^interrupted: (\d) of 7 are measured$", said, re.M)[1])
        self.assertIn(measured, range(2, 7))
        self.assertEqual(len(json.loads(printed)["cells"]), measured * len(WORKLOADS))

    def test_what_cannot_be_is_refused(self):
        for wrong, why in ((["--sizes", "3"], "--sizes: 3: not a number from 16 to 100000000"),
                           (["--sizes", "32,many"], "--sizes: many: not a number"),
                           (["--sizes", "32.5"], "--sizes: 32.5: not a number"),
                           (["--sizes", "1e9"], "--sizes: 1e9: not a number"),
                           (["--only", "no such cell"], "--only: no cell has such a name"),
                           (["--repetitions", "0"], "--repetitions"),
                           (["--unheard-of"], "--unheard-of")):
            done = run(*wrong)
            self.assertEqual(done.returncode, 2, wrong)
            self.assertEqual(done.stdout, "", wrong)
            self.assertIn(why, done.stderr)

    def test_the_goals_are_printed_without_measuring(self):
        done = run("--goals")
        self.assertEqual(done.returncode, 0)
        for name in ("geomean_vs_go", "worst_vs_go", "geomean_vs_unordered_map", "geomean_vs_absl"):
            self.assertIn(name, done.stdout)


class Memory(unittest.TestCase):

    def test_the_port_holds_as_much_as_go(self):
        # Before and behind the insertion with which a map begins to grow, and somewhere else.
        done = subprocess.run([MEMORY, "--sizes", "13312,13313,1e4", "--json"], capture_output=True,
                              text=True, check=False)
        without_go = "real Go" in done.stderr
        self.assertEqual(done.returncode, 2 if without_go else 0, done.stderr)
        found = {(row["map"], row["entries"]): row for row in json.loads(done.stdout)["rows"]}
        maps = CXX if without_go else CXX | {GO}
        self.assertEqual(set(found), {(name, n) for name in maps for n in (13312, 13313, 10000)})
        for (name, n), row in found.items():
            self.assertGreater(row["filled"], 16, (name, n))
            if name != GO:
                self.assertGreaterEqual(row["peak"], row["filled"], (name, n))
            if name == GO:
                self.assertAlmostEqual(found["gomap", n]["filled"] / row["filled"], 1, delta=0.05)
                self.assertLess(found["gomap", n]["churned"], 1.5 * row["churned"], n)
        port = {n: found["gomap", n] for n in (13312, 13313, 10000)}
        self.assertGreater(port[13313]["filled"], 2 * port[13312]["filled"], "two arrays")
        self.assertLess(port[10000]["churned"], 2 * port[10000]["filled"], "bounded")


class Costs(unittest.TestCase):

    def test_every_cost_is_counted_and_drawn_and_within_its_limit(self):
        with tempfile.TemporaryDirectory() as folder:
            chart = pathlib.Path(folder, "costs.svg")
            done = subprocess.run([COSTS, "--most", "1000", "--json", "--svg", str(chart)],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            lines = xml.etree.ElementTree.parse(chart).findall(".//{*}polyline")
        found = json.loads(done.stdout)
        self.assertTrue(found["kept"])
        self.assertEqual(len(lines), 6)
        self.assertEqual(len(found["costs"]), 6)
        for cost in found["costs"]:
            self.assertEqual([row["entries"] for row in cost["rows"]], [100, 1000], cost)
            for row in cost["rows"]:
                self.assertLessEqual(row["counted"], row["at_most"], cost)
                # Something is counted: where chance has little part, limits are not far above it.
                if cost["cost"].startswith(("hash", "old", "comparisons to", "comparisons a hit")):
                    self.assertGreater(row["counted"], row["at_most"] / 3, cost)

    def test_a_file_that_cannot_be_written_is_an_error(self):
        done = subprocess.run([COSTS, "--most", "1000", "--svg", "/no/such/folder/costs.svg"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("/no/such/folder/costs.svg cannot be written", done.stderr)


if __name__ == "__main__":
    unittest.main()
