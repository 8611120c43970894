#!/bin/bash -eu
# Builds the fuzz targets as OSS-Fuzz and ClusterFuzzLite ask for it: with their compiler, flags and
# engine, into $OUT, where a target finds all that it needs beside it.

source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# OSS-Fuzz and ClusterFuzzLite copy this file to the top of $SRC.
[[ -f $source_folder/fuzz/CMakeLists.txt ]] || source_folder=$SRC/mapproof
build=$WORK/build
mkdir -p "$build" "$OUT"

# Only what the targets are made of; what needs something from outside (a Go, a library to test) is
# not for a farm of machines.
generator=()
command -v ninja >/dev/null && generator=(-G Ninja)
cmake -S "$source_folder" -B "$build" "${generator[@]}" \
  -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_CXX_FLAGS="$CXXFLAGS" \
  -DCMAKE_BUILD_TYPE=None -DMAPPROOF_FUZZERS=ON "-DMAPPROOF_FUZZING_ENGINE=$LIB_FUZZING_ENGINE" \
  -DMAPPROOF_COMMAND=OFF -DMAPPROOF_TESTS=OFF -DMAPPROOF_BENCH=OFF -DMAPPROOF_INSTALL=OFF \
  -DMAPPROOF_GO=OFF
# Lines "NAME INPUTS".
mapfile -t targets < <(python3 -c '
import json, sys
for target in json.load(open(sys.argv[1])):
    if not target["needs"]:
        print(target["name"], target["inputs"])' "$build/fuzz_targets.json")
cmake --build "$build" -j "$(nproc)" --target fuzz_material "${targets[@]/% */_fuzzer}"

# The tool is instrumented as well: what it has to say of itself is of no interest.
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=silence_unsigned_overflow=1
export LLVM_PROFILE_FILE=/dev/null
mapfile -t programs < <(find "$source_folder/corpus/seeds" "$source_folder/corpus/regressions" \
  "$source_folder/corpus/findings" -name '*.mapproof' | LC_ALL=C sort)
rm -rf "$WORK/programs" "$WORK/text"
mkdir -p "$WORK/programs" "$WORK/text"
"$build/fuzz_material" seeds "$WORK/programs" "${programs[@]}"
cp "${programs[@]}" "$WORK/programs"/* "$WORK/text"
for inputs in programs text; do
  rm -f "$WORK/$inputs.zip"
  (cd "$WORK/$inputs" && python3 -m zipfile -c "$WORK/$inputs.zip" ./*)
  "$build/fuzz_material" dictionary "$inputs" >"$WORK/$inputs.dict"
done

for target in "${targets[@]}"; do
  read -r name inputs <<<"$target"
  cp "$build/${name}_fuzzer" "$OUT/"
  cp "$WORK/$inputs.zip" "$OUT/${name}_fuzzer_seed_corpus.zip"
  cp "$WORK/$inputs.dict" "$OUT/${name}_fuzzer.dict"
  cat >"$OUT/${name}_fuzzer.options" <<OPTIONS
[libfuzzer]
max_len = 2048

[asan]
quarantine_size_mb = 16
malloc_context_size = 8
OPTIONS
done
