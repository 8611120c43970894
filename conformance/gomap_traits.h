// What Go's compiler would say of the oracle's own types, told to the port.
#pragma once

#include <type_traits>

#include "gomap/traits.h"
#include "oracle/kinds.h"

template <>
struct gomap::reflexive<mapproof::BigFloat> : std::false_type {};
template <>
struct gomap::need_key_update<mapproof::BigFloat> : std::true_type {};
