// std::atomic_ref. libc++ has none before version 19.
#pragma once

#include <atomic>

namespace gomap::detail {

#ifdef __cpp_lib_atomic_ref

template <class X>
using atomic_ref = std::atomic_ref<X>;

#else

// What the port asks of it, with the means of the compilers that need it.
template <class X>
class atomic_ref {
 public:
  explicit atomic_ref(X& at) : at_(&at) {}

  X load(std::memory_order order) const { return __atomic_load_n(at_, of(order)); }
  void store(X value, std::memory_order order) const { __atomic_store_n(at_, value, of(order)); }
  X fetch_or(X bits, std::memory_order order) const {
    return __atomic_fetch_or(at_, bits, of(order));
  }
  X fetch_and(X bits, std::memory_order order) const {
    return __atomic_fetch_and(at_, bits, of(order));
  }
  // What it fails with orders reads only, as the standard has it.
  bool compare_exchange_strong(X& expected, X desired, std::memory_order order) const {
    const int failed = order == std::memory_order_acq_rel   ? __ATOMIC_ACQUIRE
                       : order == std::memory_order_release ? __ATOMIC_RELAXED
                                                            : of(order);
    return __atomic_compare_exchange_n(at_, &expected, desired, false, of(order), failed);
  }

 private:
  static_assert(static_cast<int>(std::memory_order_seq_cst) == __ATOMIC_SEQ_CST);
  static constexpr int of(std::memory_order order) { return static_cast<int>(order); }

  X* at_;
};

#endif

}  // namespace gomap::detail
