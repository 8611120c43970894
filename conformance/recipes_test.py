#!/usr/bin/env python3
"""The recipes for CI say what can be done: their YAML is sound, the scripts, options and targets that
they name exist, what they hand to engines is in order, and fuzz/recipes/job does its steps whatever
becomes of one. Nothing is built here; conformance/engines_test.py does that.

usage: recipes_test.py SOURCE_FOLDER BUILD_FOLDER [unittest's options]
"""
import configparser
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

try:
    import yaml
except ImportError:
    yaml = None

SOURCE, BUILD = Path(), Path()
WORKFLOWS = [".github/workflows/fuzz.yml", ".github/workflows/clusterfuzzlite.yml",
             "fuzz/recipes/own-map.github.yml"]
GITLAB = [".gitlab-ci.yml", "fuzz/recipes/gitlab.yml", "fuzz/recipes/own-map.gitlab.yml"]
OTHERS = ["fuzz/action.yml", ".clusterfuzzlite/project.yaml"]
# What the actions of others take, as far as the recipes use them.
INPUTS = {
    "actions/checkout": {"repository", "path"},
    "actions/cache/restore": {"path", "key", "restore-keys"},
    "actions/cache/save": {"path", "key"},
    "actions/upload-artifact": {"name", "path", "if-no-files-found"},
    "github/codeql-action/upload-sarif": {"sarif_file", "category"},
    "google/clusterfuzzlite/actions/build_fuzzers": {"language", "github-token", "sanitizer",
                                                     "upload-build"},
    "google/clusterfuzzlite/actions/run_fuzzers": {"github-token", "fuzz-seconds", "mode",
                                                   "sanitizer"},
}


def text(name):
    return (SOURCE / name).read_text(encoding="utf-8")


def load(name):
    return yaml.safe_load(text(name))


def run(*command, **options):
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=300, **options)


def targets():
    return json.loads((BUILD / "fuzz_targets.json").read_text(encoding="utf-8"))


def steps_of(name):
    """Yields (job, its matrix' names, step)."""
    if name == "fuzz/action.yml":
        for step in load(name)["runs"]["steps"]:
            yield "action", set(), step
        return
    for job, body in load(name)["jobs"].items():
        matrix = body.get("strategy", {}).get("matrix", {})
        names = set(matrix) - {"include"}
        names.update(key for one in matrix.get("include", []) for key in one)
        for step in body["steps"]:
            yield job, names, step


class Yaml(unittest.TestCase):
    def test_every_file_of_the_kind_is_looked_at(self):
        found = {str(path.relative_to(SOURCE))
                 for folder in (".github", ".clusterfuzzlite", "fuzz")
                 for path in (SOURCE / folder).rglob("*.y*ml")}
        found.add(".gitlab-ci.yml")
        self.assertEqual(found, set(WORKFLOWS + GITLAB + OTHERS))

    def test_it_has_the_form_of_yaml(self):
        for name in WORKFLOWS + GITLAB + OTHERS:
            with self.subTest(name):
                self.assertNotIn("\t", text(name))
                for line in text(name).splitlines():
                    indent = len(line) - len(line.lstrip(" "))
                    self.assertEqual(indent % 2, 0, line)

    @unittest.skipIf(yaml is None, "apt-get install python3-yaml")
    def test_it_is_yaml(self):
        for name in WORKFLOWS + GITLAB + OTHERS:
            with self.subTest(name):
                self.assertIsInstance(load(name), dict)


@unittest.skipIf(yaml is None, "apt-get install python3-yaml")
class GitHub(unittest.TestCase):
    def test_jobs_have_what_they_need(self):
        for name in WORKFLOWS:
            workflow = load(name)
            self.assertTrue(workflow[True], name)  # YAML 1.1 takes `on` for a truth value
            self.assertIn("permissions", workflow, name)
            for job in workflow["jobs"].values():
                self.assertIn("runs-on", job, name)

    def test_steps_run_or_use_and_give_what_is_taken(self):
        own = set(load("fuzz/action.yml")["inputs"])
        seen = 0
        for name in WORKFLOWS + ["fuzz/action.yml"]:
            for job, _, step in steps_of(name):
                with self.subTest(name, job=job, step=step):
                    self.assertNotEqual("uses" in step, "run" in step)
                    if name == "fuzz/action.yml" and "run" in step:
                        self.assertIn("shell", step)
                    if "uses" not in step:
                        continue
                    seen += 1
                    action, _, version = step["uses"].partition("@")
                    if action.startswith("./"):
                        path = SOURCE / re.sub(r"^\./(mapproof/)?", "", action) / "action.yml"
                        self.assertTrue(path.exists(), path)
                    self.assertEqual(action.startswith("./"), not version)
                    known = own if action.startswith("./") else INPUTS[action]
                    self.assertLessEqual(set(step.get("with", {})), known)
        self.assertGreater(seen, 10)

    def test_expressions_name_what_there_is(self):
        inputs = set(load("fuzz/action.yml")["inputs"])
        for name in WORKFLOWS + ["fuzz/action.yml"]:
            for _, matrix, step in steps_of(name):
                words = json.dumps(step)
                self.assertLessEqual(set(re.findall(r"\bmatrix\.([\w-]+)", words)), matrix, name)
                used = set(re.findall(r"\binputs\.([\w-]+)", words))
                self.assertLessEqual(used, inputs if name == "fuzz/action.yml" else set(), name)
        used = set(re.findall(r"\binputs\.([\w-]+)", text("fuzz/action.yml")))
        self.assertEqual(used, inputs, "an input is not used")

    def test_what_comes_from_outside_reaches_the_shell_as_a_variable_only(self):
        for name in WORKFLOWS + ["fuzz/action.yml"]:
            for _, _, step in steps_of(name):
                self.assertNotIn("${{", step.get("run", ""), name)

    def test_schedules_that_jobs_ask_for_exist(self):
        name = ".github/workflows/clusterfuzzlite.yml"
        asked = set(re.findall(r"github\.event\.schedule == '([^']+)'", text(name)))
        self.assertEqual(asked, {one["cron"] for one in load(name)[True]["schedule"]})

    def test_sanitizers_are_those_of_the_project(self):
        known = set(load(".clusterfuzzlite/project.yaml")["sanitizers"]) | {"coverage"}
        for job in load(".github/workflows/clusterfuzzlite.yml")["jobs"].values():
            matrix = job["strategy"]["matrix"]
            used = set(matrix.get("sanitizer", [])) | {
                one["sanitizer"] for one in matrix.get("include", [])}
            self.assertTrue(used and used <= known, used)


@unittest.skipIf(yaml is None, "apt-get install python3-yaml")
class GitLab(unittest.TestCase):
    def test_what_jobs_extend_and_files_include_exists(self):
        jobs = load("fuzz/recipes/gitlab.yml")
        for name in (".gitlab-ci.yml", "fuzz/recipes/own-map.gitlab.yml"):
            recipe = load(name)
            for one in recipe.pop("include"):
                self.assertTrue((SOURCE / one.get("local", one.get("file"))).exists(), name)
            self.assertTrue(recipe, name)
            for job in recipe.values():
                self.assertIn(job["extends"], jobs, name)
                self.assertLessEqual(
                    set(job.get("variables", {})),
                    set(jobs[job["extends"]]["variables"]), name)


class Commands(unittest.TestCase):
    def shell(self):
        """The lines of all recipes that name something of this project."""
        for name in WORKFLOWS + GITLAB + OTHERS:
            for line in text(name).splitlines():
                if not line.lstrip().startswith("#"):
                    yield name, line

    def test_scripts_that_are_named_exist(self):
        seen = 0
        for name, line in self.shell():
            line = line.replace("$GITHUB_ACTION_PATH/", "fuzz/").replace("$MAPPROOF/", "")
            for script in re.findall(r"\bfuzz/(?:recipes/job|run)\b", line):
                self.assertTrue(os.access(SOURCE / script, os.X_OK), f"{name}: {script}")
                seen += 1
            for path in re.findall(r"\bmapproof/(oracle/[\w/]+)", line):
                self.assertTrue((SOURCE / path).exists(), f"{name}: {path}")
        self.assertGreaterEqual(seen, 2)

    def test_options_that_are_given_exist(self):
        known = set(re.findall(r"(?<![\w-])--[a-z]+", run(SOURCE / "fuzz/run", "--help").stdout))
        job = run(SOURCE / "fuzz/recipes/job", "--help").stdout
        of_job = set(re.findall(r"^  (--[a-z]+) ", job, re.MULTILINE))
        self.assertEqual(of_job, {"--keep", "--help"})
        given = set()
        for name in ("fuzz/action.yml", "fuzz/recipes/gitlab.yml", "fuzz/recipes/own-map.gitlab.yml"):
            lines = [line for line in text(name).splitlines()
                     if "options" in line or "OPTIONS" in line or "duration" in line]
            given |= set(re.findall(r"(?<![\w-])--[a-z]+", "\n".join(lines)))
        self.assertLessEqual({"--target", "--seconds", "--port", "--keep"}, given)
        for line in text("fuzz/recipes/job").splitlines():
            if re.search(r"\bstep -|^options", line):
                given |= set(re.findall(r"(?<![\w-])--[a-z]+", line))
        self.assertLessEqual({"--regress", "--corpus", "--artifacts", "--minimize"}, given)
        self.assertLessEqual(given - of_job, known, "fuzz/run --help does not list them")

    def test_targets_that_are_named_exist(self):
        known = {target["name"] for target in targets()} | {"all"}
        for name, line in self.shell():
            for target in re.findall(r"(?:--target |\btarget: )([\w,]+)", line):
                self.assertLessEqual(set(target.split(",")), known, f"{name}: {line}")

    def test_what_engines_do_not_get_is_said(self):
        readme = text("fuzz/README.md")
        section = readme[readme.index("## In your CI"):].split("\n## ")[0]
        for target in targets():
            if target["needs"]:
                self.assertIn(f"`{target['name']}`", section)

    def test_scripts_are_in_order(self):
        for name in (".clusterfuzzlite/build.sh", "fuzz/recipes/job"):
            self.assertEqual(run("bash", "-n", SOURCE / name).stdout, "")
            self.assertTrue((SOURCE / name).stat().st_mode & stat.S_IXUSR, name)
            if shutil.which("shellcheck"):
                self.assertEqual(run("shellcheck", SOURCE / name).stdout, "")


class Job(unittest.TestCase):
    """fuzz/recipes/job with a fuzz/run that writes down what it is asked for."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mapproof-job-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        (self.folder / "mapproof/fuzz/recipes").mkdir(parents=True)
        shutil.copy(SOURCE / "fuzz/recipes/job", self.folder / "mapproof/fuzz/recipes")

    def job(self, *arguments, regress=0, fuzz=0, minimize=0):
        fake = self.folder / "mapproof/fuzz/run"
        fake.write_text(
            '#!/bin/bash\necho "$*" >>"${0%/*}/asked"\ncase " $* " in\n'
            f'*" --regress "*) exit {regress} ;;\n*" --minimize "*) exit {minimize} ;;\n'
            f'*) exit {fuzz} ;;\nesac\n', encoding="utf-8")
        fake.chmod(0o755)
        asked = self.folder / "mapproof/fuzz/asked"
        asked.unlink(missing_ok=True)
        done = run(self.folder / "mapproof/fuzz/recipes/job", *arguments, cwd=self.folder)
        return done.returncode, asked.read_text(encoding="utf-8").splitlines()

    def test_replays_and_then_fuzzes_with_what_it_was_given(self):
        status, asked = self.job("--target", "nan", "--seconds", "7")
        common = f"--target nan --seconds 7 --corpus {self.folder}/fuzz-corpus"
        failures = f"--artifacts {self.folder}/fuzz-failures"
        self.assertEqual(status, 0)
        self.assertEqual(asked, [f"{common} --regress {failures}/regressions",
                                 f"{common} {failures}/fuzzing"])

    def test_fuzzes_and_keeps_the_corpus_after_a_regression_too(self):
        status, asked = self.job("--keep", regress=1)
        self.assertEqual((status, len(asked)), (1, 3))
        self.assertIn(" --minimize ", asked[2])

    def test_fails_where_fuzzing_fails_and_keeps_the_corpus_nevertheless(self):
        status, asked = self.job("--keep", fuzz=1)
        self.assertEqual((status, len(asked)), (1, 3))

    def test_fails_where_the_corpus_cannot_be_kept(self):
        self.assertEqual(self.job("--keep", minimize=1)[0], 1)

    def test_stops_where_nothing_can_be_run(self):
        self.assertEqual((self.job(regress=2)[0], len(self.job(regress=2)[1])), (2, 1))
        self.assertEqual((self.job(fuzz=130)[0], len(self.job("--keep", fuzz=130)[1])), (130, 2))


class Material(unittest.TestCase):
    """What engines are given beside a target."""

    def material(self, *arguments):
        done = run(BUILD / "fuzz_material", *arguments)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_each_program_of_the_corpus_is_a_seed(self):
        programs = sorted((SOURCE / "corpus").rglob("*.mapproof"))
        self.assertGreater(len(programs), 100)
        for inputs in ("programs", "text"):
            with tempfile.TemporaryDirectory(prefix="mapproof-seeds-") as folder:
                self.material("seeds", inputs, SOURCE / "corpus", folder)
                seeds = sorted(os.listdir(folder))
                self.assertEqual(len(seeds), len(programs) * (2 if inputs == "text" else 1))
                for program in programs[::20]:
                    name = "-".join(program.relative_to(SOURCE / "corpus").with_suffix("").parts)
                    bytes_of = run(BUILD / "mapproof", "convert", program, "--to", "bytes", "-o",
                                   Path(folder) / "converted")
                    self.assertEqual(bytes_of.returncode, 0, bytes_of.stdout)
                    self.assertEqual((Path(folder) / f"{name}.bin").read_bytes(),
                                     (Path(folder) / "converted").read_bytes())

    def test_a_corpus_without_programs_is_refused(self):
        with tempfile.TemporaryDirectory(prefix="mapproof-seeds-") as folder:
            done = run(BUILD / "fuzz_material", "seeds", "programs", folder, folder)
            self.assertEqual(done.returncode, 2)
            self.assertIn("no programs", done.stdout)

    def test_dictionaries_are_those_of_libfuzzer_and_afl(self):
        word = "".join(f"\\x{ord(letter):02x}" for letter in "putrange")
        for inputs in ("programs", "text"):
            lines = self.material("dictionary", inputs).splitlines()
            self.assertGreater(len(lines), 50)
            self.assertEqual(len(lines), len(set(lines)))
            for line in lines:
                self.assertRegex(line, r'^"(\\x[0-9a-f]{2}){1,64}"$')
            if inputs == "text":
                self.assertIn(f'"{word}"', lines)

    def test_options_are_of_sections_that_engines_read(self):
        options = configparser.ConfigParser()
        options.read(SOURCE / ".clusterfuzzlite/options")
        self.assertLessEqual(set(options.sections()), {"libfuzzer", "asan", "ubsan", "msan", "env"})
        self.assertIn("max_len", options["libfuzzer"])

    @unittest.skipUnless(shutil.which("clang++"), "apt-get install clang")
    def test_the_packages_of_the_image_are_enough(self):
        installed = re.search(r"no-install-recommends \\\n(.*)", text(".clusterfuzzlite/Dockerfile"))[1]
        self.assertEqual(installed.split(), ["libfmt-dev", "ninja-build", "nlohmann-json3-dev"])
        others = ["absl", "benchmark", "Boost", "CLI11", "GTest", "rapidcheck", "Python3"]
        with tempfile.TemporaryDirectory(prefix="mapproof-image-") as folder:
            environment = dict(os.environ, LIB_FUZZING_ENGINE="-fsanitize=fuzzer")
            done = run("cmake", "-S", SOURCE, "-B", folder, "-DMAPPROOF_FUZZERS=ON", "-DMAPPROOF_GO=OFF",
                       "-DCMAKE_CXX_COMPILER=clang++",
                       *(f"-DCMAKE_DISABLE_FIND_PACKAGE_{one}=ON" for one in others), env=environment)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertNotIn("valijson", (Path(folder) / "CMakeCache.txt").read_text().lower())


if __name__ == "__main__":
    SOURCE, BUILD = (Path(argument).resolve() for argument in sys.argv[1:3])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
