// The interface of a map under test, as programs see it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/kinds.h"
#include "oracle/program.h"
#include "oracle/rules.h"
#include "oracle/snapshot.h"
#include "oracle/verdict.h"

namespace mapproof {

// What a map promises. Programs that ask for more are not judged on it.
enum class Profile : std::uint8_t {
  go,        // what Go's specification says of maps
  std_like,  // of changes during a walk just that erasing the current entry is fine
  js,        // JavaScript's Map: walks in the order of insertion, which visit what is added
  python,    // Python's dict: the order of insertion; a walk over a dict of another size raises
};
inline constexpr std::size_t kProfiles = 4;
std::string_view name(Profile profile);  // "go", "std", "js", "python"
std::optional<Profile> profile_named(std::string_view text);

// The map under test stopped an operation as its rules say (Go's panic), or as no rule says.
class MapPanic : public std::runtime_error {
 public:
  enum class Kind : std::uint8_t {
    nil_map,     // assignment to entry in nil map
    unhashable,  // hash of unhashable type
    changed,     // the map was changed during the walk, in a way that it forbids
    other,       // nil dereference, "concurrent map writes", ...: never right in a program
  };
  MapPanic(Kind kind, const std::string& words) : std::runtime_error(words), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

// The port cannot be asked any more: it crashed, hung, or answered what is no answer.
class PortFailure : public std::runtime_error {
 public:
  // `property` is one of kPortRules of rules.h.
  PortFailure(PortRule property, const std::string& expected, const std::string& got)
      : std::runtime_error(got), property_(property.id()), expected_(expected) {}
  explicit PortFailure(const Verdict& verdict)
      : std::runtime_error(verdict.got), property_(verdict.property), expected_(verdict.expected) {}
  const std::string& property() const { return property_; }
  const std::string& expected() const { return expected_; }

 private:
  std::string property_;
  std::string expected_;
};

struct PortInfo {
  std::string name;
  Profile profile = Profile::go;
  bool forces_hashes = false;     // the program's hashes are obeyed
  bool forces_starts = false;     // the program's iterator starts are obeyed
  bool nan_keys = true;           // keys unequal to themselves may be stored
  bool nil_maps = true;           // there is a nil map
  bool erases_in_walk = true;     // the current entry of a walk may be erased
  bool updates_keys = true;       // a put stores an equal key again (+0 over -0)
  bool lays_out_buckets = false;  // snapshot() works
};

struct PutResult {
  bool slot_was_dirty = false;  // the elem handed out for a *new* key was not zero
};
struct Found {
  bool present = false;
  std::uint32_t stamp = 0;  // the elem's; of a miss: what was read from the zero elem
  bool torn = false;        // the elem is the image of no stamp
};
struct Step {
  bool end = false;
  bool torn = false;  // key or elem are no members of their domains
  KeyId key;
  std::uint32_t stamp = 0;
};
struct IterStart {
  bool forced = false;
  std::uint32_t bucket = 0;  // modulo the number of buckets
  std::uint32_t offset = 0;
};
// Where a walk stands: at the entry that it gave last.
struct Standing {
  enum class In : std::uint8_t { current, old, left };  // left: an array that the map has no more
  In array = In::current;
  std::uint64_t bucket = 0;  // index into ArrayView::buckets
  std::uint32_t cell = 0;
};

// What the head of a map says; a few loads, so that it can be asked after each operation.
struct Gauges {
  std::uint64_t count = 0;
  std::uint64_t nevacuate = 0;
  std::uint32_t old_buckets = 0;  // of the array that a growth moves; 0: at rest
  std::uint16_t noverflow = 0;
  std::uint8_t B = 0;
  std::uint8_t flags = 0;
};

// One map under test and its iterators. All operations may throw MapPanic or PortFailure.
class Port {
 public:
  Port() = default;
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;
  virtual ~Port() = default;

  virtual const PortInfo& info() const = 0;
  // Can keys and elems of these kinds be stored?
  virtual bool supports(const MapSpec& spec) const = 0;

  // The program that make() and the calls after it belong to: for ports that run a whole program
  // before they give its first answer. Throws PortFailure.
  virtual void prepare(const Program&) {}

  // A new, empty map; whatever was there before is released, iterators included.
  virtual void make(const MapSpec& spec) = 0;
  // Lets go of the map's handle. Iterators go on; everything else sees a nil map.
  virtual void release() = 0;

  virtual PutResult put(KeyId key, std::uint32_t stamp) = 0;
  virtual Found get(KeyId key) = 0;  // v := m[k]; `present` means nothing here
  virtual Found has(KeyId key) = 0;  // v, ok := m[k]
  virtual void del(KeyId key) = 0;
  virtual void clear() = 0;
  virtual std::uint64_t len() = 0;

  // Starts a walk in `slot` (an old one there is dropped) and gives its first step, as Go's
  // mapiterinit does.
  virtual Step begin(unsigned slot, const IterStart& start) = 0;
  virtual Step next(unsigned slot) = 0;  // precondition: begun and not at its end
  virtual void drop(unsigned slot) = 0;

  // False: the port does not tell, or there is no map.
  virtual bool gauges(Gauges*) { return false; }
  // As snapshot(), but of the two arrays only `old`, if there is one, and of that only `base`: O(1)
  // where the port can.
  virtual bool header(Snapshot* out) { return snapshot(out); }
  // Fills in *snapshot, if the port can (info().lays_out_buckets).
  virtual bool snapshot(Snapshot*) { return false; }
  // As snapshot(), but of the arrays only the chains that a key of one of these hashes can lie in:
  // while growing that is one of the old array, and those of the current one that it is moved to.
  virtual bool snapshot_of(const std::vector<std::uint64_t>&, Snapshot* out) {
    return snapshot(out);
  }
  // Nothing: no walk is under way there, or the port does not tell.
  virtual std::optional<Standing> standing(unsigned /*slot*/) { return std::nullopt; }
};

}  // namespace mapproof
