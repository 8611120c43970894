#include "oracle/doors/images.h"

#include <array>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace mapproof::doors {
namespace {

// How objects of a type become bytes and objects again. Most are their bytes.
template <class T>
struct Image {
  static_assert(std::is_trivially_copyable_v<T>);
  static constexpr std::size_t kSize = sizeof(T);
  static void make(const T& object, Bytes* bytes) {
    bytes->resize(sizeof(T));
    std::memcpy(bytes->data(), &object, sizeof(T));
  }
  static std::optional<T> object(std::string_view bytes) {
    if (bytes.size() != sizeof(T)) return std::nullopt;
    if constexpr (std::is_same_v<T, bool>) {
      return bytes[0] == 0 || bytes[0] == 1 ? std::optional(bytes[0] == 1) : std::nullopt;
    } else {
      T object;
      std::memcpy(static_cast<void*>(&object), bytes.data(), sizeof(T));
      return object;
    }
  }
};

template <>
struct Image<Empty> {
  static constexpr std::size_t kSize = 0;
  static void make(const Empty&, Bytes* bytes) { bytes->clear(); }
  static std::optional<Empty> object(std::string_view bytes) {
    return bytes.empty() ? std::optional(Empty{}) : std::nullopt;
  }
};

template <>
struct Image<std::string> {
  static constexpr std::size_t kSize = kVariableSize;
  static void make(const std::string& object, Bytes* bytes) {
    bytes->assign(object.begin(), object.end());
  }
  static std::optional<std::string> object(std::string_view bytes) { return std::string(bytes); }
};

template <>
struct Image<Owning> {
  static constexpr std::size_t kSize = sizeof(std::uint32_t);
  static void make(const Owning& object, Bytes* bytes) {
    Image<std::uint32_t>::make(object.value(), bytes);
  }
  static std::optional<Owning> object(std::string_view bytes) {
    const auto value = Image<std::uint32_t>::object(bytes);
    return value ? std::optional<Owning>(std::in_place, *value) : std::nullopt;
  }
};

template <>
struct Image<std::monostate> {
  static void make(const std::monostate&, Bytes* bytes) { bytes->clear(); }
  static std::optional<std::monostate> object(std::string_view bytes) {
    return bytes.empty() ? std::optional(std::monostate{}) : std::nullopt;
  }
};

template <>
struct Image<Interface> {
  static constexpr std::size_t kSize = kVariableSize;
  static void make(const Interface& object, Bytes* bytes) {
    std::visit([bytes]<class T>(const T& held) { Image<T>::make(held, bytes); }, object);
    bytes->insert(bytes->begin(), static_cast<char>(object.index()));
  }
  static std::optional<Interface> object(std::string_view bytes) {
    if (bytes.empty()) return std::nullopt;
    return object_of(static_cast<std::size_t>(bytes[0]), bytes.substr(1),
                     std::make_index_sequence<std::variant_size_v<Interface>>{});
  }

 private:
  template <std::size_t... I>
  static std::optional<Interface> object_of(std::size_t which, std::string_view bytes,
                                            std::index_sequence<I...>) {
    std::optional<Interface> found;
    const auto take = [&]<class T>(std::size_t index, std::in_place_type_t<T>) {
      if (index != which) return;
      if (auto held = Image<T>::object(bytes)) found.emplace(std::move(*held));
    };
    (take(I, std::in_place_type<std::variant_alternative_t<I, Interface>>), ...);
    return found;
  }
};

template <KeyKind K>
constexpr KeyImages key_images() {
  using Type = Image<KeyType<K>>;
  return {Type::kSize, [](KeyId id, Bytes* bytes) { Type::make(make_key<K>(id), bytes); },
          [](std::string_view bytes) -> std::optional<KeyId> {
            const auto key = Type::object(bytes);
            return key ? key_id<K>(*key) : std::nullopt;
          }};
}
template <ElemKind E>
constexpr ElemImages elem_images() {
  using Type = Image<ElemType<E>>;
  return {Type::kSize,
          [](std::uint32_t stamp, Bytes* bytes) { Type::make(make_elem<E>(stamp), bytes); },
          [](std::string_view bytes) -> std::optional<std::uint32_t> {
            const auto elem = Type::object(bytes);
            return elem ? elem_stamp<E>(*elem) : std::nullopt;
          }};
}

template <std::size_t... I>
constexpr std::array<KeyImages, sizeof...(I)> all_keys(std::index_sequence<I...>) {
  return {key_images<static_cast<KeyKind>(I)>()...};
}
template <std::size_t... I>
constexpr std::array<ElemImages, sizeof...(I)> all_elems(std::index_sequence<I...>) {
  return {elem_images<static_cast<ElemKind>(I)>()...};
}

}  // namespace

const KeyImages& images(KeyKind kind) {
  static constexpr auto kAll = all_keys(std::make_index_sequence<kKeyKinds>{});
  return kAll[static_cast<std::size_t>(kind)];
}
const ElemImages& images(ElemKind kind) {
  static constexpr auto kAll = all_elems(std::make_index_sequence<kElemKinds>{});
  return kAll[static_cast<std::size_t>(kind)];
}

}  // namespace mapproof::doors
