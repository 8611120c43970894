package machine

import "unsafe"

// The indices with a meaning of their own, as in oracle/kinds.h.
const (
	idxNil        = 252 // or a NaN as imaginary part, of complex kinds
	idxUnhashable = 253
	idxNegZero    = 254
	idxNaN        = 255
)

const (
	modeStrong = iota
	modeIdentity
	modeConstant
	modeLow
	modeTop
	modeTable
)

// hashing is the twin of oracle/hashing.cc; goruntime_port_test.cc and the lock-step compare the two.
type hashing struct {
	kind  *keyKind
	mode  int
	seed  uint64
	table map[uint32]uint64 // by equality class

	draws uint64 // of NaNs
	calls uint64
	log   uint64 // what was hashed under which seed, in order
	first uint64 // the first hash of the operation in hand
	any   bool   // is there one?
	fail  bool   // the next call panics
}

type hashFault struct{}

func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

func mix2(a, b uint64) uint64 { return mix(mix(a+0x9e3779b97f4a7c15) + b) }

func (h *hashing) of(word, hash0 uint64) uint64 {
	index := uint32(word)
	class, nan := h.kind.class(index)
	n := uint64(class)
	if nan {
		h.draws++
		n = mix2(h.seed, h.draws)
	}
	switch h.mode {
	case modeStrong:
		if nan {
			return n
		}
		return mix2(hash0, n)
	case modeConstant:
		return 0x2a << 56
	case modeLow:
		return n & 7
	case modeTop:
		return n << 56
	case modeTable:
		if hash, ok := h.table[class]; ok {
			return hash
		}
	}
	if nan {
		return n >> 48
	}
	return n
}

// hasher makes the function that stands in for the map type's own.
func (m *Machine) hasher() func(unsafe.Pointer, uintptr) uintptr {
	original := m.t.hasher
	return func(key unsafe.Pointer, seed uintptr) uintptr {
		h := &m.hashing
		word := m.key.word(key)
		if m.key.unhashable && uint32(word) == idxUnhashable {
			return original(key, seed) // panics
		}
		if h.fail {
			h.fail = false
			panic(hashFault{})
		}
		hash := h.of(word, uint64(seed))
		h.calls++
		h.log = fold(h.log, word^uint64(seed)<<40)
		if !h.any {
			h.first, h.any = hash, true
		}
		return uintptr(hash)
	}
}
