// The judge: watches a run operation by operation and says which property it breaks.
//
// O(1) for each operation, whatever the size of the map and the number of live iterators. It knows
// only what the program did and what the map answered; it shares no code with any port.
// Its rules are kJudgeRules of rules.h; the catalogue (conformance/properties) says what each
// means.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "oracle/port.h"
#include "oracle/program.h"
#include "oracle/verdict.h"

namespace mapproof {

class Judge {
 public:
  Judge();
  ~Judge();
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  // A new map, which is held to what `profile` promises. Forgets everything; keeps memory for the
  // next run.
  void make(const MapSpec& spec, Profile profile = Profile::go);
  void release();

  // Each call reports one elementary operation and what the port answered. Exactly one of the
  // answer and the panic is given. Returns true if all is well; else verdict() says what is not.
  bool put(KeyId key, std::uint32_t stamp, const PutResult& result, const MapPanic* panic);
  bool get(KeyId key, const Found& found, const MapPanic* panic);
  bool has(KeyId key, const Found& found, const MapPanic* panic);
  bool del(KeyId key, const MapPanic* panic);
  bool clear(const MapPanic* panic);
  bool len(std::uint64_t len, const MapPanic* panic);
  bool begin(unsigned slot, const Step& step, const MapPanic* panic);
  bool next(unsigned slot, const Step& step, const MapPanic* panic);
  void drop(unsigned slot);

  // What the walk in `slot` still owes of a live entry, `stamp` being the entry's (for a NaN) or
  // anything: for who enumerates states.
  enum class Due : std::uint8_t { must, may, no, not_live };
  Due due(unsigned slot, KeyId key, std::uint32_t stamp) const;
  // Is that what the entry of `key` holds: this very key, and this stamp in its elem?
  bool is_current(KeyId key, std::uint32_t stamp) const;

  std::uint64_t live() const;      // entries of the model
  const Verdict& verdict() const;  // its op and step are left to the caller

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mapproof
