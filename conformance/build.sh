# Sourced by the scripts that build (conformance/run, fuzz/run, ...): how the build folders are made.
# shellcheck shell=bash

# configure FOLDER [CMAKE ARGUMENT...]: quiet unless it goes wrong. A folder that is already
# configured keeps its generator.
configure() {
  local folder=$1
  shift
  local arguments=("$@")
  [[ -f $folder/CMakeCache.txt ]] || arguments+=(-G Ninja)
  command -v ccache >/dev/null && arguments+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  mkdir -p "$folder" || cannot_run "$folder cannot be made"
  local log=$folder/configure.log
  if ! cmake -S "$MAPPROOF_ROOT" -B "$folder" "${arguments[@]}" >"$log" 2>&1; then
    cat "$log" >&2
    cannot_run "cmake could not configure $folder"
  fi
}

# build FOLDER [TARGET...]
build() {
  local folder=$1
  shift
  local targets=()
  (($#)) && targets=(--target "$@")
  say "building $folder${1:+ ($*)}"
  cmake --build "$folder" -j "$(nproc)" "${targets[@]}" >&2 || cannot_run "$folder does not build"
}

configure_plain() { configure "$MAPPROOF_ROOT/build"; }
configure_asan() {
  configure "$MAPPROOF_ROOT/build/asan" -DCMAKE_CXX_COMPILER=clang++ \
    -DMAPPROOF_SANITIZE=address,undefined -DMAPPROOF_BENCH=OFF
}
# configure_fuzz [SANITIZERS]: address,undefined, or others, or none. Sets fuzz_folder.
configure_fuzz() {
  local sanitizers=${1:-address,undefined}
  fuzz_folder=$MAPPROOF_ROOT/build/fuzz
  [[ $sanitizers == address,undefined ]] || fuzz_folder+=-$sanitizers
  [[ $sanitizers == none ]] && sanitizers=
  configure "$fuzz_folder" -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=Release \
    "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -g1" -DMAPPROOF_FUZZERS=ON \
    "-DMAPPROOF_SANITIZE=$sanitizers" -DMAPPROOF_TESTS=OFF -DMAPPROOF_BENCH=OFF
}
