// Random programs out of a seed: what the checks of a port run beside the corpus.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "oracle/port.h"
#include "oracle/program.h"

namespace mapproof {

struct GenerateOptions {
  std::size_t ops = 60;  // operations, bursts counted as one
  bool iterators = true;
  // std_like: nothing but `del` of the current key during a walk
  // js, python: the map changes during walks; of python some programs keep still meanwhile
  Profile profile = Profile::go;
  // As in PortInfo. Nil maps come in programs of profile go only, and there, as with js and python,
  // updates_keys says nothing: those profiles settle which of two equal keys is stored.
  bool nan_keys = true;
  bool nil_maps = true;
  bool erases_in_walk = true;
  bool updates_keys = false;
};
// The pairs of kinds that a port stores.
std::vector<std::pair<KeyKind, ElemKind>> stored_kinds(const Port& port);
// Such that programs for this port are seldom refused.
GenerateOptions options_for(const PortInfo& info);

// A valid program. The same arguments give the same program, on every machine.
Program generate(const MapSpec& spec, std::uint64_t seed, const GenerateOptions& options);
// A map specification drawn from `seed`: kinds, hash mode, hint, table hashes.
MapSpec generate_spec(std::uint64_t seed);

// The program with look-ups of the keys that live, and of some that do not, where its map is
// largest and at its end: few programs look at more than a few entries of a large map otherwise.
// Its results and notes, which stand at operations by their numbers, are left out.
Program with_look_ups(Program program, const PortInfo& info);

// Does the program ask only for what such a port promises and can do? If not, *reason says why
// ("changes the map during a walk", "NaN keys", ...).
bool asks_only_promised(const Program& program, const PortInfo& info, std::string* reason);
// What remains of the program when all is left out that goes beyond that: such operations, a hint.
// A program that asks for nothing more comes back unchanged.
Program promised_part(Program program, const PortInfo& info);

}  // namespace mapproof
