package machine

import (
	"os"
	"runtime"
	"unsafe"
)

// Record is an operation; oracle/goruntime/protocol.h describes it.
type Record struct {
	Op     uint8
	Flags  uint8
	Slot   uint8
	Offset uint8
	A      uint32
	B      uint32
	C      uint32
}

const (
	opMake = iota
	opRelease
	opPut
	opGet
	opHas
	opDel
	opClear
	opLen
	opBegin
	opNext
	opDrop
	opLook
	opHash
	opHint
)

// The offset of a begin whose A is what the runtime has drawn: both bucket and cell follow.
const drawnStart = 0xff

const (
	wantAnswer = 1 << iota
	wantDigest
	wantWhole
	wantLayout
	failHash
)

const (
	statusFine = iota
	statusNilMap
	statusUnhashable
	statusFault // the hash that was to fail
	statusOther
)

type answer struct {
	status uint64
	a      [3]uint64
	words  string // of a panic
}

// Machine is one map and its iterators.
type Machine struct {
	t         *maptype
	h         *hmap
	key       *keyKind
	elem      *elemKind
	hashing   hashing
	hash0     uint32
	hint      int64             // of the next map
	table     map[uint32]uint64 // likewise
	keyBuffer unsafe.Pointer
	iterators [8]hiter
	walking   [8]bool
	broken    bool       // a panic left the map half written: nobody may touch it again
	lists     []*[]*bmap // see keepOverflow
	out       sink
}

// Run carries out the records and gives what they want told. The result is good until the next Run.
func (m *Machine) Run(records []Record) []uint64 {
	m.out.words = m.out.words[:0]
	m.out.keep = true
	for i := range records {
		m.step(&records[i])
	}
	return m.out.words
}

// For tests: collects before each operation, and writes over what was free.
var collects = os.Getenv("MAPPROOF_GO_COLLECT") != ""

// As large as a bucket with keys and elems of 8 bytes, and no bucket at all.
var rubbish [64]*[18]uint64

func collect() {
	runtime.GC()
	for i := range rubbish {
		rubbish[i] = new([18]uint64)
		for j := range rubbish[i] {
			rubbish[i][j] = 0x4242424242424242
		}
	}
}

func (m *Machine) step(r *Record) {
	if collects {
		collect()
	}
	h := &m.hashing
	h.any, h.first, h.fail = false, 0, r.Flags&failHash != 0
	moved, growing := uintptr(0), false
	if m.h != nil && m.h.oldbuckets != nil {
		moved, growing = m.h.nevacuate, true
	}
	a := m.answer(r)
	m.keepOverflow()
	h.fail = false
	if r.Flags&wantAnswer != 0 {
		m.tell(&a)
	}
	if r.Flags&(wantDigest|wantWhole) != 0 {
		m.out.put(m.digest(r, &a, moved, growing))
	}
	if r.Flags&wantLayout != 0 {
		length := len(m.out.words)
		m.out.put(0)
		m.layout(&m.out)
		m.out.words[length] = uint64(len(m.out.words) - length - 1)
	}
}

// keepOverflow keeps the map's overflow buckets until it goes. Where keys and elems hold no pointers,
// the collector knows them by these lists alone. A walk keeps those of its beginning; in the second
// growth to the same size after that it may stand in an old bucket of a younger array, whose list
// goes with the growth. Go then reads on in memory that may have been given to others: a defect, but
// not one that comes twice, and the port keeps such memory.
func (m *Machine) keepOverflow() {
	if m.h == nil || m.h.extra == nil {
		return
	}
	for _, list := range [...]*[]*bmap{m.h.extra.overflow, m.h.extra.oldoverflow} {
		known := list == nil
		for i := len(m.lists) - 1; i >= 0 && i >= len(m.lists)-2; i-- {
			known = known || m.lists[i] == list
		}
		if !known {
			m.lists = append(m.lists, list)
		}
	}
}

func (m *Machine) tell(a *answer) {
	m.out.put(a.status)
	for _, word := range a.a {
		m.out.put(word)
	}
	m.out.put(uint64(len(a.words)))
	for i := 0; i < len(a.words); i += 8 {
		var word uint64
		for j := 0; j < 8 && i+j < len(a.words); j++ {
			word |= uint64(a.words[i+j]) << (8 * uint(j))
		}
		m.out.put(word)
	}
}

func (m *Machine) digest(r *Record, a *answer, moved uintptr, growing bool) uint64 {
	var s sink
	s.put(a.status)
	for _, word := range a.a {
		s.put(word)
	}
	s.put(m.hashing.calls)
	s.put(m.hashing.log)
	m.header(&s)
	if (r.Op == opBegin || r.Op == opNext) && m.walking[r.Slot] {
		m.walk(&s, &m.iterators[r.Slot])
	} else if r.Op == opPut || r.Op == opDel {
		m.touched(&s, moved, growing)
	}
	if r.Flags&wantWhole != 0 {
		m.layout(&s)
	}
	return s.hash
}

func (m *Machine) answer(r *Record) (a answer) {
	defer func() {
		if p := recover(); p != nil {
			a = m.panicked(p)
			if r.Op == opBegin || r.Op == opNext {
				m.walking[r.Slot] = false
			}
		}
	}()
	if m.broken && r.Op >= opPut && r.Op <= opNext {
		return answer{status: statusOther, words: "a panic left the map half written; Go would stop the program"}
	}
	switch r.Op {
	case opMake:
		m.make(r)
	case opRelease:
		m.h = nil
	case opPut:
		a.a[0] = m.put(r)
	case opGet:
		a.a[0] = m.elem.stamp(mapaccess1(unsafe.Pointer(m.t), unsafe.Pointer(m.h), m.keyOf(r)))
	case opHas:
		elem, ok := mapaccess2(unsafe.Pointer(m.t), unsafe.Pointer(m.h), m.keyOf(r))
		a.a[0] = m.elem.stamp(elem)
		if ok {
			a.a[1] = 1
		}
	case opDel:
		mapdelete(unsafe.Pointer(m.t), unsafe.Pointer(m.h), m.keyOf(r))
		m.keepHash0()
	case opClear:
		mapclear(unsafe.Pointer(m.t), unsafe.Pointer(m.h))
		m.keepHash0()
	case opLen:
		if m.h != nil {
			a.a[0] = uint64(m.h.count)
		}
	case opBegin:
		a.a = m.begin(r)
	case opNext:
		it := &m.iterators[r.Slot]
		mapiternext(unsafe.Pointer(it))
		a.a = m.stepOf(r.Slot, it)
	case opDrop:
		m.walking[r.Slot] = false
		m.iterators[r.Slot] = hiter{}
	case opHash:
		if m.table == nil {
			m.table = map[uint32]uint64{}
		}
		m.table[r.A] = uint64(r.B) | uint64(r.C)<<32
	case opHint:
		m.hint = int64(uint64(r.B) | uint64(r.C)<<32)
	}
	return a
}

func (m *Machine) panicked(p interface{}) answer {
	if m.h != nil && m.h.flags&flagHashWriting != 0 {
		m.broken = true
	}
	if _, ok := p.(hashFault); ok {
		return answer{status: statusFault, words: "the hash was made to fail"}
	}
	err, ok := p.(runtime.Error)
	if !ok {
		return answer{status: statusOther, words: "a panic that is no runtime error"}
	}
	words := err.Error()
	switch {
	case words == "assignment to entry in nil map":
		return answer{status: statusNilMap, words: words}
	case len(words) > 36 && words[:36] == "runtime error: hash of unhashable ty":
		return answer{status: statusUnhashable, words: words}
	}
	return answer{status: statusOther, words: words}
}

// make takes what opHash and opHint have said since the last map.
func (m *Machine) make(r *Record) {
	key, elem, mode := r.A&0xff, r.A>>8&0xff, r.A>>16&0xff
	if m.key != &keyKinds[key] || m.elem != &elemKinds[elem] {
		m.key, m.elem = &keyKinds[key], &elemKinds[elem]
		m.t = typeOf(mapTypes[key][elem])
		m.t.hasher = m.hasher()
		m.keyBuffer = m.key.alloc()
	}
	for slot := range m.iterators {
		m.iterators[slot] = hiter{}
		m.walking[slot] = false
	}
	m.lists = nil
	m.hashing = hashing{kind: m.key, mode: int(mode), seed: uint64(r.C), table: m.table}
	m.hash0, m.broken = r.B, false
	if m.hint == 0 {
		m.h = (*hmap)(makemap_small())
	} else {
		m.h = (*hmap)(makemap64(unsafe.Pointer(m.t), m.hint, nil))
	}
	m.h.hash0 = m.hash0
	m.hint, m.table = 0, nil
}

// keepHash0 undoes that later Go versions draw a new seed when a map has become empty.
func (m *Machine) keepHash0() {
	if m.h != nil {
		m.h.hash0 = m.hash0
	}
}

func (m *Machine) keyOf(r *Record) unsafe.Pointer {
	m.key.set(m.keyBuffer, r.A, r.B)
	return m.keyBuffer
}

// put says whether the elem of a new key was not zero.
func (m *Machine) put(r *Record) (dirty uint64) {
	before := 0
	if m.h != nil {
		before = m.h.count
	}
	elem := mapassign(unsafe.Pointer(m.t), unsafe.Pointer(m.h), m.keyOf(r))
	if m.h.count != before && m.elem.stamp(elem) != 0 {
		dirty = 1
	}
	m.elem.set(elem, r.C)
	return dirty
}

// begin starts a walk where the record says: the runtime's own start is drawn, and cannot be
// foreseen, so the walk is wound back to before its first step. The hashes of that do not count.
func (m *Machine) begin(r *Record) [3]uint64 {
	it := &m.iterators[r.Slot]
	*it = hiter{}
	fail := m.hashing.fail
	m.hashing.fail = false
	calls, log, draws := m.hashing.calls, m.hashing.log, m.hashing.draws
	mapiterinit(unsafe.Pointer(m.t), unsafe.Pointer(m.h), unsafe.Pointer(it))
	m.hashing.calls, m.hashing.log, m.hashing.draws = calls, log, draws
	m.hashing.any, m.hashing.first, m.hashing.fail = false, 0, fail
	if it.h == nil {
		m.walking[r.Slot] = false
		return stepEnd
	}
	it.key, it.elem, it.bptr = nil, nil, nil
	it.startBucket = uintptr(r.A) & (uintptr(1)<<it.B - 1)
	it.bucket = it.startBucket
	it.offset = r.Offset & 7
	if r.Offset == drawnStart {
		it.offset = uint8(r.A >> it.B & 7)
	}
	it.wrapped, it.i, it.checkBucket = false, 0, 0
	mapiternext(unsafe.Pointer(it))
	return m.stepOf(r.Slot, it)
}

var stepEnd = [3]uint64{1, 0, 0}

// stepOf gives whether the walk is over, else key and stamp.
func (m *Machine) stepOf(slot uint8, it *hiter) [3]uint64 {
	m.walking[slot] = it.key != nil
	if it.key == nil {
		return stepEnd
	}
	return [3]uint64{0, m.key.word(it.key), m.elem.stamp(it.elem)}
}
