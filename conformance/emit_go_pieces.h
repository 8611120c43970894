// Pieces of the Go programs that emit_go() writes, in the order in which they stand there.
//
// A line that begins with "?flag " is there only if that flag is set, and without the mark;
// "?!flag " asks for the contrary, "?x|y " for one of two, "?x&y " for both. In a struct a comment
// stands above each field, because gofmt aligns fields that have none between them.
#pragma once

#include <string_view>

namespace mapproof::go {

inline constexpr std::string_view kMain = R"go(
func main() {
	wanted := rounds
	if len(os.Args) > 1 {
		n, err := strconv.Atoi(os.Args[1])
		if err != nil {
			fmt.Fprintln(os.Stderr, "the argument is the number of rounds")
			os.Exit(2)
		}
		wanted = n
	}
	done, shown, first := 0, 0, ""
	others := map[string]int{}
	for began := time.Now(); done < wanted && shown < enough; done++ {
		used := time.Since(began)
		if used > limit || shown > 0 && used > limit/10 {
			break
		}
		broken := round(done >= literal)
		if broken.property == property {
			if shown++; shown == 1 {
				first = fmt.Sprintf(", first in round %d: %s", done, broken.words)
			}
		} else if broken.property != "" {
			others[broken.property]++
		}
	}
	fmt.Printf("%s broken in %d of %d rounds%s\n", property, shown, done, first)
	if len(others) > 0 {
		fmt.Println("rounds that broke something else:", others)
	}
	if shown == 0 {
		fmt.Printf("not shown in %d rounds\n", done)
		os.Exit(1)
	}
	fmt.Println("shown")
}

// Runs the program once and says what it breaks.
func round(varied bool) (broken violation) {
	defer func() {
		if r := recover(); r != nil {
			broken = r.(violation)
		}
	}()
	t := newTest(varied)
	play(t)
	for slot := range t.walks {
		if varied {
			t.drain(slot)
		}
	}
	return
}
)go";

inline constexpr std::string_view kJudge = R"go(
// ---- what the map must do ----

// An entry, from the put that creates it to the deletion that ends it.
type entry struct {
	key  K
	elem V
?clear 	// How often the map had been cleared before.
?clear 	clears int
?clear 	// Neither deleted nor cleared.
?!clear 	// Not deleted.
	live bool
}

// A walk over the map; reflect lets us hold several at once.
type walk struct {
	// Go's iterator, once the walk has begun.
	it *reflect.MapIter
	// How many entries had been created by then.
	created int
?clear 	// How often the map had been cleared by then.
?clear 	clears int
	// What it has produced.
	seen map[*entry]bool
	// It has come to its end.
	over bool
}

// The map under test, and what is known of it.
type test struct {
	m map[K]V
	// The last entry of each key; a map of Go's, too, but one that nobody walks.
	entries map[K]*entry
?nan 	// The entries of NaNs, by the stamp that each carries in its bits.
?nan 	nans map[int]*entry
	// All entries in the order of their creation.
	all []*entry
?len 	// How many are live.
?len 	live int
	// Each put writes the next stamp as elem.
	stamp int
?clear 	// How often the map was cleared.
?clear 	clears int
	// The walks in each slot: one, or in a varied round a herd.
	walks [slots][]*walk
	// What chance has decided for this round.
	chance
}

// What breaks a property ends its round.
type violation struct{ property, words string }

func fail(property string, k K, words string) {
	panic(violation{property, fmt.Sprintf("key %.40s %s", fmt.Sprint(k), words)})
}

// Everything that is asked of the map goes through here: it must not panic.
func ask(f func()) {
	defer func() {
		if r := recover(); r != nil {
			panic(violation{"panic/unexpected", fmt.Sprint(r)})
		}
	}()
	f()
}
?nil|unhashable 
?nil|unhashable // But for what must panic, with these words.
?nil|unhashable func mustPanic(property, words string, f func()) {
?nil|unhashable 	defer func() {
?nil|unhashable 		if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), words) {
?nil|unhashable 			panic(violation{property, fmt.Sprintf("no panic of the right kind: %v", r)})
?nil|unhashable 		}
?nil|unhashable 	}()
?nil|unhashable 	f()
?nil|unhashable }

// The live entry of a key, or nil.
func (t *test) find(k K) *entry {
?nil 	if t.m == nil {
?nil 		return nil
?nil 	}
	if e := t.entries[k]; e != nil && e.live {
		return e
	}
	return nil
}

func (t *test) produced(w *walk, k K, v V) {
	e := t.entries[k]
?nan 	if isNaN(k) {
?nan 		e = t.nans[stampOf(k)]
?nan 	}
	switch {
	case e == nil:
		fail("iter/known", k, "was never put")
?clear 	case !e.live && t.clears > e.clears && t.clears > w.clears:
?clear 		fail("iter/clear-stops", k, "came, though it was cleared")
	case !e.live:
		fail("iter/no-deleted", k, "came, though it was deleted")
	case w.seen[e]:
		fail("iter/once", k, "came twice")
	case v != e.elem:
		fail("iter/current-elem", k, "came with an elem of before")
?negzero 	case isNegZero(k) != isNegZero(e.key):
?negzero 		fail("iter/current-key", k, "came with another sign than was stored last")
	}
	w.seen[e] = true
}

func (t *test) ended(w *walk) {
	w.over = true
	for _, e := range t.all[:w.created] {
		if e.live && !w.seen[e] {
			fail("iter/complete", e.key, "did not come, though it was there all the time")
		}
	}
}
?get|has 
?get|has func (t *test) read(k K, v V) {
?get|has 	var zero V
?get|has 	e := t.find(k)
?get|has 	switch {
?get|has 	case e == nil && v != zero:
?get|has 		fail("access/zero-on-miss", k, "is absent and does not read as zero")
?get|has 	case e != nil && v != e.elem && v == zero:
?get|has 		fail("access/present", k, "is live and reads as zero")
?get|has 	case e != nil && v != e.elem:
?get|has 		fail("access/current-elem", k, "reads as an elem of before")
?get|has 	}
?get|has }
)go";

inline constexpr std::string_view kWrites = R"go(
// ---- the operations ----

func (t *test) put(i int) { t.putKey(keyAt(i)) }

func (t *test) putKey(k K) {
	t.stamp++
	v := elemOf(t.stamp)
?nil 	if t.m == nil {
?nil 		mustPanic("panic/nil-put", "assignment to entry in nil map", func() { t.m[k] = v })
?nil 		return
?nil 	}
?unhashable 	if isUnhashable(k) {
?unhashable 		mustPanic("panic/unhashable", "hash of unhashable type", func() { t.m[k] = v })
?unhashable 		return
?unhashable 	}
?nan 	if isNaN(k) {
?nan 		k = stamped(k, t.stamp)
?nan 	}
	ask(func() { t.m[k] = v })
	t.noteSize(len(t.m))
	e := t.find(k)
	if e == nil {
?clear 		e = &entry{clears: t.clears, live: true}
?!clear 		e = &entry{live: true}
		t.all = append(t.all, e)
?len 		t.live++
?nan 		if isNaN(k) {
?nan 			t.nans[t.stamp] = e
?nan 		} else {
?nan 			t.entries[k] = e
?nan 		}
?!nan 		t.entries[k] = e
	}
	e.key, e.elem = k, v
}

?del func (t *test) del(i int) { t.delKey(keyAt(i)) }
?del 
func (t *test) delKey(k K) {
?unhashable 	if isUnhashable(k) {
?unhashable 		mustPanic("panic/unhashable", "hash of unhashable type", func() { delete(t.m, k) })
?unhashable 		return
?unhashable 	}
	ask(func() { delete(t.m, k) })
	if e := t.find(k); e != nil {
		e.live = false
?len 		t.live--
	}
}
?clear 
?clear func (t *test) clear() {
?clear 	ask(func() { clearMap(t.m) })
?clear&nil 	if t.m == nil {
?clear&nil 		return
?clear&nil 	}
?clear 	for _, e := range t.all {
?clear 		e.live = false
?clear 	}
?clear&len 	t.live = 0
?clear 	t.clears++
?clear 	t.churned = nil
?clear }
?clear 
?clear&!builtin // This loop is compiled to the run-time's clear; were it inlined, it would not be recognised.
?clear&!builtin //
?clear&!builtin //go:noinline
?clear&!builtin func clearMap(m map[K]V) {
?clear&!builtin 	for k := range m {
?clear&!builtin 		delete(m, k)
?clear&!builtin 	}
?clear&!builtin }
?clear&builtin // A loop that deletes each key is compiled to the run-time's clear only if every key equals itself.
?clear&builtin func clearMap(m map[K]V) { clear(m) }
?nil 
?nil // From here on it is a nil map; walks that have begun go on.
?nil func (t *test) letGo() {
?nil 	t.m = nil
?nil&len 	t.live = 0
?nil }
)go";

inline constexpr std::string_view kReads = R"go(?get 
?get func (t *test) get(i int) {
?get 	k := keyAt(i)
?get 	var v V
?get&unhashable 	if isUnhashable(k) {
?get&unhashable 		mustPanic("panic/unhashable", "hash of unhashable type", func() { v = t.m[k] })
?get&unhashable 		return
?get&unhashable 	}
?get 	ask(func() { v = t.m[k] })
?get 	t.read(k, v)
?get }
?has 
?has func (t *test) has(i int) {
?has 	k := keyAt(i)
?has 	var v V
?has 	var ok bool
?has&unhashable 	if isUnhashable(k) {
?has&unhashable 		mustPanic("panic/unhashable", "hash of unhashable type", func() { v, ok = t.m[k] })
?has&unhashable 		return
?has&unhashable 	}
?has 	ask(func() { v, ok = t.m[k] })
?has 	if ok && t.find(k) == nil {
?has 		fail("access/absent", k, "is there, though nobody put it")
?has 	}
?has 	if !ok && t.find(k) != nil {
?has 		fail("access/present", k, "is not there, though it was put")
?has 	}
?has 	t.read(k, v)
?has }
?len 
?len func (t *test) len() {
?len 	if n := len(t.m); n != t.live {
?len 		panic(violation{"len/exact", fmt.Sprintf("len is %d, not %d", n, t.live)})
?len 	}
?len }
)go";

inline constexpr std::string_view kWalks = R"go(
// The walks begin with their first step.
func (t *test) iter(slot int) {
	t.walks[slot] = nil
	for i := 0; i < t.herd; i++ {
		t.walks[slot] = append(t.walks[slot], &walk{seen: map[*entry]bool{}})
	}
}

func (t *test) step(w *walk) {
	if w.it == nil {
		w.it = reflect.ValueOf(t.m).MapRange()
		w.created = len(t.all)
?nil 		if t.m == nil {
?nil 			w.created = 0
?nil 		}
?clear 		w.clears = t.clears
	}
	more := false
	var k K
	var v V
	ask(func() {
		if more = w.it.Next(); more {
?!iface 			k = w.it.Key().Interface().(K)
?iface 			k = w.it.Key().Interface()
			v = w.it.Value().Interface().(V)
		}
	})
	if more {
		t.produced(w, k, v)
	} else {
		t.ended(w)
	}
}

func (t *test) next(slot, n int) {
	for _, w := range t.walks[slot] {
		for left := t.vary(n); left > 0 && !w.over; left-- {
			t.step(w)
		}
	}
	t.disturb()
}

// All walks go on to their ends.
func (t *test) drain(slot int) {
	for _, w := range t.walks[slot] {
		for !w.over {
			t.step(w)
		}
	}
}
?drop 
?drop func (t *test) drop(slot int) { t.walks[slot] = nil }
)go";

inline constexpr std::string_view kBursts = R"go(?fill 
?fill // Puts n keys, 64 apart: with the key for a hash they share a bucket. A varied round churns instead.
?fill func (t *test) fill(class, n int) {
?fill 	if t.varied {
?fill 		t.churn()
?fill 		return
?fill 	}
?fill 	for i := 0; i < n; i++ {
?fill 		t.put(class + 64*i)
?fill 	}
?fill }
?empty 
?empty // Deletes the same keys; a varied round may as well leave this to the next churn.
?empty func (t *test) empty(class, n int) {
?empty 	if t.varied && rand.Intn(2) == 0 {
?empty 		t.undo()
?empty 		return
?empty 	}
?empty 	for i := 0; i < n; i++ {
?empty 		t.del(class + 64*i)
?empty 	}
?empty }
?touch 
?touch func (t *test) touch(i, n int) {
?touch 	for left := t.vary(n); left > 0; left-- {
?touch 		t.put(i)
?touch 	}
?touch }
?putrange 
?putrange func (t *test) putRange(first, n int) {
?putrange 	for i := first; i < first+n; i++ {
?putrange 		t.put(i)
?putrange 	}
?putrange }
?delrange 
?delrange func (t *test) delRange(first, n int) {
?delrange 	for i := first; i < first+n; i++ {
?delrange 		t.del(i)
?delrange 	}
?delrange }
)go";

inline constexpr std::string_view kChance = R"go(
// ---- chance ----

type chance struct {
	varied bool
	// How many walks begin where the program begins one.
	herd int
	// How many buckets the table has, not counting overflow buckets.
	buckets int
	// Keys that the program does not know, and the number of the next one.
	churned []K
	fresh   int
	// Bounds of a churn's length and of the pause between two steps of walks meanwhile.
	longest, pause int
	// Whether there is churn that the program does not ask for.
	disturbed bool
}

func newTest(varied bool) *test {
	t := &test{m: $make, entries: map[K]*entry{}}
?nan 	t.nans = map[int]*entry{}
	t.herd, t.buckets = 1, $buckets
	if varied {
		t.varied, t.herd = true, 16<<rand.Intn(4)
		t.fresh = $fresh
		t.longest, t.pause = 128<<rand.Intn(5), 1<<rand.Intn(7)
		t.disturbed = rand.Intn(2) == 0
	}
	return t
}

// A count of the program, or one like it.
func (t *test) vary(n int) int {
	if t.varied {
		return 1 + rand.Intn(2*n)
	}
	return n
}

// How many entries the table holds before it doubles.
func (c *chance) room() int {
	if c.buckets == 1 {
		return 8
	}
	return 13 * c.buckets / 2
}

func (c *chance) noteSize(n int) {
	for n > c.room() {
		c.buckets *= 2
	}
}

// Fills the table up with fresh keys to just below where it would double, empties it, and again: so
// overflow buckets add up, and growths to the same size begin. Walks go on in between.
func (t *test) churn() {
?nil 	if t.m == nil {
?nil 		return
?nil 	}
	for left := 1 + rand.Intn(t.longest); left > 0; left-- {
		if len(t.m) < t.room()$bound {
			k := t.freshKey()
			t.putKey(k)
			t.churned = append(t.churned, k)
		} else {
			t.undo()
		}
		t.stir()
	}
}

func (t *test) undo() {
	for _, k := range t.churned {
		t.delKey(k)
	}
	t.churned = nil
}

func (t *test) freshKey() K {
	for {
		t.fresh++
		if k := keyAt(t.fresh); t.find(k) == nil {
			return k
		}
	}
}

// Some walk that has begun goes on: a few steps, or to its end.
func (t *test) stir() {
	herd := t.walks[rand.Intn(slots)]
	if len(herd) == 0 || rand.Intn(t.pause) > 0 {
		return
	}
	w := herd[rand.Intn(len(herd))]
	steps := 1 + rand.Intn(4)
	if rand.Intn(6) == 0 {
		steps = len(t.all) + 1
	}
	for ; steps > 0 && w.it != nil && !w.over; steps-- {
		t.step(w)
	}
}

func (t *test) disturb() {
	if t.disturbed && rand.Intn(4) == 0 {
		t.churn()
	}
}
)go";

// What has to be known of keys that may be NaN, -0 or unhashable.

inline constexpr std::string_view kFloatKeys = R"go(?nan 
?nan func isNaN(k K) bool { return k != k }
?nan 
?nan func stamped(k K, stamp int) K { return K(math.Float$bitsfrombits($quiet | uint$bits(stamp))) }
?nan 
?nan func stampOf(k K) int { return int(math.Float$bitsbits(float$bits(k)) & (1<<21 - 1)) }
?negzero 
?negzero func isNegZero(k K) bool { return k == 0 && math.Signbit(float64(k)) }
)go";

inline constexpr std::string_view kComplexKeys = R"go(?nan 
?nan func isNaN(k K) bool { return k != k }
?nan 
?nan func stamped(k K, stamp int) K {
?nan 	nan := math.Float$bitsfrombits($quiet | uint$bits(stamp))
?nan 	if real(k) != real(k) {
?nan 		return K(complex(nan, 0))
?nan 	}
?nan 	return K(complex(0, nan))
?nan }
?nan 
?nan func stampOf(k K) int {
?nan 	nan := real(k)
?nan 	if nan == nan {
?nan 		nan = imag(k)
?nan 	}
?nan 	return int(math.Float$bitsbits(nan) & (1<<21 - 1))
?nan }
?negzero 
?negzero func isNegZero(k K) bool { return k == 0 && math.Signbit(float64(imag(k))) }
)go";

inline constexpr std::string_view kInterfaceKeys = R"go(?nan 
?nan func isNaN(k K) bool {
?nan 	f, ok := k.(float64)
?nan 	return ok && f != f
?nan }
?nan 
?nan func stamped(_ K, stamp int) K { return math.Float64frombits($quiet | uint64(stamp)) }
?nan 
?nan func stampOf(k K) int { return int(math.Float64bits(k.(float64)) & (1<<21 - 1)) }
?negzero 
?negzero func isNegZero(k K) bool {
?negzero 	f, ok := k.(float64)
?negzero 	return ok && f == 0 && math.Signbit(f)
?negzero }
?unhashable 
?unhashable func isUnhashable(k K) bool {
?unhashable 	_, is := k.([]int)
?unhashable 	return is
?unhashable }
)go";

inline constexpr std::string_view kBigFloatKeys = R"go(?nan 
?nan func isNaN(k K) bool { return k != k }
?nan 
?nan func stamped(_ K, stamp int) K {
?nan 	return K{value: math.Float64frombits($quiet | uint64(stamp))}
?nan }
?nan 
?nan func stampOf(k K) int { return int(math.Float64bits(k.value) & (1<<21 - 1)) }
?negzero 
?negzero func isNegZero(k K) bool { return k.value == 0 && math.Signbit(k.value) }
)go";

}  // namespace mapproof::go
