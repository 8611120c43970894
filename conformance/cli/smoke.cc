#include "conformance/cli/smoke.h"

#include <array>
#include <utility>
#include <variant>

#include "oracle/text.h"

namespace mapproof::cli {
namespace {

// A walk's start is written down, so that these are the same programs on every port.
constexpr std::array kTests = {
    SmokeTest{"a new map is empty", "map u64 u64\nlen\n",
              "a new map is not empty: does make give a fresh map, and size() count its entries?"},
    SmokeTest{"nothing is found in a new map", "map u64 u64\nhas 0\nget 0\n",
              "something is found in an empty map: does has compare find's result with end()?"},
    SmokeTest{"the first put counts", "map u64 u64\nput 0\nlen\n",
              "size() is not 1 after the first put: does put store anything, and is size() the "
              "number of entries?"},
    SmokeTest{"what was put is found", "map u64 u64\nput 1\nhas 1\nget 1\n",
              "a key that was just put is not found, or with another elem: do put and find hash "
              "and compare in the same way, and does find hand out the elem, not the key?"},
    SmokeTest{"what was never put is not found", "map u64 u64\nput 1\nhas 2\nget 2\n",
              "a key that was never put is found: does find compare whole keys, and not only their "
              "hashes? (get gives the zero elem of a key that is not there)"},
    SmokeTest{"a second put replaces the elem", "map u64 u64\nput 1\nput 1\nget 1\n",
              "find gives the old elem after a second put: put has to assign to an entry that is "
              "there already (insert() does not, insert_or_assign() does)"},
    SmokeTest{"a second put adds no entry", "map u64 u64\nput 1\nput 1\nlen\n",
              "two puts of one key count twice: put has to look for the key before it inserts"},
    SmokeTest{"what was deleted is gone", "map u64 u64\nput 1\nput 2\ndel 1\nhas 1\nlen\nhas 2\n",
              "a deleted key is still there, or takes another one with it: does del erase just the "
              "entry of this key, and does size() go down?"},
    SmokeTest{"deleting what is not there does nothing", "map u64 u64\nput 1\ndel 2\nlen\nhas 1\n",
              "deleting a key that is not there changes something: does del stop if the key is not "
              "found?"},
    SmokeTest{"a key comes back after its deletion", "map u64 u64\nput 1\ndel 1\nput 1\nget 1\n",
              "a key that was deleted and put again is not found with its new elem: is its old "
              "place marked as free, and used again?"},
    SmokeTest{"a clear leaves nothing", "map u64 u64\nput 1\nput 2\nclear\nlen\nhas 1\n",
              "something is left after clear: does clear do its work?"},
    SmokeTest{"a cleared map works", "map u64 u64\nput 1\nclear\nput 2\nlen\nget 2\n",
              "a map does not work after clear: does clear leave it as a new one?"},
    SmokeTest{"a walk over an empty map ends", "map u64 u64\niter a bucket=0 offset=0\nnext a\n",
              "a walk over an empty map gives an entry: is the first step compared with end()?"},
    SmokeTest{"a walk gives the one entry",
              "map u64 u64\nput 5\niter a bucket=0 offset=0\nnext a\nnext a\n",
              "a walk over one entry does not give just that: does begin give the first entry, and "
              "does the next after it say that this was the end?"},
    SmokeTest{"a walk gives each entry once",
              "map u64 u64\nputrange 0 3\niter a bucket=0 offset=0\ndrain a\n",
              "a walk over three entries does not give each of them once: does begin give the "
              "first entry, and does each next advance by one before it reads?"},
    SmokeTest{"a walk gives current elems",
              "map u64 u64\nputrange 0 3\nputrange 0 3\niter a bucket=0 offset=0\ndrain a\n",
              "a walk gives elems that were replaced before it began: does it read the entries "
              "themselves, not a copy of them?"},
    SmokeTest{"two walks do not disturb each other",
              "map u64 u64\nputrange 0 4\niter a bucket=0 offset=0\nnext a\n"
              "iter b bucket=0 offset=0\ndrain b\ndrain a\n",
              "a second walk disturbs the first: does each slot have an iterator of its own?"},
    SmokeTest{"a walk begins anew",
              "map u64 u64\nputrange 0 4\niter a bucket=0 offset=0\nnext a\n"
              "iter a bucket=0 offset=0\ndrain a\n",
              "a walk that is begun a second time in its slot goes on where the first one was: "
              "begin has to drop what the slot held"},
    SmokeTest{"the current entry may be erased",
              "map u64 u64\nput 1\niter a bucket=0 offset=0\nnext a\ndel 1\nnext a\nlen\n",
              "a walk does not stand the erasing of the entry that it gave last: advance the "
              "iterator before the entry goes, or declare that the map does not allow this"},
    SmokeTest{"a map grows",
              "map u64 u64\nputrange 0 1000\nhas 0\nhas 499\nhas 999\nlen\n"
              "iter a bucket=0 offset=0\ndrain a\n",
              "entries get lost or come twice when there are a thousand of them: this is the first "
              "program in which a map has to grow",
              true},
    SmokeTest{"a nil map reads as an empty one", "map u64 u64\nput 1\nnil\nlen\nhas 1\nput 1\n",
              "a nil map is not like Go's: it reads as empty, and put is its only panic; a map "
              "without one declares that it has no nil, or the profile std"},
    SmokeTest{"each NaN is an entry of its own", "map f64 u64\nput nan\nput nan\nlen\nhas nan\n",
              "NaN keys are not like Go's: each put adds an entry, and none is ever found; a map "
              "that cannot hold them declares that it stores no NaN"},
};

bool may_be_of_other_kinds(const Program& program) { return program.spec.key == KeyKind::u64; }

}  // namespace

std::span<const SmokeTest> smoke_tests() { return kTests; }

std::optional<Program> program_of(const SmokeTest& test, const Port& port) {
  Program program = std::get<Program>(parse(test.program));
  if (port.supports(program.spec)) return program;
  if (!may_be_of_other_kinds(program)) return std::nullopt;
  for (std::size_t key = 0; key < kKeyKinds; ++key) {
    for (std::size_t elem = 0; elem < kElemKinds; ++elem) {
      program.spec.key = static_cast<KeyKind>(key);
      program.spec.elem = static_cast<ElemKind>(elem);
      if (port.supports(program.spec) && invalid(program).empty()) return program;
    }
  }
  return std::nullopt;
}

}  // namespace mapproof::cli
