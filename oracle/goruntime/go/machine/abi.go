// Package machine drives the runtime's own map: it carries out the operations of a program on maps
// whose hashes it decides, and tells what they answer and how their memory looks.
//
// No cgo in here: a package that uses it may not have functions without bodies.
package machine

import (
	"reflect"
	"unsafe"
)

// The generic functions of runtime/map.go. Compiled code reaches them for few key types only; so
// all go through them here, as the port does.

//go:linkname makemap64 runtime.makemap64
func makemap64(t unsafe.Pointer, hint int64, h unsafe.Pointer) unsafe.Pointer

//go:linkname mapassign runtime.mapassign
func mapassign(t, h, key unsafe.Pointer) unsafe.Pointer

//go:linkname mapaccess1 runtime.mapaccess1
func mapaccess1(t, h, key unsafe.Pointer) unsafe.Pointer

//go:linkname mapaccess2 runtime.mapaccess2
func mapaccess2(t, h, key unsafe.Pointer) (unsafe.Pointer, bool)

//go:linkname mapdelete runtime.mapdelete
func mapdelete(t, h, key unsafe.Pointer)

//go:linkname mapclear runtime.mapclear
func mapclear(t, h unsafe.Pointer)

//go:linkname mapiterinit runtime.mapiterinit
func mapiterinit(t, h, it unsafe.Pointer)

//go:linkname mapiternext runtime.mapiternext
func mapiternext(it unsafe.Pointer)

const (
	bucketCnt = 8

	flagHashWriting = 4
	flagSameSize    = 8

	typeIndirectKey    = 1
	typeIndirectElem   = 2
	typeHashMightPanic = 16
)

// What the runtime's structures look like; describe.go tells their sizes to whoever loads this.

type bmap struct {
	tophash [bucketCnt]uint8
}

type mapextra struct {
	overflow     *[]*bmap
	oldoverflow  *[]*bmap
	nextOverflow *bmap
}

type hmap struct {
	count      int
	flags      uint8
	B          uint8
	noverflow  uint16
	hash0      uint32
	buckets    unsafe.Pointer
	oldbuckets unsafe.Pointer
	nevacuate  uintptr
	extra      *mapextra
}

type hiter struct {
	key         unsafe.Pointer
	elem        unsafe.Pointer
	t           unsafe.Pointer
	h           *hmap
	buckets     unsafe.Pointer
	bptr        *bmap
	overflow    *[]*bmap
	oldoverflow *[]*bmap
	startBucket uintptr
	offset      uint8
	wrapped     bool
	B           uint8
	i           uint8
	bucket      uintptr
	checkBucket uintptr
}

// typeHead is what the type descriptors of both compilers begin with.
type typeHead struct {
	size       uintptr
	ptrdata    uintptr
	hash       uint32
	tflag      uint8
	align      uint8
	fieldAlign uint8
	kind       uint8
	equal      func(unsafe.Pointer, unsafe.Pointer) bool
	gcdata     *byte
}

type maptype struct {
	typ        rtype // of abi_gc.go or abi_gccgo.go
	key        *rtype
	elem       *rtype
	bucket     *rtype
	hasher     func(unsafe.Pointer, uintptr) uintptr
	keysize    uint8
	elemsize   uint8
	bucketsize uint16
	flags      uint32
}

// typeOf gives a copy of the descriptor of m's type, m being a nil map, so that its hasher can be
// replaced without anybody else noticing.
func typeOf(m interface{}) *maptype {
	words := (*[2]unsafe.Pointer)(unsafe.Pointer(&m))
	t := *(*maptype)(words[0])
	if reflect.TypeOf(m).Key().Kind() == reflect.Struct && mightPanic(reflect.TypeOf(m).Key()) {
		t.flags |= typeHashMightPanic // gccgo leaves it out
	}
	return &t
}

func mightPanic(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Struct:
		for i := 0; i < t.NumField(); i++ {
			if mightPanic(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

func (t *maptype) hasPointers() bool { return t.bucket.ptrdata != 0 }

func (b *bmap) overflow(t *maptype) *bmap {
	return *(**bmap)(unsafe.Pointer(uintptr(unsafe.Pointer(b)) + uintptr(t.bucketsize) - 8))
}

func bucketAt(t *maptype, array unsafe.Pointer, i uintptr) *bmap {
	return (*bmap)(unsafe.Pointer(uintptr(array) + i*uintptr(t.bucketsize)))
}

func evacuated(b *bmap) bool { return b.tophash[0] > 1 && b.tophash[0] < 5 }

func (h *hmap) sameSize() bool { return h.flags&flagSameSize != 0 }

// oldB is log2 of the old array's length. Precondition: growing.
func (h *hmap) oldB() uint8 {
	if h.sameSize() {
		return h.B
	}
	return h.B - 1
}

// bucketsIn tells how many buckets, spare ones included, an array of 2^B has.
func bucketsIn(t *maptype, B uint8) uintptr {
	n := uintptr(1) << B
	if B < 4 {
		return n
	}
	n += uintptr(1) << (B - 4)
	size := uintptr(t.bucketsize) * n
	if up := roundupsize(size); up != size {
		n = up / uintptr(t.bucketsize)
	}
	return n
}
