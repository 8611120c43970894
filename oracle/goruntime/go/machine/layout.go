package machine

import "unsafe"

// How a map's memory is told: as 64-bit words, whose order oracle/goruntime/words.h describes. A
// sink keeps them, or folds them into one.
type sink struct {
	keep  bool
	words []uint64
	hash  uint64
}

func fold(hash, word uint64) uint64 {
	hash = (hash ^ word) * 0x9e3779b97f4a7c15
	return hash ^ hash>>32
}

func (s *sink) put(word uint64) {
	if s.keep {
		s.words = append(s.words, word)
	} else {
		s.hash = fold(s.hash, word)
	}
}

// What a link leads to, if not to a bucket of the array: 1 + the index of that.
const (
	linkNone    = 0
	linkHeap    = 1<<64 - 1
	linkForeign = 1<<64 - 2
)

// A chain this long goes round.
const endless = 1 << 17

// Of a long chain the digest of an operation tells only so many buckets; the layout tells all.
const chainPart = 8

// array is an array of buckets as it is told.
type array struct {
	at    unsafe.Pointer
	base  uintptr // buckets that hashes lead to
	all   uintptr // and spare ones
	chain uintptr // buckets followed so far: a bound
}

func (m *Machine) arrayOf(at unsafe.Pointer, B uint8) array {
	return array{at: at, base: uintptr(1) << B, all: bucketsIn(m.t, B)}
}

// index tells which bucket of the array b is.
func (a *array) index(m *Machine, b *bmap) (uintptr, bool) {
	distance := uintptr(unsafe.Pointer(b)) - uintptr(a.at)
	if b == nil || a.at == nil || distance >= a.all*uintptr(m.t.bucketsize) {
		return 0, false
	}
	return distance / uintptr(m.t.bucketsize), true
}

func (a *array) link(m *Machine, b *bmap) uint64 {
	next := b.overflow(m.t)
	if next == nil {
		return linkNone
	}
	if i, inside := a.index(m, next); inside {
		if i < a.base {
			return linkForeign
		}
		return uint64(i) + 1
	}
	return linkHeap
}

func (m *Machine) keyWord(cell unsafe.Pointer) uint64 {
	if m.t.flags&typeIndirectKey != 0 {
		if cell = *(*unsafe.Pointer)(cell); cell == nil {
			return nilWord
		}
	}
	return m.key.word(cell)
}

func (m *Machine) elemWord(cell unsafe.Pointer) uint64 {
	if m.t.flags&typeIndirectElem != 0 {
		if cell = *(*unsafe.Pointer)(cell); cell == nil {
			return nilWord
		}
	}
	return m.elem.stamp(cell)
}

// sum tells plain bytes to a digest in one word.
func sum(at unsafe.Pointer, bytes uintptr) (sum uint64) {
	factor := uint64(0x9e3779b97f4a7c15)
	for ; bytes != 0; bytes -= 8 {
		word := *(*uint64)(at)
		sum += (word ^ word>>29) * factor
		factor += 2 * 0x9e3779b97f4a7c15 & (1<<64 - 1)
		at = unsafe.Pointer(uintptr(at) + 8)
	}
	return sum
}

func (m *Machine) bucket(s *sink, b *bmap, link uint64) {
	s.put(*(*uint64)(unsafe.Pointer(b)))
	at := uintptr(unsafe.Pointer(b)) + bucketCnt
	keys, elems := bucketCnt*uintptr(m.t.keysize), bucketCnt*uintptr(m.t.elemsize)
	if !s.keep && m.key.sameBytes {
		s.put(sum(unsafe.Pointer(at), keys))
	} else {
		for i := uintptr(0); i < bucketCnt; i++ {
			s.put(m.keyWord(unsafe.Pointer(at + i*uintptr(m.t.keysize))))
		}
	}
	at += keys
	if !s.keep && m.elem.sameBytes {
		s.put(sum(unsafe.Pointer(at), elems))
	} else {
		for i := uintptr(0); i < bucketCnt; i++ {
			s.put(m.elemWord(unsafe.Pointer(at + i*uintptr(m.t.elemsize))))
		}
	}
	s.put(link)
}

// chain tells the first buckets of the chain that begins in bucket i.
func (m *Machine) chain(s *sink, a *array, i uintptr) {
	b := bucketAt(m.t, a.at, i)
	for n := 0; n < chainPart; n++ {
		link := a.link(m, b)
		m.bucket(s, b, link)
		if link == linkNone || link == linkForeign {
			return
		}
		b = b.overflow(m.t)
	}
}

// heap tells those overflow buckets of a chain that lie outside the array.
func (m *Machine) heap(s *sink, a *array, i uintptr) {
	b := bucketAt(m.t, a.at, i)
	for ; a.chain < endless; a.chain++ {
		link := a.link(m, b)
		if link == linkNone || link == linkForeign {
			return
		}
		b = b.overflow(m.t)
		if link == linkHeap {
			s.put(1)
			m.bucket(s, b, a.link(m, b))
		}
	}
}

func (m *Machine) wholeArray(s *sink, a array) {
	s.put(uint64(a.base))
	s.put(uint64(a.all))
	for i := uintptr(0); i < a.all; i++ {
		b := bucketAt(m.t, a.at, i)
		m.bucket(s, b, a.link(m, b))
	}
	for i := uintptr(0); i < a.base; i++ {
		m.heap(s, &a, i)
	}
	s.put(0)
}

func (m *Machine) arrays(h *hmap) (current, old array) {
	if h.buckets != nil {
		current = m.arrayOf(h.buckets, h.B)
	}
	if h.oldbuckets != nil {
		old = m.arrayOf(h.oldbuckets, h.oldB())
	}
	return current, old
}

func (m *Machine) header(s *sink) {
	h := m.h
	if h == nil {
		s.put(0)
		return
	}
	s.put(1)
	s.put(uint64(h.count))
	s.put(uint64(h.flags) | uint64(h.B)<<8 | uint64(h.noverflow)<<16 | uint64(h.hash0)<<32)
	s.put(uint64(h.nevacuate))
	shape := uint64(0)
	if h.buckets != nil {
		shape |= 1
	}
	if h.oldbuckets != nil {
		shape |= 2
	}
	if h.extra != nil {
		shape |= 4
		if next := h.extra.nextOverflow; next != nil {
			distance := uintptr(unsafe.Pointer(next)) - uintptr(h.buckets)
			shape |= (uint64(distance/uintptr(m.t.bucketsize)) + 1) << 8
		}
	}
	s.put(shape)
}

// list tells a list of overflow buckets: where each lies, and what it begins with.
func (m *Machine) list(s *sink, list *[]*bmap, a array) {
	if list == nil {
		s.put(0)
		return
	}
	s.put(uint64(len(*list)) + 1)
	for _, b := range *list {
		if i, inside := a.index(m, b); inside {
			s.put(uint64(i) + 1)
		} else {
			s.put(linkHeap)
		}
		s.put(*(*uint64)(unsafe.Pointer(b)))
	}
}

// Which of the lists or arrays at hand something is.
const (
	whichNone = iota
	whichCurrent
	whichOld
	whichOther
)

func whichOf(p, current, old unsafe.Pointer) uint64 {
	switch p {
	case nil:
		return whichNone
	case current:
		return whichCurrent
	case old:
		return whichOld
	}
	return whichOther
}

// walk tells the fields of an iterator.
func (m *Machine) walk(s *sink, it *hiter) {
	s.put(uint64(it.startBucket))
	wrapped := uint64(0)
	if it.wrapped {
		wrapped = 1
	}
	s.put(uint64(it.offset) | wrapped<<8 | uint64(it.B)<<16 | uint64(it.i)<<24)
	s.put(uint64(it.bucket))
	s.put(uint64(it.checkBucket))
	h := it.h
	var current, old *[]*bmap
	if h.extra != nil {
		current, old = h.extra.overflow, h.extra.oldoverflow
	}
	s.put(whichOf(it.buckets, h.buckets, h.oldbuckets) |
		whichOf(unsafe.Pointer(it.overflow), unsafe.Pointer(current), unsafe.Pointer(old))<<8 |
		whichOf(unsafe.Pointer(it.oldoverflow), unsafe.Pointer(current), unsafe.Pointer(old))<<16)
	m.place(s, it)
}

// place tells where an iterator stands: the index of the bucket, if it lies in an array at hand,
// and what it begins with.
func (m *Machine) place(s *sink, it *hiter) {
	b := it.bptr
	if b == nil {
		s.put(0)
		return
	}
	current, old := m.arrays(it.h)
	arrays := [...]array{current, old, m.arrayOf(it.buckets, it.B)} // in the order of whichCurrent, ...
	where := uint64(linkHeap)
	for which := range arrays {
		if i, inside := arrays[which].index(m, b); inside {
			where = uint64(which+1)<<32 | uint64(i)
			break
		}
	}
	s.put(where)
	s.put(*(*uint64)(unsafe.Pointer(b)))
}

// walks tells all walks that are under way.
func (m *Machine) walks(s *sink) {
	for slot := range m.iterators {
		if !m.walking[slot] {
			s.put(0)
			continue
		}
		s.put(1)
		m.walk(s, &m.iterators[slot])
	}
}

// layout tells everything.
func (m *Machine) layout(s *sink) {
	s.put(m.hashing.calls)
	s.put(m.hashing.log)
	m.header(s)
	if h := m.h; h != nil {
		current, old := m.arrays(h)
		if h.buckets != nil {
			m.wholeArray(s, current)
		}
		if h.oldbuckets != nil {
			m.wholeArray(s, old)
		}
		if h.extra != nil {
			m.list(s, h.extra.overflow, current)
			m.list(s, h.extra.oldoverflow, old)
		}
	}
	m.walks(s)
}

// touched tells the chains that a write can have changed: those of the first hash of the
// operation, and those of the old bucket that a growth moves besides.
func (m *Machine) touched(s *sink, moved uintptr, grew bool) {
	h := m.h
	if h == nil || h.buckets == nil {
		return
	}
	current, old := m.arrays(h)
	if m.hashing.any {
		m.chains(s, &current, &old, uintptr(m.hashing.first))
	}
	if grew || h.oldbuckets != nil {
		m.chains(s, &current, &old, moved)
	}
}

func (m *Machine) chains(s *sink, current, old *array, hash uintptr) {
	mask := current.base - 1
	if old.at == nil {
		m.chain(s, current, hash&mask)
		return
	}
	b := hash & (old.base - 1)
	m.chain(s, old, b)
	for to := b; to < current.base; to += old.base {
		m.chain(s, current, to)
	}
}
