#!/usr/bin/env python3
"""Builds the fuzz targets as the engines of others do, with .clusterfuzzlite/build.sh in an empty
environment, and holds what comes out to the rules of these engines.

With address, undefined and coverage as OSS-Fuzz and ClusterFuzzLite do it: each target is looked at
and run from another folder, its sources and its build folder out of the way. With afl as AFL++ does
it: afl-fuzz has one target for 20 seconds, and once more with a port that is broken on purpose.

Ends with 77, which means skipped, and says what to install where that is missing.

usage: engines_test.py address|undefined|coverage|afl SOURCE_FOLDER
"""
import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

SKIPPED = 77
# What the engine's base image sets (its clang is younger, and has libc++ beside it).
COMMON = ["-O1", "-fno-omit-frame-pointer", "-gline-tables-only",
          "-DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION"]
CHECKS = ("array-bounds,bool,builtin,enum,function,integer-divide-by-zero,null,object-size,return,"
          "returns-nonnull-attribute,shift,signed-integer-overflow,{}unreachable,vla-bound,vptr")
FLAGS = {
    "address": ["-fsanitize=address", "-fsanitize-address-use-after-scope",
                "-fsanitize=fuzzer-no-link"],
    "undefined": ["-fsanitize=" + CHECKS.format("unsigned-integer-overflow,"),
                  "-fno-sanitize-recover=" + CHECKS.format(""), "-fsanitize=fuzzer-no-link"],
    "coverage": ["-fprofile-instr-generate", "-fcoverage-mapping", "-pthread",
                 "-Wl,--no-as-needed", "-Wl,-ldl", "-Wl,-lm", "-Wno-unused-command-line-argument"],
    "afl": [],
}
# The engine's own bounds on calls of a runtime, by objdump.
LEAST_ASAN_CALLS, MOST_UBSAN_CALLS_BESIDE_ASAN, LEAST_UBSAN_CALLS = 1000, 200, 168
LEAST_EDGES = 100
# What every image to run targets in has.
BASE_LIBRARIES = {"linux-vdso", "ld-linux-x86-64", "libc", "libm", "libdl", "librt", "libpthread",
                  "libgcc_s", "libstdc++"}
# A mutant that no program of a few entries notices, so that afl-fuzz begins with a working target.
PLANTED = "assign-takes-first-free-cell"


class Failed(Exception):
    """A rule is broken; the words say which and how."""


def require(condition, words):
    if not condition:
        raise Failed(words)


def run(command, **options):
    options.setdefault("timeout", 1500)
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", **options)


class Engine:
    """$SRC, $WORK and $OUT of one build, all fresh, and the environment that goes with them."""

    def __init__(self, kind, source, folder):
        self.kind = kind
        self.folder = folder
        self.src, self.work, self.out = (os.path.join(folder, name)
                                         for name in ("src", "work", "out"))
        for made in (self.src, self.work, self.out, self.runtime("tmp")):
            os.makedirs(made)
        self.tree = os.path.join(self.src, "mapproof")
        os.mkdir(self.tree)
        for name in ("CMakeLists.txt", ".clusterfuzzlite", "impl", "oracle", "fuzz", "corpus",
                     "conformance"):
            path = os.path.join(source, name)
            if os.path.isdir(path):
                shutil.copytree(path, os.path.join(self.tree, name))
            else:
                shutil.copy(path, self.tree)
        self.script = shutil.copy(os.path.join(self.tree, ".clusterfuzzlite", "build.sh"), self.src)

    def runtime(self, name):
        return os.path.join(self.folder, "runtime", name)

    def environment(self):
        afl = self.kind == "afl"
        flags = " ".join(COMMON + FLAGS[self.kind])
        variables = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "SRC": self.src, "WORK": self.work, "OUT": self.out,
            "CC": "afl-clang-fast" if afl else "clang", "CXX": "afl-clang-fast++" if afl else "clang++",
            "CFLAGS": flags, "CXXFLAGS": flags,
            "LIB_FUZZING_ENGINE": "/usr/lib/afl/libAFLDriver.a" if afl else "-fsanitize=fuzzer",
            "SANITIZER": "none" if afl else self.kind,
            "FUZZING_ENGINE": "afl" if afl else "libfuzzer",
            "FUZZING_LANGUAGE": "c++", "ARCHITECTURE": "x86_64",
        }
        # A second build is quicker for it, and no different.
        if os.path.isdir("/usr/lib/ccache") and "HOME" in os.environ and not afl:
            variables.update(PATH="/usr/lib/ccache:" + variables["PATH"], HOME=os.environ["HOME"],
                             CCACHE_BASEDIR=self.folder, CCACHE_NOHASHDIR="1")
            if "CCACHE_DIR" in os.environ:
                variables["CCACHE_DIR"] = os.environ["CCACHE_DIR"]
        return variables

    def build(self, *targets):
        done = run(["bash", "-eux", self.script, *targets], cwd=self.tree, env=self.environment())
        require(done.returncode == 0, "build.sh ends with %d:\n%s" % (
            done.returncode, "\n".join(line[:400] for line in done.stdout.splitlines()[-60:])))

    def targets(self):
        """Those of the build that need nothing of their machine, by name: the kind of inputs."""
        with open(os.path.join(self.work, "build", "fuzz_targets.json"), encoding="utf-8") as file:
            return {target["name"] + "_fuzzer": target["inputs"]
                    for target in json.load(file) if not target["needs"]}

    def leave(self):
        """Takes away what the build was made in, and moves what it has made."""
        shutil.rmtree(self.src)
        shutil.rmtree(self.work)
        moved = tempfile.mkdtemp(prefix="moved-", dir=self.folder)
        self.out = shutil.move(self.out, moved)


# ---- OSS-Fuzz and ClusterFuzzLite ----

def execute(engine, target, *arguments):
    """Runs a target as the engine does: its folder read only, nothing said of it."""
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": engine.runtime("tmp"),
                   "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1:symbolize=0",
                   "UBSAN_OPTIONS": "silence_unsigned_overflow=1:print_stacktrace=1:symbolize=0",
                   "LLVM_PROFILE_FILE": engine.runtime(target + ".profraw")}
    return run([os.path.join(engine.out, target), "-rss_limit_mb=2560", "-timeout=25", *arguments],
               cwd="/", env=environment)


def check_file(engine, target):
    path = os.path.join(engine.out, target)
    with open(path, "rb") as file:
        contents = file.read()
    require(contents.startswith(b"\x7fELF"), "is no ELF file")
    require(b"LLVMFuzzerTestOneInput" in contents, "does not have the string LLVMFuzzerTestOneInput")
    require(os.access(path, os.X_OK), "is not executable")
    require(re.fullmatch(r"[A-Za-z0-9_-]+", target), "has a name that the engine does not take")
    libraries = run(["ldd", path]).stdout
    for line in libraries.splitlines():
        name = os.path.basename(line.split()[0]).split(".so")[0]
        require(name in BASE_LIBRARIES, "needs a library that is not everywhere: " + line.strip())


def check_instrumentation(engine, target):
    if engine.kind == "coverage":
        return
    listing = run(["objdump", "-d", os.path.join(engine.out, target)]).stdout
    asan, ubsan = (len(re.findall(r"callq?\s+[0-9a-f]+\s+<__%s" % runtime, listing))
                   for runtime in ("asan", "ubsan"))
    if engine.kind == "address":
        require(asan >= LEAST_ASAN_CALLS, f"calls __asan {asan} times")
        require(ubsan <= MOST_UBSAN_CALLS_BESIDE_ASAN, f"calls __ubsan {ubsan} times")
    else:
        require(asan == 0, f"calls __asan {asan} times")
        require(ubsan >= LEAST_UBSAN_CALLS, f"calls __ubsan {ubsan} times")


def check_start(engine, target):
    empty = engine.runtime("empty")
    open(empty, "wb").close()
    done = execute(engine, target, empty)
    require(done.returncode == 0, "does not run on an empty input:\n" + done.stdout)
    if engine.kind == "coverage":  # nothing for the engine to go by
        return
    done = execute(engine, target, "-seed=1337", "-runs=4")
    require("Done 4 runs" in done.stdout, "does not say \"Done 4 runs\":\n" + done.stdout)
    edges = re.search(r"INFO: Loaded \d+ modules?.*\((\d+) inline 8-bit counters\)", done.stdout)
    require(edges and int(edges[1]) >= LEAST_EDGES, "is not instrumented:\n" + done.stdout)


def programs_in_text(source):
    return sum(name.endswith(".mapproof")
               for _, _, names in os.walk(os.path.join(source, "corpus")) for name in names)


def check_seeds(engine, target, inputs, programs):
    folder = engine.runtime(target + "-seeds")
    with zipfile.ZipFile(os.path.join(engine.out, target + "_seed_corpus.zip")) as seeds:
        seeds.extractall(folder)
    wanted = programs * (2 if inputs == "text" else 1)
    require(len(os.listdir(folder)) == wanted,
            f"has {len(os.listdir(folder))} seeds, not {wanted}")
    dictionary = os.path.join(engine.out, target + ".dict")
    done = execute(engine, target, "-runs=0", "-dict=" + dictionary, folder)
    require(done.returncode == 0, "fails on its seeds:\n" + done.stdout[-4000:])
    require(f"{wanted} files found in" in done.stdout, "does not find its seeds:\n" + done.stdout)
    words = re.search(r"Dictionary: (\d+) entries", done.stdout)
    require(words and int(words[1]) > 50, "does not read its dictionary:\n" + done.stdout)


def check_options(engine, target):
    options = configparser.ConfigParser()
    options.read(os.path.join(engine.out, target + ".options"))
    require(options.sections() == ["libfuzzer", "asan"], "has other sections in its options")
    flags = [f"-{name}={value}" for name, value in options["libfuzzer"].items()]
    done = execute(engine, target, *flags, "-runs=1")
    require(flags and "WARNING: unrecognized flag" not in done.stdout,
            "has options that libFuzzer does not know:\n" + done.stdout)


def check_profile(engine, target):
    """A coverage report comes from the profile, and sees the port."""
    data = engine.runtime(target + ".profdata")
    merged = run(["llvm-profdata", "merge", "-sparse", engine.runtime(target + ".profraw"), "-o", data])
    require(merged.returncode == 0, "leaves no profile: " + merged.stdout)
    report = json.loads(run(["llvm-cov", "export", "-summary-only", "-instr-profile", data,
                             os.path.join(engine.out, target)]).stdout)
    covered = sum(file["summary"]["lines"]["covered"] for file in report["data"][0]["files"]
                  if "/oracle/" in file["filename"] or "/impl/" in file["filename"])
    require(covered > 100, f"covers {covered} lines of the port and the oracle")


def test_engine(kind, source, folder):
    engine = Engine(kind, source, folder)
    engine.build()
    targets = engine.targets()
    require(len(targets) > 3, f"the build knows of these targets only: {sorted(targets)}")
    programs = programs_in_text(source)
    expected = {target + suffix for target in targets
                for suffix in ("", "_seed_corpus.zip", ".dict", ".options")}
    require(set(os.listdir(engine.out)) == expected,
            f"$OUT has {sorted(set(os.listdir(engine.out)) ^ expected)} too much or too little")
    engine.leave()
    for target, inputs in targets.items():
        try:
            check_file(engine, target)
            check_instrumentation(engine, target)
            check_start(engine, target)
            check_seeds(engine, target, inputs, programs)
            if kind == "coverage":
                check_profile(engine, target)
            else:
                check_options(engine, target)
        except Failed as why:
            raise Failed(f"{target} {why}") from None
        print(f"{kind}: {target} is as it should be", flush=True)


# ---- AFL++ ----

def afl_fuzz(engine, name, seeds):
    """Twenty seconds of afl-fuzz on the one target. What it counted, and the crashing inputs."""
    out = engine.runtime("afl-" + name)
    environment = {"PATH": "/usr/bin:/bin", "AFL_NO_UI": "1", "AFL_NO_AFFINITY": "1",
                   "AFL_SKIP_CPUFREQ": "1", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1"}
    target = os.path.join(engine.out, "differential_fuzzer")
    done = run(["afl-fuzz", "-i", seeds, "-o", out, "-V", "20", "-t", "5000", "-m", "none",
                "-x", target + ".dict", "--", target], cwd="/", env=environment, timeout=300)
    stats = os.path.join(out, "default", "fuzzer_stats")
    require(os.path.exists(stats), "afl-fuzz does not run:\n" + done.stdout[-4000:])
    with open(stats, encoding="utf-8") as file:
        counted = dict(re.findall(r"^(\w+)\s*: (.*)$", file.read(), re.MULTILINE))
    crashes = os.path.join(out, "default", "crashes")
    return counted, [os.path.join(crashes, one) for one in sorted(os.listdir(crashes))
                     if one.startswith("id:")]


def test_afl(_, source, folder):
    engine = Engine("afl", source, folder)
    engine.build("differential")
    target = os.path.join(engine.out, "differential_fuzzer")
    with zipfile.ZipFile(target + "_seed_corpus.zip") as seeds:
        seeds.extractall(engine.runtime("seeds"))
    counted, crashes = afl_fuzz(engine, "sound", engine.runtime("seeds"))
    words = ", ".join(f"{key} {counted.get(key)}" for key in
                      ("execs_done", "execs_per_sec", "corpus_count", "corpus_found", "saved_crashes"))
    print("afl: " + words, flush=True)
    require(int(counted["execs_done"]) > 3 * programs_in_text(source), "hardly ran: " + words)
    require("persistent" in counted["target_mode"], "not in persistent mode: " + counted["target_mode"])
    require(int(counted["corpus_found"]) > 0, "sees no new paths: " + words)
    require(not crashes, f"crashes: {crashes}")

    patch = os.path.join(engine.tree, "conformance", "mutants", PLANTED + ".patch")
    applied = run(["patch", "-p1", "-i", patch], cwd=engine.tree)
    require(applied.returncode == 0, f"{PLANTED} does not apply:\n{applied.stdout}")
    engine.build("differential")
    one = engine.runtime("one-seed")
    os.mkdir(one)
    shutil.copy(os.path.join(engine.runtime("seeds"), "seeds-walk-over-an-empty-map-ends-at-once.bin"), one)
    counted, crashes = afl_fuzz(engine, "planted", one)
    require(crashes, f"{PLANTED} is not found: {counted}")
    again = run([target, crashes[0]], cwd=folder)
    require("==== on port" in again.stdout, "what crashed tells no verdict:\n" + again.stdout)
    print(f"afl: the planted {PLANTED} is found, {len(crashes)} crashes", flush=True)


def missing(kind):
    """The package that would bring what is not there, or nothing."""
    tools = {"afl-fuzz": "afl++", "patch": "patch"} if kind == "afl" else {
        "clang++": "clang", "objdump": "binutils", "llvm-cov": "llvm"}
    return next((package for tool, package in tools.items() if not shutil.which(tool)), None)


def main():
    kind, source = sys.argv[1], os.path.abspath(sys.argv[2])
    package = missing(kind)
    if package:
        print(f"{kind}: left out; apt-get install {package}")
        return SKIPPED
    folder = tempfile.mkdtemp(prefix="mapproof-engine-")
    try:
        (test_afl if kind == "afl" else test_engine)(kind, source, folder)
    except Failed as why:
        print(f"{kind}: {why}")
        return 1
    finally:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
