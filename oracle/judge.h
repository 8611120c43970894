// The judge: watches a run operation by operation and says which property it breaks.
//
// O(1) for each operation, whatever the size of the map and the number of live iterators. It knows
// only what the program did and what the map answered; it shares no code with any port.
//
// Properties (id: rule; source):
//   len/exact            len is the number of live entries                       spec, Length and
//   capacity access/present       a live key is found                                     spec,
//   Index expressions access/absent        a key that is not live (or is NaN) is not found spec,
//   Index expressions access/current-elem  a found elem is the latest written spec, Index
//   expressions access/zero-on-miss  a miss gives the zero elem                              spec,
//   Index expressions assign/new-elem-zero the slot handed out for a new key is zero map.go
//   mapassign iter/once            no entry is produced twice                              spec,
//   For range; iter/no-deleted      an entry deleted before it is reached is not produced   spec,
//   For range iter/clear-stops     a cleared entry is not produced                         spec,
//   Clear iter/complete        an entry that lives from start to end is produced       spec, For
//   range iter/current-elem    a produced elem is the latest written iter/current-key     a
//   produced key is the latest stored (+0, -0) iter/known           what is produced was once put
//   into this map iter/nil-ends        a walk over a nil or empty map ends at once spec, For range
//   panic/nil-put        put into a nil map panics
//   panic/unhashable     using an unhashable key panics, on empty and nil maps too
//   panic/unexpected     nothing else panics
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

  // A new map. Forgets everything; keeps memory for the next run.
  void make(const MapSpec& spec);
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

  std::uint64_t live() const;      // entries of the model
  const Verdict& verdict() const;  // its op and step are left to the caller

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mapproof
