"""The build folders, the copy of impl/ that is broken, and the suites around it."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import time

from patches import suite_key
from talk import ROOT, cannot_run


class Bench:
    def __init__(self, layers):
        self.work = ROOT / "build" / "mutants"
        self.impl = self.work / "impl"
        self.suites = ROOT / "build"
        self.fuzz = self.work / "fuzz"
        self.logs = self.work / "logs"
        self.suite_layers = [layer for layer in layers if layer != "fuzz"]
        self.fuzzing = "fuzz" in layers
        self.suite_key = suite_key()
        self.logs.mkdir(parents=True, exist_ok=True)
        self.lock = self.alone()
        self.restore()

    def alone(self):
        """A lock on the folder, for as long as this process lives: two would break each other's port."""
        lock = (self.work / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            cannot_run(f"another run is at work in {self.work}")
        return lock

    def restore(self):
        """Makes the copy the original again; files that are so already keep their age."""
        for source in (ROOT / "impl" / "gomap").glob("*.h"):
            copy = self.impl / "gomap" / source.name
            if not copy.exists() or copy.read_bytes() != source.read_bytes():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)

    def install_and_configure(self):
        """The suites are those of the plain build, around another port."""
        steps = ["ensure_packages_of_tests", "configure_plain"] if self.suite_layers else [
            'ensure_packages "${MAPPROOF_GO_PACKAGES[@]}"']
        if self.fuzzing:
            # Not as fuzz/run builds: undefined behaviour is no mistake that is looked for here.
            steps.append(
                f"configure '{self.fuzz}' -DMAPPROOF_MUTANTS=ON -DMAPPROOF_BENCH=OFF "
                f"'-DMAPPROOF_MUTATED_IMPL={self.impl}' -DCMAKE_BUILD_TYPE=Release "
                "-DCMAKE_CXX_COMPILER=clang++ -DMAPPROOF_FUZZERS=ON -DMAPPROOF_TESTS=OFF "
                "-DMAPPROOF_SANITIZE=address")
        script = (f"MAPPROOF_ROOT='{ROOT}'; source conformance/install.sh; "
                  "source conformance/build.sh; " + "; ".join(steps))
        if subprocess.run(["bash", "-euc", script], cwd=ROOT, check=False).returncode != 0:
            sys.exit(2)
        if self.suite_layers:
            self.check_build_type()

    def check_build_type(self):
        """In others the tests of single functions have some of the port inlined."""
        kind = re.search(r"^CMAKE_BUILD_TYPE:\w+=(.*)$",
                         (self.suites / "CMakeCache.txt").read_text(), re.M)
        if kind is None or kind.group(1) != "RelWithDebInfo":
            cannot_run(f"{self.suites} has another build type than RelWithDebInfo: remove it")

    def logged(self, name, command):
        log = self.logs / f"{name}.log"
        with log.open("w") as out:
            if subprocess.run(command, stdout=out, stderr=out, cwd=ROOT,
                              check=False).returncode != 0:
                cannot_run(f"{' '.join(map(str, command[:2]))} failed: see {log}")

    def apply(self, mutant):
        self.restore()
        applied = subprocess.run(["patch", "--quiet", "--fuzz=0", "-p2", "-d", self.impl, "-i",
                                  mutant.path], capture_output=True, text=True, check=False)
        if applied.returncode != 0:
            cannot_run(f"{mutant.path} does not apply: {applied.stdout.strip()}")

    def build(self, log, layers):
        """Builds what the layers need; False: it does not compile."""
        suites = [f"mutant_layer_{layer}" for layer in layers if layer != "fuzz"]
        fuzzers = ["mutant_fuzzer", "fuzz_material"] if "fuzz" in layers else []
        with log.open("w") as out:
            return all(
                not targets or subprocess.run(["cmake", "--build", folder, "--target", *targets],
                                              stdout=out, stderr=out, check=False).returncode == 0
                for folder, targets in ((self.suites, suites), (self.fuzz, fuzzers)))

    def seeds(self):
        """A folder of all programs in corpus/ as bytes."""
        folder = self.work / "seeds"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self.logged("seeds", [self.fuzz / "fuzz_material", "seeds", "programs", ROOT / "corpus",
                              folder])
        return folder

    def run(self, layer, log):
        """What a layer of suites says: (verdict, by what, seconds)."""
        env = dict(os.environ, RC_PARAMS="seed=1")
        if layer == "exhaustion":  # a mutant dies by a short program, or takes minutes
            env.setdefault("MAPPROOF_EFFORT", "0.5")
        began = time.monotonic()
        for program, tests in self.programs(layer):
            command = [program, "--gtest_fail_fast", "--gtest_brief=1", f"--gtest_filter={tests}"]
            with log.open("w") as out:
                try:
                    status = subprocess.run(command, stdout=out, stderr=out, env=env, timeout=60,
                                            cwd=self.work, check=False).returncode
                except subprocess.TimeoutExpired:
                    return ("hangs", "", round(time.monotonic() - began, 1))
            if status != 0:
                spent = round(time.monotonic() - began, 1)
                return ("caught", failed_test(log.read_text(errors="replace"), status), spent)
        return ("survives", "", round(time.monotonic() - began, 1))

    def programs(self, layer):
        """(program, which of its tests), in the order in which CMakeLists.txt names them."""
        for line in (self.work / "layers.txt").read_text().splitlines():
            of_layer, program, tests = line.split(" ")
            if of_layer == layer:
                yield self.work / "programs" / program, tests


def failed_test(text, status):
    found = re.search(r"^\[  FAILED  \] (\S+?)(?:,| \(|$)", text, re.M)
    if found:
        return found.group(1)
    return f"crash (signal {-status})" if status < 0 else f"exit {status}"
