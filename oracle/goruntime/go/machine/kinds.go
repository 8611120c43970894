package machine

import (
	"math"
	"math/bits"
	"strconv"
	"unsafe"
)

// The twins of oracle/kinds.h: as large, aligned alike, with pointers where those have some, and
// with the same flags. What they hold need not be the same; what counts is which keys are equal.

type (
	kString struct {
		s string
		_ [2]uint64
	}
	kInterface struct {
		v interface{}
		_ [3]uint64
	}
	kArray  [4]uint32
	kPadded struct {
		a uint8
		b uint64
		c uint8
	}
	kOwning struct { // equal if the pointers are, so one place stands for each value
		p *byte
		_ uint64
	}
	kBig      [17]uint64
	kBigFloat struct { // the rest takes no part in comparisons
		value float64
		_     [16]uint64
	}
	kEmpty   struct{}
	kPointer *byte

	eString struct {
		s     string
		stamp uint64
		_     uint64
	}
	eOwning struct {
		p     *byte
		stamp uint64
	}
)

const domain = 65536

// Places to point to.
var arena [domain]byte

// What is no member of a domain, and an object stored apart that is not there.
const (
	tornWord = 1<<64 - 1
	nilWord  = 1<<64 - 2
)

type keyKind struct {
	name       string
	alloc      func() unsafe.Pointer
	set        func(at unsafe.Pointer, index, payload uint32)
	word       func(key unsafe.Pointer) uint64 // index, and payload << 32
	floats     bool                            // has NaN and -0
	complex    bool                            // has a NaN in either part
	unhashable bool
	sameBytes  bool // in C++ too
}

// class gives the number that equal keys share; a NaN is equal to none.
func (k *keyKind) class(index uint32) (class uint32, nan bool) {
	if index < idxNil || index > idxNaN || !k.floats {
		return index, false
	}
	switch index {
	case idxNegZero:
		return 0, false
	case idxNaN:
		return index, true
	case idxNil:
		return index, k.complex
	}
	return index, false
}

// ---- numbers ----

const (
	quiet64 = 0x7ff8000000000000
	quiet32 = 0x7fc00000
	payload = 1<<21 - 1
)

func bits64(index, nan uint32) uint64 {
	switch index {
	case idxNaN:
		return quiet64 | uint64(nan)
	case idxNegZero:
		return 1 << 63
	}
	return math.Float64bits(float64(index))
}

func bits32(index, nan uint32) uint32 {
	switch index {
	case idxNaN:
		return quiet32 | nan
	case idxNegZero:
		return 1 << 31
	}
	return math.Float32bits(float32(index))
}

// part is what a number stands for in a domain.
type part struct {
	nan, negZero, inf bool
	n                 uint64 // the number, or the NaN's payload
}

func part64(bits uint64) part {
	f := math.Float64frombits(bits)
	return part{nan: f != f, negZero: bits == 1<<63, inf: math.IsInf(f, 1), n: number(f, bits)}
}

func part32(bits uint32) part {
	f := math.Float32frombits(bits)
	return part{f != f, bits == 1<<31, math.IsInf(float64(f), 1), number(float64(f), uint64(bits))}
}

func number(f float64, bits uint64) uint64 {
	if f >= 0 && f < domain {
		return uint64(f)
	}
	return bits & payload
}

// The index of infinity, of kinds that have it.
const idxInf = idxUnhashable

func (p part) word() uint64 {
	switch {
	case p.nan:
		return idxNaN | p.n<<32
	case p.negZero:
		return idxNegZero
	case p.inf:
		return idxInf
	}
	return p.n
}

func complexWord(re, im part) uint64 {
	switch {
	case re.nan:
		return idxNaN | re.n<<32
	case im.nan:
		return idxNil | im.n<<32
	case re.inf:
		return idxInf
	case im.negZero:
		return idxNegZero
	}
	return re.n | im.n<<8
}

// complexBits gives the two parts of a key. A part may be any number; only whole keys are special.
func complexBits(index, nan uint32) (re, im uint64) {
	switch index {
	case idxNaN:
		return bits64(idxNaN, nan), 0
	case idxNil:
		return 0, bits64(idxNaN, nan)
	case idxNegZero:
		return 0, 1 << 63
	case idxInf:
		return math.Float64bits(math.Inf(1)), 0
	}
	return math.Float64bits(float64(index & 0xff)), math.Float64bits(float64(index >> 8))
}

// narrow is the float32 of the same value, a NaN's payload kept.
func narrow(bits uint64) uint32 {
	if f := math.Float64frombits(bits); f == f {
		return math.Float32bits(float32(f))
	}
	return quiet32 | uint32(bits&payload)
}

// ---- strings ----

var texts [domain]string

// text is a string of its own for each number; longer ones beside short ones.
func text(n uint32) string {
	if texts[n] == "" {
		texts[n] = strconv.Itoa(int(n))
		if n%4 == 3 {
			texts[n] = "too long to be stored inline: " + texts[n]
		}
	}
	return texts[n]
}

func numberIn(s string) uint64 {
	if s == "" {
		return idxNaN // the empty string's index
	}
	i := len(s)
	for i > 0 && s[i-1] >= '0' && s[i-1] <= '9' {
		i--
	}
	n := uint64(0)
	for ; i < len(s); i++ {
		n = n*10 + uint64(s[i]-'0')
	}
	return n
}

// ---- structs ----

func makeArray(n uint32) kArray { return kArray{n, ^n, n ^ 0xa5a5a5a5, n<<16 | n>>16} }

func makeBig(n uint64) (big kBig) {
	for i := range big {
		big[i] = bits.RotateLeft64(n, i)
	}
	return big
}

func bigWord(big *kBig) uint64 {
	for i := range big {
		if big[i] != bits.RotateLeft64(big[0], i) {
			return tornWord
		}
	}
	return big[0]
}

func place(n uint32) *byte { return &arena[n%domain] }

func placeOf(p *byte) uint64 {
	return uint64(uintptr(unsafe.Pointer(p)) - uintptr(unsafe.Pointer(&arena[0])))
}

// ---- key kinds, in the order of oracle/kinds.h ----

var keyKinds = [...]keyKind{
	{name: "u8", sameBytes: true,
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(uint8)) },
		set:   func(at unsafe.Pointer, i, _ uint32) { *(*uint8)(at) = uint8(i) },
		word:  func(k unsafe.Pointer) uint64 { return uint64(*(*uint8)(k)) }},
	{name: "u16", sameBytes: true,
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(uint16)) },
		set:   func(at unsafe.Pointer, i, _ uint32) { *(*uint16)(at) = uint16(i) },
		word:  func(k unsafe.Pointer) uint64 { return uint64(*(*uint16)(k)) }},
	{name: "u32", sameBytes: true,
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(uint32)) },
		set:   func(at unsafe.Pointer, i, _ uint32) { *(*uint32)(at) = i },
		word:  func(k unsafe.Pointer) uint64 { return uint64(*(*uint32)(k)) }},
	{name: "u64", sameBytes: true,
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(uint64)) },
		set:   func(at unsafe.Pointer, i, _ uint32) { *(*uint64)(at) = uint64(i) },
		word:  func(k unsafe.Pointer) uint64 { return *(*uint64)(k) }},
	{name: "i64", sameBytes: true,
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(int64)) },
		set:   func(at unsafe.Pointer, i, _ uint32) { *(*int64)(at) = int64(i) },
		word:  func(k unsafe.Pointer) uint64 { return *(*uint64)(k) }},
	{name: "f32", sameBytes: true, floats: true,
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(float32)) },
		set: func(at unsafe.Pointer, i, nan uint32) {
			if i == idxInf {
				*(*float32)(at) = float32(math.Inf(1))
			} else {
				*(*uint32)(at) = bits32(i, nan)
			}
		},
		word: func(k unsafe.Pointer) uint64 { return part32(*(*uint32)(k)).word() }},
	{name: "f64", sameBytes: true, floats: true,
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(float64)) },
		set: func(at unsafe.Pointer, i, nan uint32) {
			if i == idxInf {
				*(*float64)(at) = math.Inf(1)
			} else {
				*(*uint64)(at) = bits64(i, nan)
			}
		},
		word: func(k unsafe.Pointer) uint64 { return part64(*(*uint64)(k)).word() }},
	{name: "c64", sameBytes: true, floats: true, complex: true,
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(complex64)) },
		set: func(at unsafe.Pointer, i, nan uint32) {
			re, im := complexBits(i, nan)
			*(*[2]uint32)(at) = [2]uint32{narrow(re), narrow(im)}
		},
		word: func(k unsafe.Pointer) uint64 {
			parts := (*[2]uint32)(k)
			return complexWord(part32(parts[0]), part32(parts[1]))
		}},
	{name: "c128", sameBytes: true, floats: true, complex: true,
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(complex128)) },
		set: func(at unsafe.Pointer, i, nan uint32) {
			re, im := complexBits(i, nan)
			*(*[2]uint64)(at) = [2]uint64{re, im}
		},
		word: func(k unsafe.Pointer) uint64 {
			parts := (*[2]uint64)(k)
			return complexWord(part64(parts[0]), part64(parts[1]))
		}},
	{name: "bool", sameBytes: true,
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(bool)) },
		set:   func(at unsafe.Pointer, i, _ uint32) { *(*bool)(at) = i != 0 },
		word:  func(k unsafe.Pointer) uint64 { return uint64(*(*uint8)(k)) }},
	{name: "str",
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(kString)) },
		set: func(at unsafe.Pointer, i, _ uint32) {
			if i == idxNaN {
				(*kString)(at).s = ""
			} else {
				(*kString)(at).s = text(i)
			}
		},
		word: func(k unsafe.Pointer) uint64 { return numberIn((*kString)(k).s) }},
	{name: "iface", floats: true, unhashable: true,
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(kInterface)) },
		set:   func(at unsafe.Pointer, i, nan uint32) { (*kInterface)(at).v = makeInterface(i, nan) },
		word:  func(k unsafe.Pointer) uint64 { return interfaceWord((*kInterface)(k).v) }},
	{name: "array", sameBytes: true,
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(kArray)) },
		set:   func(at unsafe.Pointer, i, _ uint32) { *(*kArray)(at) = makeArray(i) },
		word: func(k unsafe.Pointer) uint64 {
			array := (*kArray)(k)
			if *array != makeArray(array[0]) {
				return tornWord
			}
			return uint64(array[0])
		}},
	{name: "padded",
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(kPadded)) },
		set: func(at unsafe.Pointer, i, _ uint32) {
			*(*[3]uint64)(at) = [3]uint64{uint64(i) * 0x9e3779b97f4a7c15, 0, ^uint64(i)} // rubbish in the gaps
			key := (*kPadded)(at)
			key.a, key.b, key.c = uint8(i), uint64(i>>8), ^uint8(i)
		},
		word: func(k unsafe.Pointer) uint64 {
			key := (*kPadded)(k)
			if key.b > 0xff || key.c != ^key.a {
				return tornWord
			}
			return key.b<<8 | uint64(key.a)
		}},
	{name: "owning",
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(kOwning)) },
		// Key 0 is the zero value, as in C++: a wiped cell reads as that, and is equal to it.
		set: func(at unsafe.Pointer, i, _ uint32) {
			(*kOwning)(at).p = nil
			if i != 0 {
				(*kOwning)(at).p = place(i)
			}
		},
		word: func(k unsafe.Pointer) uint64 {
			if p := (*kOwning)(k).p; p != nil {
				return placeOf(p)
			}
			return 0
		}},
	{name: "big",
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(kBig)) },
		set:   func(at unsafe.Pointer, i, _ uint32) { *(*kBig)(at) = makeBig(uint64(i)) },
		word:  func(k unsafe.Pointer) uint64 { return bigWord((*kBig)(k)) }},
	{name: "bigfloat", floats: true,
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(kBigFloat)) },
		set:   func(at unsafe.Pointer, i, nan uint32) { *(*uint64)(at) = bits64(i, nan) },
		word:  func(k unsafe.Pointer) uint64 { return part64(*(*uint64)(k)).word() }},
	{name: "empty", sameBytes: true,
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(kEmpty)) },
		set:   func(unsafe.Pointer, uint32, uint32) {},
		word:  func(unsafe.Pointer) uint64 { return 0 }},
	{name: "ptr",
		alloc: func() unsafe.Pointer { return unsafe.Pointer(new(kPointer)) },
		set: func(at unsafe.Pointer, i, _ uint32) {
			if i == idxNil {
				*(*kPointer)(at) = nil
			} else {
				*(*kPointer)(at) = place(i)
			}
		},
		word: func(k unsafe.Pointer) uint64 {
			if p := *(*kPointer)(k); p != nil {
				return placeOf(p)
			}
			return idxNil
		}},
}

// A third of the plain indices each are a float, an integer and a string.
func makeInterface(index, nan uint32) interface{} {
	switch {
	case index == idxNil:
		return nil
	case index == idxUnhashable:
		return []int(nil)
	case index == idxNaN || index == idxNegZero || index%3 == 0:
		return math.Float64frombits(bits64(index, nan))
	case index%3 == 1:
		return int64(index)
	}
	return text(index)
}

func interfaceWord(v interface{}) uint64 {
	switch x := v.(type) {
	case nil:
		return idxNil
	case []int:
		return idxUnhashable
	case float64:
		return part64(math.Float64bits(x)).word()
	case int64:
		return uint64(x)
	case string:
		return numberIn(x)
	}
	return tornWord
}

// ---- elem kinds, likewise ----

type elemKind struct {
	name      string
	sameBytes bool // in C++ too
	set       func(at unsafe.Pointer, stamp uint32)
	stamp     func(elem unsafe.Pointer) uint64
}

func stampImage(stamp uint32) uint64 {
	return uint64(bits.RotateLeft32(stamp, 13))<<32 | uint64(stamp)
}

var elemKinds = [...]elemKind{
	{"u8", true,
		func(at unsafe.Pointer, stamp uint32) { *(*uint8)(at) = uint8(stamp) },
		func(e unsafe.Pointer) uint64 { return uint64(*(*uint8)(e)) }},
	{"u32", true,
		func(at unsafe.Pointer, stamp uint32) { *(*uint32)(at) = stamp },
		func(e unsafe.Pointer) uint64 { return uint64(*(*uint32)(e)) }},
	{"u64", true,
		func(at unsafe.Pointer, stamp uint32) { *(*uint64)(at) = stampImage(stamp) },
		func(e unsafe.Pointer) uint64 {
			elem := *(*uint64)(e)
			if elem != stampImage(uint32(elem)) {
				return tornWord
			}
			return elem & 0xffffffff
		}},
	{"str", false,
		func(at unsafe.Pointer, stamp uint32) {
			*(*eString)(at) = eString{s: text(stamp % domain), stamp: uint64(stamp)}
		},
		func(e unsafe.Pointer) uint64 { return (*eString)(e).stamp }},
	{"owning", false,
		func(at unsafe.Pointer, stamp uint32) { *(*eOwning)(at) = eOwning{place(0), uint64(stamp)} },
		func(e unsafe.Pointer) uint64 { return (*eOwning)(e).stamp }},
	{"big", false,
		func(at unsafe.Pointer, stamp uint32) { *(*kBig)(at) = makeBig(uint64(stamp)) },
		func(e unsafe.Pointer) uint64 { return bigWord((*kBig)(e)) }},
	{"empty", true,
		func(unsafe.Pointer, uint32) {},
		func(unsafe.Pointer) uint64 { return 0 }},
	{"ptr", false,
		func(at unsafe.Pointer, stamp uint32) {
			if stamp%domain == 0 {
				*(*kPointer)(at) = nil
			} else {
				*(*kPointer)(at) = place(stamp)
			}
		},
		func(e unsafe.Pointer) uint64 {
			if p := *(*kPointer)(e); p != nil {
				return placeOf(p)
			}
			return 0
		}},
}

// ---- map types ----

// mapTypes holds a nil map of each type; made by the compiler, not by reflect.MapOf, so that the
// flags are those that programs get.
var mapTypes = [len(keyKinds)][len(elemKinds)]interface{}{
	{map[uint8]uint8(nil), map[uint8]uint32(nil), map[uint8]uint64(nil), map[uint8]eString(nil),
		map[uint8]eOwning(nil), map[uint8]kBig(nil), map[uint8]kEmpty(nil), map[uint8]kPointer(nil)},
	{map[uint16]uint8(nil), map[uint16]uint32(nil), map[uint16]uint64(nil), map[uint16]eString(nil),
		map[uint16]eOwning(nil), map[uint16]kBig(nil), map[uint16]kEmpty(nil), map[uint16]kPointer(nil)},
	{map[uint32]uint8(nil), map[uint32]uint32(nil), map[uint32]uint64(nil), map[uint32]eString(nil),
		map[uint32]eOwning(nil), map[uint32]kBig(nil), map[uint32]kEmpty(nil), map[uint32]kPointer(nil)},
	{map[uint64]uint8(nil), map[uint64]uint32(nil), map[uint64]uint64(nil), map[uint64]eString(nil),
		map[uint64]eOwning(nil), map[uint64]kBig(nil), map[uint64]kEmpty(nil), map[uint64]kPointer(nil)},
	{map[int64]uint8(nil), map[int64]uint32(nil), map[int64]uint64(nil), map[int64]eString(nil),
		map[int64]eOwning(nil), map[int64]kBig(nil), map[int64]kEmpty(nil), map[int64]kPointer(nil)},
	{map[float32]uint8(nil), map[float32]uint32(nil), map[float32]uint64(nil), map[float32]eString(nil),
		map[float32]eOwning(nil), map[float32]kBig(nil), map[float32]kEmpty(nil), map[float32]kPointer(nil)},
	{map[float64]uint8(nil), map[float64]uint32(nil), map[float64]uint64(nil), map[float64]eString(nil),
		map[float64]eOwning(nil), map[float64]kBig(nil), map[float64]kEmpty(nil), map[float64]kPointer(nil)},
	{map[complex64]uint8(nil), map[complex64]uint32(nil), map[complex64]uint64(nil), map[complex64]eString(nil),
		map[complex64]eOwning(nil), map[complex64]kBig(nil), map[complex64]kEmpty(nil), map[complex64]kPointer(nil)},
	{map[complex128]uint8(nil), map[complex128]uint32(nil), map[complex128]uint64(nil), map[complex128]eString(nil),
		map[complex128]eOwning(nil), map[complex128]kBig(nil), map[complex128]kEmpty(nil), map[complex128]kPointer(nil)},
	{map[bool]uint8(nil), map[bool]uint32(nil), map[bool]uint64(nil), map[bool]eString(nil),
		map[bool]eOwning(nil), map[bool]kBig(nil), map[bool]kEmpty(nil), map[bool]kPointer(nil)},
	{map[kString]uint8(nil), map[kString]uint32(nil), map[kString]uint64(nil), map[kString]eString(nil),
		map[kString]eOwning(nil), map[kString]kBig(nil), map[kString]kEmpty(nil), map[kString]kPointer(nil)},
	{map[kInterface]uint8(nil), map[kInterface]uint32(nil), map[kInterface]uint64(nil), map[kInterface]eString(nil),
		map[kInterface]eOwning(nil), map[kInterface]kBig(nil), map[kInterface]kEmpty(nil), map[kInterface]kPointer(nil)},
	{map[kArray]uint8(nil), map[kArray]uint32(nil), map[kArray]uint64(nil), map[kArray]eString(nil),
		map[kArray]eOwning(nil), map[kArray]kBig(nil), map[kArray]kEmpty(nil), map[kArray]kPointer(nil)},
	{map[kPadded]uint8(nil), map[kPadded]uint32(nil), map[kPadded]uint64(nil), map[kPadded]eString(nil),
		map[kPadded]eOwning(nil), map[kPadded]kBig(nil), map[kPadded]kEmpty(nil), map[kPadded]kPointer(nil)},
	{map[kOwning]uint8(nil), map[kOwning]uint32(nil), map[kOwning]uint64(nil), map[kOwning]eString(nil),
		map[kOwning]eOwning(nil), map[kOwning]kBig(nil), map[kOwning]kEmpty(nil), map[kOwning]kPointer(nil)},
	{map[kBig]uint8(nil), map[kBig]uint32(nil), map[kBig]uint64(nil), map[kBig]eString(nil),
		map[kBig]eOwning(nil), map[kBig]kBig(nil), map[kBig]kEmpty(nil), map[kBig]kPointer(nil)},
	{map[kBigFloat]uint8(nil), map[kBigFloat]uint32(nil), map[kBigFloat]uint64(nil), map[kBigFloat]eString(nil),
		map[kBigFloat]eOwning(nil), map[kBigFloat]kBig(nil), map[kBigFloat]kEmpty(nil), map[kBigFloat]kPointer(nil)},
	{map[kEmpty]uint8(nil), map[kEmpty]uint32(nil), map[kEmpty]uint64(nil), map[kEmpty]eString(nil),
		map[kEmpty]eOwning(nil), map[kEmpty]kBig(nil), map[kEmpty]kEmpty(nil), map[kEmpty]kPointer(nil)},
	{map[kPointer]uint8(nil), map[kPointer]uint32(nil), map[kPointer]uint64(nil), map[kPointer]eString(nil),
		map[kPointer]eOwning(nil), map[kPointer]kBig(nil), map[kPointer]kEmpty(nil), map[kPointer]kPointer(nil)},
}
