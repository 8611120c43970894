#include "oracle/goruntime/answers.h"

#include <algorithm>
#include <iterator>

#include "oracle/goruntime/words.h"

namespace mapproof::go {

std::optional<RuntimeAnswer> take_answer(std::span<const std::uint64_t>* words) {
  constexpr std::size_t kHead = 5;  // status, three words, the length of the panic's words
  if (words->size() < kHead) return std::nullopt;
  const std::span<const std::uint64_t> text = words->subspan(kHead);
  const std::uint64_t length = (*words)[4];
  if (length > text.size_bytes()) return std::nullopt;
  RuntimeAnswer read;
  read.answer.status =
      static_cast<Status>(std::min((*words)[0], static_cast<std::uint64_t>(Status::other)));
  std::copy_n(words->begin() + 1, std::size(read.answer.words), read.answer.words);
  read.panic.assign(reinterpret_cast<const char*>(text.data()), length);
  *words = text.subspan((length + 7) / 8);
  return read;
}

Found found_of(const Answer& answer) {
  const bool torn = answer.words[0] == kTorn;
  return {.present = answer.words[1] != 0,
          .stamp = torn ? 0 : static_cast<std::uint32_t>(answer.words[0]),
          .torn = torn};
}

Step step_of(KeyKind kind, const Answer& answer) {
  if (answer.words[0] != 0) return {.end = true, .torn = false, .key = {}, .stamp = 0};
  const std::optional<KeyId> key = key_of(kind, answer.words[1]);
  if (!key || answer.words[2] == kTorn) return {.end = false, .torn = true, .key = {}, .stamp = 0};
  return {.end = false,
          .torn = false,
          .key = *key,
          .stamp = static_cast<std::uint32_t>(answer.words[2])};
}

}  // namespace mapproof::go
