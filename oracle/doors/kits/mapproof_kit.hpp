// mapproof's process door for C++17: one header, standard library only. Fill in six functions, as
// members of a class template, and run.
//
//     #include "mapproof_kit.hpp"
//
//     template <class Key, class Elem>
//     struct MyPort {
//       my::map<Key, Elem> map;
//       // spec.hash(key) gives hashes, if you claim "hashes".
//       explicit MyPort(const mapproof_kit::Spec<Key>& spec) : map(spec.hint) {}
//       void put(const Key& key, const Elem& elem) { map.insert_or_assign(key, elem); }
//       std::optional<Elem> get(const Key& key);
//       void del(const Key& key) { map.erase(key); }
//       std::size_t size() { return map.size(); }
//       // Gives entries, then nothing. `at`, if not null and you claim "starts": where to begin.
//       std::function<std::optional<std::pair<Key, Elem>>()> walk(const mapproof_kit::Start* at);
//       void clear() { map.clear(); }  // may be left out: then each key is deleted
//     };
//
//     int main() {
//       mapproof_kit::Kit kit("my map", "std", {"erase_in_walk"});
//       kit.serve<MyPort, std::uint64_t, std::uint64_t>("u64", "u64");
//       kit.serve<MyPort, double, std::uint64_t>("f64", "u64");
//       return kit.run();
//     }
//
// Then: mapproof check -- ./my_port. What stops an operation is thrown: mapproof_kit::Panic, or
// anything else, which no map should throw. stdout belongs to the protocol; print to stderr.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace mapproof_kit {

class Panic : public std::runtime_error {
 public:
  // kind: "nil_map", "unhashable", "changed" or "other"
  explicit Panic(std::string kind, const std::string& message = "")
      : std::runtime_error(message.empty() ? kind : message), kind_(std::move(kind)) {}
  const std::string& kind() const { return kind_; }

 private:
  std::string kind_;
};

struct Start {
  std::uint32_t bucket = 0;
  std::uint32_t offset = 0;
};

// ---- JSON, as much as the host sends: no fractions, no escapes beyond \" and \\ ----

struct Json {
  enum { null, number, string, array, object } what = null;
  std::uint64_t n = 0;
  std::string text;
  std::vector<Json> items;
  std::map<std::string, Json> fields;

  const Json& operator[](const std::string& field) const {
    static const Json nothing;
    const auto found = fields.find(field);
    return found == fields.end() ? nothing : found->second;
  }
};

class JsonReader {
 public:
  explicit JsonReader(const std::string& line) : at_(line.c_str()) {}

  Json read() {
    Json value;
    space();
    if (*at_ == '{') {
      value.what = Json::object;
      for (bool more = open(); more && *at_ != '}'; more = comma()) {
        space();
        std::string field = string();
        space();
        expect(':');
        value.fields[std::move(field)] = read();
      }
      expect('}');
    } else if (*at_ == '[') {
      value.what = Json::array;
      for (bool more = open(); more && *at_ != ']'; more = comma()) value.items.push_back(read());
      expect(']');
    } else if (*at_ == '"') {
      value.what = Json::string;
      value.text = string();
    } else if (std::strncmp(at_, "null", 4) == 0) {
      at_ += 4;
    } else {
      value.what = Json::number;
      char* end = nullptr;
      value.n = std::strtoull(at_, &end, 10);
      if (end == at_) throw std::runtime_error(std::string("no JSON: ") + at_);
      at_ = end;
    }
    space();
    return value;
  }

 private:
  bool open() {
    ++at_;
    space();
    return true;
  }
  bool comma() {
    if (*at_ != ',') return false;
    ++at_;
    return true;
  }
  void space() {
    while (*at_ == ' ' || *at_ == '\t' || *at_ == '\r') ++at_;
  }
  void expect(char c) {
    if (*at_ != c) throw std::runtime_error(std::string("no JSON: ") + at_);
    ++at_;
  }
  std::string string() {
    std::string text;
    expect('"');
    while (*at_ != '"' && *at_ != '\0') {
      if (*at_ == '\\' && at_[1] != '\0') ++at_;
      text.push_back(*at_++);
    }
    expect('"');
    return text;
  }

  const char* at_;
};

inline std::string json_string(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(static_cast<unsigned char>(c) < ' ' ? ' ' : c);
  }
  return out + '"';
}

// ---- keys and elems: the value at an index or for a stamp, and back ----

constexpr std::uint32_t kForeignKey = 65536;
constexpr std::uint64_t kForeignElem = std::uint64_t{1} << 32;
constexpr std::uint64_t kQuietNaN = 0x7ff8000000000000U;

struct KeyId {
  std::uint32_t index = kForeignKey;
  std::uint32_t payload = 0;
  bool nan = false;
};

inline std::optional<std::uint64_t> digits(const std::string& text) {
  if (text.empty() || text.size() > 10 || (text[0] == '0' && text.size() > 1)) return std::nullopt;
  if (text.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return std::stoull(text);
}

template <class Key>
struct KeyOf {  // integers and bool
  static_assert(std::is_integral<Key>::value, "keys are integers, double or std::string");
  static Key make(KeyId id) { return static_cast<Key>(id.index); }
  static KeyId id(const Key& key) {
    const auto n = static_cast<std::uint64_t>(key);  // a negative one becomes huge
    return n < kForeignKey ? KeyId{static_cast<std::uint32_t>(n)} : KeyId{};
  }
};

template <>
struct KeyOf<double> {
  static double make(KeyId id) {
    if (id.index == 253) return std::numeric_limits<double>::infinity();
    if (id.index == 254) return -0.0;
    if (id.index != 255) return id.index;
    const std::uint64_t bits = kQuietNaN | id.payload;
    double nan = 0;
    std::memcpy(&nan, &bits, sizeof nan);
    return nan;
  }
  static KeyId id(const double& key) {
    if (std::isnan(key)) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, &key, sizeof bits);
      bits ^= kQuietNaN;
      if (bits >> 21U != 0) return {};
      return {255, static_cast<std::uint32_t>(bits), true};
    }
    if (std::isinf(key)) return key > 0 ? KeyId{253} : KeyId{};
    if (key == 0) return {std::signbit(key) ? 254U : 0U};
    if (!(key > 0 && key < kForeignKey) || (key >= 253 && key <= 255)) return {};
    const auto n = static_cast<std::uint32_t>(key);
    return n == key ? KeyId{n} : KeyId{};
  }
};

template <>
struct KeyOf<std::string> {
  static std::string make(KeyId id) { return id.index == 255 ? "" : std::to_string(id.index); }
  static KeyId id(const std::string& key) {
    if (key.empty()) return {255};
    const auto n = digits(key);
    return n && *n < kForeignKey && *n != 255 ? KeyId{static_cast<std::uint32_t>(*n)} : KeyId{};
  }
};

template <class Elem>
struct ElemOf {
  static_assert(std::is_integral<Elem>::value, "elems are integers or std::string");
  static Elem make(std::uint64_t stamp) { return static_cast<Elem>(stamp); }
  static std::uint64_t stamp(const Elem& elem) {
    const auto n = static_cast<std::uint64_t>(elem);
    return n < kForeignElem ? n : kForeignElem;
  }
};

template <>
struct ElemOf<std::string> {
  static std::string make(std::uint64_t stamp) { return stamp == 0 ? "" : std::to_string(stamp); }
  static std::uint64_t stamp(const std::string& elem) {
    if (elem.empty()) return 0;
    const auto n = digits(elem);
    return n && *n < kForeignElem ? *n : kForeignElem;
  }
};

// ---- what a map is made with ----

inline std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 33U;
  x *= 0xff51afd7ed558ccdU;
  x ^= x >> 33U;
  x *= 0xc4ceb9fe1a85ec53U;
  return x ^ x >> 33U;
}

template <class Key>
class Spec {
 public:
  explicit Spec(const Json& map)
      : hint(std::strtoll(map["hint"].text.c_str(), nullptr, 10)),
        seed(map["seed"].n),
        mode_(map["hash"].text),
        state_(std::make_shared<State>()) {
    for (const auto& [index, hash] : map["hashes"].fields) {
      state_->hashes[static_cast<std::uint32_t>(std::stoul(index))] = std::stoull(hash.text);
    }
  }

  // The program's hash of a key; of a NaN a new one each time. Copies share the stream.
  std::uint64_t hash(const Key& key) const {
    const KeyId id = KeyOf<Key>::id(key);
    if (id.nan) ++state_->draws;
    const auto found = state_->hashes.find(id.index);
    if (found != state_->hashes.end()) return found->second;
    if (!id.nan) throw Panic("other", "a key to hash that is not of this program");
    const std::uint64_t n = mix(mix(seed + 0x9e3779b97f4a7c15U) + state_->draws);
    return mode_ == "strong" ? n : mode_ == "low" ? n & 7U : mode_ == "top" ? n << 56U : n >> 48U;
  }

  std::int64_t hint;   // negative or absurd ones mean nothing
  std::uint64_t seed;  // of all that is left to chance

 private:
  struct State {
    std::map<std::uint32_t, std::uint64_t> hashes;
    std::uint64_t draws = 0;
  };
  std::string mode_;
  std::shared_ptr<State> state_;
};

// ---- one program ----

template <class Port, class Key, class Elem>
class Execution {
 public:
  explicit Execution(const Json& map)
      : map_(std::make_shared<Port>(Spec<Key>(map))), answers_("[") {}

  std::string run(const std::vector<Json>& ops) {
    for (const Json& op : ops) {
      if (answers_.size() > 1) answers_.push_back(',');
      try {
        step(op.items);
      } catch (...) {
        panic(std::current_exception());
      }
    }
    return answers_ + "]";
  }

 private:
  using Next = std::function<std::optional<std::pair<Key, Elem>>()>;
  struct Walk {
    bool due = false;
    std::optional<Start> start;
    std::shared_ptr<Port> map;  // lives as long as walks on it do
    Next next;
  };

  static Key key_of(const Json& key) {
    KeyId id;
    id.index = static_cast<std::uint32_t>(key.items.empty() ? key.n : key.items[0].n);
    id.payload = key.items.empty() ? 0 : static_cast<std::uint32_t>(key.items[1].n);
    return KeyOf<Key>::make(id);
  }

  void step(const std::vector<Json>& op) {
    const std::string& what = op[0].text;
    if (what == "put") {
      if (!map_) throw Panic("nil_map", "assignment to entry in nil map");
      map_->put(key_of(op[1]), ElemOf<Elem>::make(op[2].n));
    } else if (what == "get" || what == "has") {
      const std::optional<Elem> elem = map_ ? map_->get(key_of(op[1])) : std::nullopt;
      if (elem) {
        answers_ += std::to_string(ElemOf<Elem>::stamp(*elem));
        return;
      }
    } else if (what == "del") {
      if (map_) map_->del(key_of(op[1]));
    } else if (what == "clear") {
      if (map_) clear(map_.get(), 0);
    } else if (what == "len") {
      answers_ += std::to_string(map_ ? map_->size() : 0);
      return;
    } else if (what == "iter") {
      Walk walk;
      walk.due = true;
      if (op.size() == 4) {
        walk.start =
            Start{static_cast<std::uint32_t>(op[2].n), static_cast<std::uint32_t>(op[3].n)};
      }
      walks_[op[1].n] = std::move(walk);
    } else if (what == "next") {
      next(op[1].n, op[2].n);
      return;
    } else if (what == "drop") {
      walks_.erase(op[1].n);
    } else if (what == "nil") {
      map_.reset();
    } else {
      throw Panic("other", "no operation of version 1: " + what);
    }
    answers_ += "null";
  }

  // The port's own clear, if it has one.
  template <class P>
  static auto clear(P* map, int) -> decltype(map->clear()) {
    return map->clear();
  }
  template <class P>
  static void clear(P* map, long) {
    std::vector<Key> keys;
    const Next next = map->walk(nullptr);
    while (auto entry = next()) keys.push_back(entry->first);
    for (const Key& key : keys) map->del(key);
  }

  void next(std::uint64_t slot, std::uint64_t n) {
    answers_.push_back('[');
    const auto at = walks_.find(slot);
    const char* comma = "";
    for (std::uint64_t i = 0; at != walks_.end() && i < n; ++i) {
      answers_ += comma;
      comma = ",";
      try {
        Walk& walk = at->second;
        if (walk.due) {
          walk.due = false;
          walk.map = map_;
          if (map_) walk.next = map_->walk(walk.start ? &*walk.start : nullptr);
        }
        const auto entry = walk.map ? walk.next() : std::nullopt;
        if (entry) {
          add_entry(*entry);
          continue;
        }
        answers_ += "null";
      } catch (...) {
        panic(std::current_exception());
      }
      walks_.erase(at);
      break;
    }
    answers_.push_back(']');
  }

  void add_entry(const std::pair<Key, Elem>& entry) {
    const KeyId id = KeyOf<Key>::id(entry.first);
    std::string key = std::to_string(id.index);
    if (id.nan) key = "[" + key + "," + std::to_string(id.payload) + "]";
    answers_ += "[" + key + "," + std::to_string(ElemOf<Elem>::stamp(entry.second)) + "]";
  }

  void panic(const std::exception_ptr& exception) {
    std::string kind = "other";
    std::string message = "an exception of unknown type";
    try {
      std::rethrow_exception(exception);
    } catch (const Panic& panic) {
      kind = panic.kind();
      message = panic.what();
    } catch (const std::exception& e) {
      message = e.what();
    } catch (...) {
    }
    answers_ += "{\"panic\":" + json_string(kind) + ",\"message\":" + json_string(message) + "}";
  }

  std::shared_ptr<Port> map_;  // null: let go of
  std::map<std::uint64_t, Walk> walks_;
  std::string answers_;
};

class Kit {
 public:
  Kit(std::string name, std::string profile, std::vector<std::string> features)
      : name_(std::move(name)), profile_(std::move(profile)), features_(std::move(features)) {}

  // A map of these types, for programs of these kinds. Serve all pairs of the kinds that you serve.
  template <template <class, class> class Port, class Key, class Elem>
  void serve(const std::string& key, const std::string& elem) {
    add(&keys_, key);
    add(&elems_, elem);
    runners_[{key, elem}] = [](const Json& run) {
      return Execution<Port<Key, Elem>, Key, Elem>(run["map"]).run(run["ops"].items);
    };
  }

  int run() {
    std::ios::sync_with_stdio(false);
    for (std::string line; std::getline(std::cin, line);) {
      const Json message = JsonReader(line).read();
      if (message["type"].text == "stop") break;
      if (message["type"].text == "start") {
        std::cout << "{\"type\":\"started\",\"version\":1,\"name\":" << json_string(name_)
                  << ",\"profile\":" << json_string(profile_) << ",\"features\":" << list(features_)
                  << ",\"keys\":" << list(keys_) << ",\"elems\":" << list(elems_) << "}\n";
      } else {
        const Json& map = message["map"];
        const auto runner = runners_.find({map["key"].text, map["elem"].text});
        if (runner == runners_.end()) {
          std::cout << R"({"type":"error","message":"this pair of kinds is not served"})" << '\n';
        } else {
          const std::string answers = runner->second(message);
          std::cout << "{\"type\":\"answers\",\"id\":" << message["id"].n
                    << ",\"answers\":" << answers << "}\n";
        }
      }
      std::cout.flush();
    }
    return 0;
  }

 private:
  static void add(std::vector<std::string>* names, const std::string& name) {
    for (const std::string& known : *names) {
      if (known == name) return;
    }
    names->push_back(name);
  }
  static std::string list(const std::vector<std::string>& names) {
    std::string text = "[";
    for (const std::string& name : names) text += (text.size() > 1 ? "," : "") + json_string(name);
    return text + "]";
  }

  std::string name_;
  std::string profile_;
  std::vector<std::string> features_;
  std::vector<std::string> keys_;
  std::vector<std::string> elems_;
  std::map<std::pair<std::string, std::string>, std::function<std::string(const Json&)>> runners_;
};

}  // namespace mapproof_kit
