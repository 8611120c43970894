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
import signal
import stat
import subprocess
import sys
import tempfile
import time
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


def expanded(template, **values):
    """A text of GitHub's with its expressions replaced; `github_job` is the value of github.job."""
    return re.sub(r"\$\{\{ *([\w.-]+) *\}\}",
                  lambda found: str(values[re.sub("[.-]", "_", found[1])]), template)


def minutes(words):
    """Of a duration of GitLab's: 2h40m, 3h."""
    found = re.fullmatch(r"(?:(\d+)h)? ?(?:(\d+)m)?", words)
    return 60 * int(found[1] or 0) + int(found[2] or 0)


def holds(condition, variables):
    """A condition of GitLab's rules."""
    words = re.sub(r"\$(\w+)", lambda found: repr(variables.get(found[1])), condition)
    return eval(words.replace("&&", " and ").replace("||", " or "))  # words of this project


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

    def corpus(self, target="all", name=None, run=1, attempt=1, **job):
        """What a run of the action is told: the key it saves and those that it begins with."""
        inputs = load("fuzz/action.yml")["inputs"]
        values = {"github_run_id": run, "github_run_attempt": attempt, "github_job": "fuzz",
                  "strategy_job_index": 0, "inputs_target": target, **job}
        for one, body in inputs.items():
            if not body.get("required"):
                values.setdefault("inputs_" + one, expanded(body["default"], **values))
        if name:
            values["inputs_name"] = name
        steps = {step["uses"].partition("@")[0]: step["with"]
                 for _, _, step in steps_of("fuzz/action.yml") if "uses" in step}
        saved, restored = (expanded(steps["actions/cache/" + verb]["key"], **values)
                           for verb in ("save", "restore"))
        self.assertEqual(saved, restored)
        return saved, expanded(steps["actions/cache/restore"]["restore-keys"], **values)

    def test_a_corpus_goes_on_from_run_to_run_and_from_attempt_to_attempt(self):
        saved, _ = self.corpus(run=7)
        again, begun = self.corpus(run=7, attempt=2)
        self.assertNotEqual(saved, again, "what is there cannot be saved")
        self.assertTrue(saved.startswith(begun))
        for later in (self.corpus(run=8), self.corpus(run=70)):
            self.assertTrue(saved.startswith(later[1]) and again.startswith(later[1]))
            self.assertNotIn(later[0], (saved, again))

    def test_a_corpus_has_a_key_whatever_the_target(self):
        self.assertNotIn(",", "".join(self.corpus("nan,layout")))
        self.assertEqual(self.corpus("nan,layout"), self.corpus("port"))

    def test_jobs_for_two_maps_do_not_share_a_corpus(self):
        jobs = [self.corpus("port", github_job=job, strategy_job_index=index)
                for job in ("fuzz", "fuzz-1", "other") for index in (0, 1, 11)]
        jobs += [self.corpus("port", name=name) for name in ("map", "map-2", "fuzz-2")]
        for one in jobs:
            for other in jobs:
                self.assertEqual(one[0].startswith(other[1]), one is other, (one, other))

    def test_what_jobs_leave_is_called_as_their_corpus(self):
        named = [step["with"].get("name", step["with"].get("category"))
                 for _, _, step in steps_of("fuzz/action.yml")
                 if step.get("uses", "").startswith(("actions/upload", "github/codeql"))]
        self.assertEqual(len(named), 4)
        self.assertEqual(len(set(named)), 4)
        for name in named:
            self.assertTrue(name.endswith("-${{ inputs.name }}"), name)

    def test_a_pull_request_begins_with_what_the_night_has_found(self):
        for name in WORKFLOWS:
            workflow = load(name)
            jobs = [job for job in workflow["jobs"].values()
                    if any(re.fullmatch(r"\./(mapproof/)?fuzz", step.get("uses", ""))
                           for step in job["steps"])]
            if not jobs:
                continue
            self.assertLessEqual({"pull_request", "schedule"}, set(workflow[True]), name)
            for job in jobs:  # the same job, so the same name
                self.assertNotIn("if", job, name)
                self.assertEqual(job["steps"][-1]["with"]["keep"],
                                 "${{ github.event_name != 'pull_request' }}", name)

    def test_jobs_end_before_they_are_cut_off(self):
        for name in WORKFLOWS:
            for job in load(name)["jobs"].values():
                # Six hours are the most that a hosted runner gives, and what it gives by itself.
                self.assertLessEqual(job.get("timeout-minutes", 0), 330, name)
                for step in job["steps"]:
                    numbers = re.findall(r"\b\d+\b", str(step.get("with", {}).get("seconds", 0)))
                    # Beside fuzzing: building, regressions, minimizing, uploads.
                    self.assertLessEqual(max(map(int, numbers)) / 60 + 45,
                                         job.get("timeout-minutes", 360), name)

    def test_a_signal_reaches_the_script(self):
        lines = [line for _, _, step in steps_of("fuzz/action.yml")
                 for line in step.get("run", "").splitlines() if "recipes/job" in line]
        self.assertEqual(len(lines), 1)
        self.assertTrue(lines[0].startswith("exec "), lines)

    def test_the_engines_are_tested_each_night(self):
        workflow = load(".github/workflows/fuzz.yml")
        self.assertIn("schedule", workflow[True])
        jobs = [job for job in workflow["jobs"].values()
                if any(step.get("run") == "./conformance/run --engines" for step in job["steps"])]
        self.assertEqual(len(jobs), 1)
        self.assertEqual(jobs[0]["if"], "github.event_name != 'pull_request'")
        self.assertEqual(jobs[0]["container"], "debian:12")
        self.assertGreaterEqual(jobs[0]["timeout-minutes"], 120)

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
    NIGHT = {"CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BRANCH": "main"}
    BY_HAND = {"CI_PIPELINE_SOURCE": "web", "CI_COMMIT_BRANCH": "main"}
    REQUEST = {"CI_PIPELINE_SOURCE": "merge_request_event"}

    def variables(self, job, **pipeline):
        """Those that a job has in a pipeline; nothing if it is not in it."""
        pipeline = {"CI_DEFAULT_BRANCH": "main", **pipeline}
        for rule in job["rules"]:
            if holds(rule["if"], pipeline):
                return {**pipeline, **job.get("variables", {}), **rule.get("variables", {})}
        return None

    def test_what_jobs_extend_and_files_include_exists(self):
        jobs = load("fuzz/recipes/gitlab.yml")
        for name in (".gitlab-ci.yml", "fuzz/recipes/own-map.gitlab.yml"):
            recipe = load(name)
            for one in recipe.pop("include"):
                self.assertTrue((SOURCE / one.get("local", one.get("file"))).exists(), name)
            extending = [job for job in recipe.values() if "extends" in job]
            self.assertTrue(extending, name)
            for job in extending:
                self.assertIn(job["extends"], jobs, name)
                self.assertLessEqual(
                    set(job.get("variables", {})),
                    set(jobs[job["extends"]]["variables"]), name)
            for job in recipe.values():
                self.assertTrue("extends" in job or {"image", "script", "rules"} <= set(job), name)

    def test_jobs_end_in_time_for_their_uploads(self):
        for name in GITLAB:
            for job in load(name).values():
                if isinstance(job, dict) and "timeout" in job:
                    # gitlab.com's own runners give no more.
                    self.assertLessEqual(minutes(job["timeout"]), 180, name)
        job = load("fuzz/recipes/gitlab.yml")[".mapproof-fuzz"]
        variables = job["variables"]
        script = minutes(variables["RUNNER_SCRIPT_TIMEOUT"])
        after = minutes(variables["RUNNER_AFTER_SCRIPT_TIMEOUT"])
        self.assertLessEqual(script + after + 10, minutes(job["timeout"]))
        # Beside fuzzing: building, regressions, minimizing.
        self.assertLessEqual(int(variables["MAPPROOF_NIGHTLY_SECONDS"]) / 60 + 30, script)
        self.assertEqual((job["cache"]["when"], job["artifacts"]["when"]), ("always", "always"))

    def test_how_long_it_fuzzes_can_be_said(self):
        job = load("fuzz/recipes/gitlab.yml")[".mapproof-fuzz"]
        with tempfile.TemporaryDirectory(prefix="mapproof-gitlab-") as folder:
            fake = Path(folder) / "fuzz/recipes/job"
            fake.parent.mkdir(parents=True)
            fake.write_text('#!/bin/sh\necho "$*"\n', encoding="utf-8")
            fake.chmod(0o755)

            def asked(**pipeline):
                variables = {**self.variables(job, **pipeline), **pipeline, "MAPPROOF": folder}
                done = run("bash", "-e", "-c", "\n".join(job["script"]), env={
                    "PATH": os.environ["PATH"], **{key: str(of) for key, of in variables.items()}})
                return done.stdout.strip()

            self.assertEqual(asked(**self.REQUEST), "--target all --seconds 300")
            self.assertEqual(asked(**self.NIGHT), "--target all --seconds 7200 --keep")
            self.assertEqual(asked(**self.NIGHT, MAPPROOF_NIGHTLY_SECONDS="60"),
                             "--target all --seconds 60 --keep")

    def test_only_the_main_branch_saves_what_all_begin_with(self):
        job = load("fuzz/recipes/gitlab.yml")[".mapproof-fuzz"]
        self.assertIs(job["cache"]["unprotect"], True, "merge requests have a cache of their own")
        self.assertEqual(job["cache"]["policy"], "$CACHE_POLICY")
        self.assertNotIn("$CI_COMMIT", job["cache"]["key"])
        for pipeline, policy in (
                (self.NIGHT, "pull-push"), (self.BY_HAND, "pull-push"), (self.REQUEST, "pull"),
                ({**self.REQUEST, "CI_COMMIT_BRANCH": "main"}, "pull"),
                ({**self.NIGHT, "CI_COMMIT_BRANCH": "other"}, "pull"),
                ({**self.BY_HAND, "CI_COMMIT_BRANCH": "other"}, "pull")):
            self.assertEqual(self.variables(job, **pipeline)["CACHE_POLICY"], policy, pipeline)
        self.assertIsNone(self.variables(job, CI_PIPELINE_SOURCE="push", CI_COMMIT_BRANCH="main"))
        # Who extends it has this cache, or says something else of it, not half of both.
        for name in (".gitlab-ci.yml", "fuzz/recipes/own-map.gitlab.yml"):
            for one in load(name).values():
                self.assertFalse(isinstance(one, dict) and "cache" in one, name)

    def test_the_engines_are_tested_each_night(self):
        jobs = [job for job in load(".gitlab-ci.yml").values()
                if isinstance(job, dict) and job.get("script") == ["./conformance/run --engines"]]
        self.assertEqual(len(jobs), 1)
        self.assertEqual(jobs[0]["image"], "debian:12")
        self.assertGreaterEqual(minutes(jobs[0]["timeout"]), 120)
        self.assertIsNotNone(self.variables(jobs[0], **self.NIGHT))
        self.assertIsNone(self.variables(jobs[0], **self.REQUEST))


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
            for script in re.findall(r"\b(?:fuzz/recipes/job|(?:fuzz|conformance)/run)\b", line):
                self.assertTrue(os.access(SOURCE / script, os.X_OK), f"{name}: {script}")
                seen += 1
            for path in re.findall(r"\bmapproof/(oracle/[\w/]+)", line):
                self.assertTrue((SOURCE / path).exists(), f"{name}: {path}")
        self.assertGreaterEqual(seen, 4)

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
        self.assertIn("  --engines ", run(SOURCE / "conformance/run", "--help").stdout)

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

    def signalled(self, name, script):
        """Sends a signal to the job alone, once its step is `ready`. Its status, and what the step had
        written to `asked` when the job ended."""
        for left in ("ready", "asked"):
            (self.folder / "mapproof/fuzz" / left).unlink(missing_ok=True)
        fake = self.folder / "mapproof/fuzz/run"
        fake.write_text("#!/bin/bash\ncd \"${0%/*}\"\necho began >>asked\n" + script, encoding="utf-8")
        fake.chmod(0o755)
        # A session of its own, so that what it leaves can be found and ended.
        job = subprocess.Popen([self.folder / "mapproof/fuzz/recipes/job", "--keep"], cwd=self.folder,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)
        try:
            self.wait_for((self.folder / "mapproof/fuzz/ready").exists, "the step does not begin")
            os.kill(job.pid, getattr(signal, "SIG" + name))
            status = job.wait(timeout=30)
            asked = (self.folder / "mapproof/fuzz/asked").read_text(encoding="utf-8").split()
            # What was killed together with the step may take a moment longer.
            self.wait_for(lambda: not self.session(job.pid), "processes are left")
        finally:
            for pid in self.session(job.pid):
                os.kill(pid, signal.SIGKILL)
            job.wait()
        return status, asked

    def wait_for(self, condition, otherwise):
        until = time.monotonic() + 10
        while not condition():
            self.assertLess(time.monotonic(), until, otherwise)
            time.sleep(0.01)

    def session(self, leader):
        """The processes of a session that have not ended."""
        found = []
        for file in Path("/proc").glob("[0-9]*/stat"):
            try:
                pid, rest = file.read_text(encoding="utf-8", errors="replace").rsplit(")", 1)
            except OSError:
                continue  # it has just ended
            state, _, _, session = rest.split()[:4]
            if int(session) == leader and state != "Z":
                found.append(int(pid.split()[0]))
        return found

    def test_a_signal_ends_the_step_in_good_order_and_then_the_job(self):
        for name, number in (("INT", 130), ("TERM", 143), ("HUP", 129)):
            with self.subTest(name):
                status, asked = self.signalled(name, (
                    "ending() { echo asked >>asked; sleep 0.3; echo ended >>asked; exit 130; }\n"
                    "trap ending INT TERM HUP\n"
                    "touch ready\nwhile sleep 0.01; do :; done\n"))
                self.assertEqual((status, asked), (number, ["began", "asked", "ended"]))

    def test_a_signal_ends_what_the_step_has_started(self):
        # As fuzz/run does while it builds.
        for name, status in (("INT", 130), ("TERM", 143)):
            with self.subTest(name):
                self.assertEqual(self.signalled(name, "sh -c 'touch ready; sleep 30'\n"),
                                 (status, ["began"]))

    def test_no_step_follows_a_signal_that_came_at_the_end_of_one(self):
        for ending, status in ((0, 143), (1, 1)):
            with self.subTest(ending):
                self.assertEqual(
                    self.signalled("TERM", f"trap 'exit {ending}' TERM\ntouch ready\n"
                                   "while sleep 0.01; do :; done\n"), (status, ["began"]))


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
