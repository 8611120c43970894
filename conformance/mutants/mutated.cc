// The port as it is run by programs, in one translation unit: what a mutant has to rebuild.
//
// It is compiled against a copy of impl/ that a patch may have changed and linked ahead of suites
// that were compiled against impl/ itself, without inlining: of the functions that both have, the
// linker takes these.
#include "conformance/faulty_port.cc"
#include "conformance/ports/faces_port.cc"
#include "conformance/ports/gomap_observed.cc"
#include "conformance/ports/gomap_port.cc"
#include "conformance/ports/unasked.cc"
#include "gomap/erase.h"
#include "gomap/make.h"
#ifndef MAPPROOF_FUZZERS  // of which none asks for small buckets
#include "conformance/ports/two_cell_port.cc"
#endif

namespace gomap {

// What the suites call by name; the compiler would inline it here.
#define MAPPROOF_KEEP(name) [[gnu::used]] const auto keep_##name = &name
namespace {
MAPPROOF_KEEP(isEmpty);
MAPPROOF_KEEP(bucketShift);
MAPPROOF_KEEP(bucketMask);
MAPPROOF_KEEP(tophash);
MAPPROOF_KEEP(evacuated);
MAPPROOF_KEEP(incrnoverflow);
MAPPROOF_KEEP(createOverflow);
MAPPROOF_KEEP(tooManyOverflowBuckets);
MAPPROOF_KEEP(noldbuckets);
MAPPROOF_KEEP(oldbucketmask);
MAPPROOF_KEEP(sameSizeGrowing);
MAPPROOF_KEEP(makemap_small);
MAPPROOF_KEEP(roundupsize);
MAPPROOF_KEEP(reflect_makemap);
MAPPROOF_KEEP(reflect_mapaccess);
MAPPROOF_KEEP(reflect_mapassign);
MAPPROOF_KEEP(reflect_mapdelete);
MAPPROOF_KEEP(reflect_mapiterinit);
MAPPROOF_KEEP(reflect_mapiternext);
MAPPROOF_KEEP(reflect_mapiterkey);
MAPPROOF_KEEP(reflect_mapiterelem);
MAPPROOF_KEEP(reflect_maplen);
MAPPROOF_KEEP(reflectlite_maplen);
[[gnu::used]] const auto keep_growing = &hmap::growing;
[[gnu::used]] const auto keep_keys = &bmap::keys;
}  // namespace

template bmap* bmap::overflow(const maptype&) const;
template void bmap::setoverflow(const maptype&, bmap*);
template void* bmap::key_cell(const maptype&, uintptr);
template void* bmap::elem_cell(const maptype&, uintptr);
template bool overLoadFactor(const maptype&, std::intptr_t, std::uint8_t);
template std::pair<void*, bmap*> makeBucketArray(const maptype&, std::uint8_t, void*);
template hmap* makemap(const maptype&, std::intptr_t, hmap*);
template hmap* makemap64(const maptype&, std::int64_t, hmap*);
template void* mapaccess1(const maptype&, hmap*, const void*);
template std::pair<void*, bool> mapaccess2(const maptype&, hmap*, const void*);
template detail::cell mapaccessK(const maptype&, hmap*, const void*);
template void* mapaccess1_fat(const maptype&, hmap*, const void*, void*);
template std::pair<void*, bool> mapaccess2_fat(const maptype&, hmap*, const void*, void*);
template void* mapassign(const maptype&, hmap*, const void*);
template void mapdelete(const maptype&, hmap*, const void*);
template void mapclear(const maptype&, hmap*);
template bmap* newoverflow(const maptype&, hmap*, bmap*);
template void hashGrow(const maptype&, hmap*);
template bool bucketEvacuated(const maptype&, hmap*, uintptr);
template void advanceEvacuationMark(hmap*, const maptype&, uintptr);
template void evacuate(const maptype&, hmap*, uintptr);
template void growWork(const maptype&, hmap*, uintptr);
template void mapiterinit(const maptype&, hmap*, hiter*);
template void mapiternext(const maptype&, hiter*);
template void hiter_release(const maptype&, hiter*) noexcept;

}  // namespace gomap
