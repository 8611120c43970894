// mapproof's process door for Go: one file beside your own, in package main. Fill in six functions
// and run:
//
//	func functions[K comparable, E any]() Functions[*my.Map[K, E], K, E] {
//		return Functions[*my.Map[K, E], K, E]{
//			Make: func(spec Spec[K]) *my.Map[K, E] { return my.New[K, E]() }, // spec.Hash(key), if
//			Put:  func(m *my.Map[K, E], key K, elem E) { m.Set(key, elem) },  // you claim "hashes"
//			Get:  func(m *my.Map[K, E], key K) (E, bool) { return m.Get(key) },
//			Del:  func(m *my.Map[K, E], key K) { m.Delete(key) },
//			Size: func(m *my.Map[K, E]) int { return m.Len() },
//			// Gives entries, then false. start, if not nil and you claim "starts": where to begin.
//			Walk: func(m *my.Map[K, E], start *Start) func() (K, E, bool) { return m.Iterator().Next },
//			// Optional: Clear, else each key is deleted; Nil, a nil map, else the kit answers for it.
//		}
//	}
//
//	func main() {
//		Serve(U64, ElemU64, functions[uint64, uint64]())
//		Serve(F64, ElemU64, functions[float64, uint64]())
//		Run("my map", "go", "nan_keys", "nil_maps", "erase_in_walk", "key_update")
//	}
//
// Then: mapproof check -- go run my_port.go mapproof_kit.go. What stops an operation is a panic: a
// Panic, Go's own about nil maps and hashing, or anything else, which no map should raise. stdout
// belongs to the protocol; print to stderr.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
)

// Panic stops an operation. Kind: "nil_map", "unhashable", "changed" or "other".
type Panic struct{ Kind, Message string }

func (p Panic) Error() string { return p.Message }

// Start is where map.go would start a walk.
type Start struct{ Bucket, Offset uint32 }

// Functions is what an author fills in for maps M.
type Functions[M, K, E any] struct {
	Make  func(Spec[K]) M
	Put   func(M, K, E)
	Get   func(M, K) (E, bool)
	Del   func(M, K)
	Size  func(M) int
	Walk  func(M, *Start) func() (K, E, bool)
	Clear func(M)
	Nil   func() M
}

// ---- keys and elems: the value at an index or for a stamp, and back ----

// What is given back for a key or elem that nobody has put.
const (
	foreignKey  = 65536
	foreignElem = 1 << 32
	quietNaN    = 0x7ff8000000000000
)

// KeyID says which key: an index, and of keys not equal to themselves a payload.
type KeyID struct {
	Index, Payload uint64
	NaN            bool
}

// Key is a kind of key.
type Key[K any] struct {
	Name string
	Make func(KeyID) K
	ID   func(K) KeyID
}

// Elem is a kind of elem.
type Elem[E any] struct {
	Name  string
	Make  func(stamp uint64) E
	Stamp func(E) uint64
}

func plain(n uint64) KeyID {
	if n >= foreignKey {
		n = foreignKey
	}
	return KeyID{Index: n}
}

func makeFloat(id KeyID) float64 {
	switch id.Index {
	case 253:
		return math.Inf(1)
	case 254:
		return math.Copysign(0, -1)
	case 255:
		return math.Float64frombits(quietNaN | id.Payload)
	}
	return float64(id.Index)
}

func floatID(key float64) KeyID {
	switch {
	case math.IsNaN(key):
		payload := math.Float64bits(key) ^ quietNaN
		if payload>>21 != 0 {
			return KeyID{Index: foreignKey}
		}
		return KeyID{255, payload, true}
	case math.IsInf(key, 1):
		return KeyID{Index: 253}
	case key == 0 && math.Signbit(key):
		return KeyID{Index: 254}
	case !(key >= 0 && key < foreignKey) || key != math.Trunc(key) || key >= 253 && key <= 255:
		return KeyID{Index: foreignKey}
	}
	return KeyID{Index: uint64(key)}
}

func makeString(id KeyID) string {
	if id.Index == 255 {
		return ""
	}
	return strconv.FormatUint(id.Index, 10)
}

func stringID(key string) KeyID {
	if key == "" {
		return KeyID{Index: 255}
	}
	n, err := strconv.ParseUint(key, 10, 64)
	if err != nil || n == 255 || strconv.FormatUint(n, 10) != key {
		return KeyID{Index: foreignKey}
	}
	return plain(n)
}

// The kinds of keys.
var (
	U8  = Key[uint8]{"u8", func(id KeyID) uint8 { return uint8(id.Index) }, func(k uint8) KeyID { return plain(uint64(k)) }}
	U16 = Key[uint16]{"u16", func(id KeyID) uint16 { return uint16(id.Index) }, func(k uint16) KeyID { return plain(uint64(k)) }}
	U32 = Key[uint32]{"u32", func(id KeyID) uint32 { return uint32(id.Index) }, func(k uint32) KeyID { return plain(uint64(k)) }}
	U64 = Key[uint64]{"u64", func(id KeyID) uint64 { return id.Index }, plain}
	I64 = Key[int64]{"i64", func(id KeyID) int64 { return int64(id.Index) }, func(k int64) KeyID { return plain(uint64(k)) }}
	F64 = Key[float64]{"f64", makeFloat, floatID}
	Str = Key[string]{"str", makeString, stringID}

	Bool = Key[bool]{"bool", func(id KeyID) bool { return id.Index == 1 }, func(k bool) KeyID {
		if k {
			return KeyID{Index: 1}
		}
		return KeyID{}
	}}
	// A third each of the indices are floats, integers and strings.
	Iface = Key[any]{"iface", func(id KeyID) any {
		switch {
		case id.Index == 252:
			return nil
		case id.Index == 253:
			return []int{}
		case id.Index == 254 || id.Index == 255 || id.Index%3 == 0:
			return makeFloat(id)
		case id.Index%3 == 1:
			return int64(id.Index)
		}
		return makeString(id)
	}, func(key any) KeyID {
		id, remainder := KeyID{Index: foreignKey}, uint64(0)
		switch key := key.(type) {
		case nil:
			return KeyID{Index: 252}
		case []int:
			return KeyID{Index: 253}
		case float64:
			if id = floatID(key); id.NaN || id.Index == 254 {
				return id
			}
		case int64:
			id, remainder = plain(uint64(key)), 1
		case string:
			id, remainder = stringID(key), 2
		}
		if id.Index%3 != remainder || id.Index >= 252 && id.Index <= 255 {
			return KeyID{Index: foreignKey}
		}
		return id
	}}
)

// The kinds of elems.
var (
	ElemU8  = Elem[uint8]{"u8", func(n uint64) uint8 { return uint8(n) }, func(e uint8) uint64 { return uint64(e) }}
	ElemU32 = Elem[uint32]{"u32", func(n uint64) uint32 { return uint32(n) }, func(e uint32) uint64 { return uint64(e) }}
	ElemU64 = Elem[uint64]{"u64", func(n uint64) uint64 { return n }, func(e uint64) uint64 {
		if e > foreignElem {
			return foreignElem
		}
		return e
	}}
	ElemStr = Elem[string]{"str", func(n uint64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatUint(n, 10)
	}, func(e string) uint64 {
		if e == "" {
			return 0
		}
		n, err := strconv.ParseUint(e, 10, 32)
		if err != nil {
			return foreignElem
		}
		return n
	}}
)

// ---- messages ----

type mapOf struct {
	Key, Elem, Hint, Hash string
	Hash0, Seed           uint64
	Hashes                map[string]string
}

type message struct {
	Type string
	ID   uint64
	Map  mapOf
	Ops  [][]any
}

type list []any

// ---- what a map is made with ----

// Spec is what a map is made with.
type Spec[K any] struct {
	Hint int64  // negative or absurd ones mean nothing
	Seed uint64 // of all that is left to chance
	Hash func(K) uint64
}

func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

func specOf[K any](m mapOf, kind Key[K]) Spec[K] {
	hashes := map[uint64]uint64{}
	for index, hash := range m.Hashes {
		n, _ := strconv.ParseUint(index, 10, 64)
		hashes[n], _ = strconv.ParseUint(hash, 10, 64)
	}
	hint, _ := strconv.ParseInt(m.Hint, 10, 64)
	draws := uint64(0)
	return Spec[K]{hint, m.Seed, func(key K) uint64 {
		id := kind.ID(key)
		if id.NaN {
			draws++
		}
		hash, given := hashes[id.Index]
		if given || !id.NaN {
			return hash
		}
		n := mix(mix(m.Seed+0x9e3779b97f4a7c15) + draws)
		switch m.Hash {
		case "strong":
			return n
		case "low":
			return n & 7
		case "top":
			return n << 56
		}
		return n >> 48
	}}
}

// ---- one program ----

var (
	keyNames, elemNames []string
	runners             = map[string]func(message) list{}
)

func add(names []string, name string) []string {
	for _, known := range names {
		if known == name {
			return names
		}
	}
	return append(names, name)
}

// Serve says what runs programs of these kinds. Serve all pairs of the kinds that you serve.
func Serve[M, K, E any](key Key[K], elem Elem[E], f Functions[M, K, E]) {
	keyNames, elemNames = add(keyNames, key.Name), add(elemNames, elem.Name)
	runners[key.Name+" "+elem.Name] = func(run message) list {
		x := execution[M, K, E]{key: key, elem: elem, f: f, m: f.Make(specOf(run.Map, key))}
		x.walks = map[int]*walk[K, E]{}
		answers := make(list, len(run.Ops))
		for i, op := range run.Ops {
			answers[i] = guarded(func() any { return x.step(op[0].(string), op[1:]) })
		}
		return answers
	}
}

func guarded(f func() any) (answer any) {
	defer func() {
		if what := recover(); what != nil {
			answer = panicOf(what)
		}
	}()
	return f()
}

func panicOf(what any) any {
	text := fmt.Sprint(what)
	kind := "other"
	var p Panic
	if err, is := what.(error); is && errors.As(err, &p) {
		kind = p.Kind
	} else if strings.Contains(text, "assignment to entry in nil map") {
		kind = "nil_map"
	} else if strings.Contains(text, "unhashable") {
		kind = "unhashable"
	}
	return map[string]string{"panic": kind, "message": text}
}

type walk[K, E any] struct {
	start *Start
	next  func() (K, E, bool) // nil until the first next
}

type execution[M, K, E any] struct {
	key   Key[K]
	elem  Elem[E]
	f     Functions[M, K, E]
	m     M
	gone  bool // nil, and the map has no nil of its own
	walks map[int]*walk[K, E]
}

func number(a any) int { return int(a.(float64)) }

func (x *execution[M, K, E]) keyOf(a any) K {
	if pair, is := a.([]any); is {
		return x.key.Make(KeyID{uint64(number(pair[0])), uint64(number(pair[1])), true})
	}
	return x.key.Make(KeyID{Index: uint64(number(a))})
}

func (x *execution[M, K, E]) step(what string, a []any) any {
	switch what {
	case "put":
		if x.gone {
			panic(Panic{"nil_map", "assignment to entry in nil map"})
		}
		x.f.Put(x.m, x.keyOf(a[0]), x.elem.Make(uint64(number(a[1]))))
	case "get", "has":
		if x.gone {
			return nil
		}
		if elem, ok := x.f.Get(x.m, x.keyOf(a[0])); ok {
			return x.elem.Stamp(elem)
		}
	case "del":
		if !x.gone {
			x.f.Del(x.m, x.keyOf(a[0]))
		}
	case "clear":
		if !x.gone {
			x.clear()
		}
	case "len":
		if x.gone {
			return 0
		}
		return x.f.Size(x.m)
	case "iter":
		w := &walk[K, E]{}
		if len(a) == 3 {
			w.start = &Start{uint32(number(a[1])), uint32(number(a[2]))}
		}
		x.walks[number(a[0])] = w
	case "next":
		return x.next(number(a[0]), number(a[1]))
	case "drop":
		delete(x.walks, number(a[0]))
	case "nil":
		if x.f.Nil == nil {
			x.gone = true
		} else {
			x.m = x.f.Nil()
		}
	default:
		panic(Panic{"other", "no operation of version 1: " + what})
	}
	return nil
}

func (x *execution[M, K, E]) clear() {
	if x.f.Clear != nil {
		x.f.Clear(x.m)
		return
	}
	var keys []K
	next := x.f.Walk(x.m, nil)
	for key, _, ok := next(); ok; key, _, ok = next() {
		keys = append(keys, key)
	}
	for _, key := range keys {
		x.f.Del(x.m, key)
	}
}

func (x *execution[M, K, E]) next(slot, n int) any {
	got := list{}
	w := x.walks[slot]
	for ; w != nil && n > 0; n-- {
		step := guarded(func() any {
			if w.next == nil && x.gone {
				return nil
			}
			if w.next == nil {
				w.next = x.f.Walk(x.m, w.start)
			}
			key, elem, ok := w.next()
			if !ok {
				return nil
			}
			id := x.key.ID(key)
			if id.NaN {
				return list{list{id.Index, id.Payload}, x.elem.Stamp(elem)}
			}
			return list{id.Index, x.elem.Stamp(elem)}
		})
		got = append(got, step)
		if _, entry := step.(list); !entry {
			delete(x.walks, slot)
			break
		}
	}
	return got
}

// Run answers the host until it has no more questions.
func Run(name, profile string, features ...string) {
	in := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return
		}
		var m message
		if err == nil {
			err = json.Unmarshal(line, &m)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		switch m.Type {
		case "stop":
			return
		case "start":
			out.Encode(map[string]any{"type": "started", "version": 1, "name": name,
				"profile": profile, "features": append(list{}, anys(features)...),
				"keys": keyNames, "elems": elemNames})
		case "run":
			if run := runners[m.Map.Key+" "+m.Map.Elem]; run != nil {
				out.Encode(map[string]any{"type": "answers", "id": m.ID, "answers": run(m)})
			} else {
				out.Encode(map[string]any{"type": "error", "message": "this pair of kinds is not served"})
			}
		}
	}
}

func anys(texts []string) []any {
	var all []any
	for _, text := range texts {
		all = append(all, text)
	}
	return all
}
