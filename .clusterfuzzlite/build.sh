#!/bin/bash -eu
# Builds the fuzz targets as OSS-Fuzz and ClusterFuzzLite ask for it: with their compiler, flags and
# engine, into $OUT, where a target finds beside it what it needs. AFL++ by itself will do as well.

# Both copy this file to the top of $SRC.
source_folder=$SRC/mapproof
build=$WORK/build
mkdir -p "$build" "$OUT"

# $LIB_FUZZING_ENGINE leaves the targets alone to be built, without a compiler's own sanitizers.
generator=()
command -v ninja >/dev/null && generator=(-G Ninja)
cmake -S "$source_folder" -B "$build" "${generator[@]}" -DMAPPROOF_FUZZERS=ON -DMAPPROOF_GO=OFF \
  -DMAPPROOF_FUZZING_ENGINE="$LIB_FUZZING_ENGINE" -DCMAKE_BUILD_TYPE=None \
  -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_CXX_FLAGS="$CXXFLAGS"

# Lines "NAME INPUTS". What needs something of its machine (a Go, a library to test) is not for a
# farm of them.
list='import json, sys
for target in json.load(open(sys.argv[1])):
    if not target["needs"] and sys.argv[2] in ("all", target["name"]):
        print(target["name"], target["inputs"])'
mapfile -t targets < <(python3 -c "$list" "$build/fuzz_targets.json" "${1:-all}")
cmake --build "$build" -j "$(nproc)" --target fuzz_material "${targets[@]/% */_fuzzer}"

# The tool is built with the flags of the targets; what they find in it is of no interest here.
material() {
  ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=silence_unsigned_overflow=1 LLVM_PROFILE_FILE=/dev/null \
    "$build/fuzz_material" "$@"
}
for inputs in programs text; do
  seeds=$WORK/seeds-$inputs
  rm -rf "$seeds" "$seeds.zip"
  mkdir "$seeds"
  material seeds "$inputs" "$source_folder/corpus" "$seeds"
  (cd "$seeds" && python3 -m zipfile -c "$seeds.zip" ./*)
  material dictionary "$inputs" >"$WORK/$inputs.dict"
done

for target in "${targets[@]}"; do
  read -r name inputs <<<"$target"
  cp "$build/${name}_fuzzer" "$OUT/"
  cp "$WORK/seeds-$inputs.zip" "$OUT/${name}_fuzzer_seed_corpus.zip"
  cp "$WORK/$inputs.dict" "$OUT/${name}_fuzzer.dict"
  cp "$source_folder/.clusterfuzzlite/options" "$OUT/${name}_fuzzer.options"
done
