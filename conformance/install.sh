# Sourced by the scripts that build (conformance/run, fuzz/run, ...): what has to be installed, and installing it.
# shellcheck shell=bash

# Names of Debian 12.
MAPPROOF_PACKAGES=(
  clang cmake ninja-build g++ libclang-rt-14-dev llvm libgtest-dev libbenchmark-dev
  librapidcheck-dev libabsl-dev libboost-dev libfmt-dev libcli11-dev nlohmann-json3-dev
  libvalijson-dev
  ccache git patch python3 ca-certificates g++-multilib
)
# Two real Go toolchains, as references. Everything but what asks them works without.
MAPPROOF_GO_PACKAGES=(golang-1.19-go gccgo-12)
# Maps of other people, and the languages of others: what is missing is left out of the tests.
MAPPROOF_MAP_PACKAGES=(
  libsparsehash-dev libtsl-hopscotch-map-dev uthash-dev libglib2.0-dev pkg-config rustc nodejs
  python3-minimal
)
# Looks at the pages of reports in a test.
MAPPROOF_BROWSER_PACKAGES=(chromium)
# Reads the recipes for CI in a test.
MAPPROOF_RECIPE_PACKAGES=(python3-yaml)
# Counts instructions in a test.
MAPPROOF_COUNTING_PACKAGES=(valgrind)
# Another fuzzing engine, for `conformance/run --engines`.
MAPPROOF_ENGINE_PACKAGES=(afl++)
MAPPROOF_TOOLS=(clang++ g++ cmake ninja python3)

say() { printf '%s\n' "$*" >&2; }

# Could not run at all: exit 2, whatever the script.
cannot_run() {
  say "cannot run: $*"
  exit 2
}

missing_packages() { # PACKAGE...
  local package
  for package in "$@"; do
    dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' ||
      printf '%s\n' "$package"
  done
}

# On a system without apt the tools must be there; CMake names a missing library by itself.
check_tools_without_apt() {
  local tool missing=()
  for tool in "${MAPPROOF_TOOLS[@]}"; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  if ((${#missing[@]})); then
    say "This system has no apt. Please install what corresponds to these packages of Debian 12:"
    say "  ${MAPPROOF_PACKAGES[*]}"
    cannot_run "not found: ${missing[*]}"
  fi
}

# Packages that nothing depends on but what asks them.
left_out_of_tests() { # PACKAGE...
  local package
  for package in "$@"; do
    case " ${MAPPROOF_GO_PACKAGES[*]} " in
      *" $package "*) say "real Go: not installed; apt-get install $package" ;;
      *) say "left out of the tests; apt-get install $package" ;;
    esac
  done
}

# Those that are needed, and those named, if they are to be had.
ensure_packages() { # PACKAGE...
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    check_tools_without_apt
    return
  fi
  local missing optional
  mapfile -t missing < <(missing_packages "${MAPPROOF_PACKAGES[@]}")
  mapfile -t optional < <(missing_packages "$@")
  ((${#missing[@]} + ${#optional[@]})) || return 0
  local as_root=()
  if [[ $EUID -ne 0 ]]; then
    if ! sudo -n true 2>/dev/null && ! { command -v sudo >/dev/null && [[ -t 0 ]]; }; then
      ((${#missing[@]})) || { left_out_of_tests "${optional[@]}"; return; }
      say "Some packages are missing, and this user may not install them. Please run:"
      say "  apt-get install ${missing[*]} ${optional[*]}"
      cannot_run "packages are missing"
    fi
    as_root=(sudo)
  fi
  say "Installing with apt-get: ${missing[*]} ${optional[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 ||
    cannot_run "apt-get update failed"
  if ((${#missing[@]})); then
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 ||
      cannot_run "apt-get install failed: ${missing[*]}"
  fi
  # One by one, so that one that this system does not have keeps no other one away.
  local package failed=()
  for package in "${optional[@]}"; do
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "$package" >&2 || failed+=("$package")
  done
  ((${#failed[@]} == 0)) || left_out_of_tests "${failed[@]}"
}

# What the tests of the plain build ask for.
ensure_packages_of_tests() {
  ensure_packages "${MAPPROOF_GO_PACKAGES[@]}" "${MAPPROOF_MAP_PACKAGES[@]}" \
    "${MAPPROOF_BROWSER_PACKAGES[@]}" "${MAPPROOF_RECIPE_PACKAGES[@]}" \
    "${MAPPROOF_COUNTING_PACKAGES[@]}" "$@"
}
