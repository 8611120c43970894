// Shows the finding clear-in-mid-growth on a real Go toolchain: a range that goes on after all entries
// were cleared produces entries of the map before.
//
// The loop that deletes every key is compiled to the run-time's clear. Run: go run clear-in-mid-growth.go
// Affected: every Go before 1.21. Prints "shown" and exits 0 if it happened, else exits 1.
package main

import (
	"fmt"
	"os"
)

// Once inlined, the loop would no longer be recognised.
//
//go:noinline
func clear(m map[int]int) {
	for k := range m {
		delete(m, k)
	}
}

// One walk over a map that is in the middle of a growth; it is cleared, and perhaps filled again, in the
// first step. Returns how many entries came that were cleared, and how many with a stale elem.
func walk(refill bool) (cleared, stale int) {
	m := map[int]int{}
	for i := 0; i < 27; i++ { // the 27th begins the growth to 8 buckets
		m[i] = i
	}
	first := true
	for k, v := range m {
		if first {
			first = false
			clear(m)
			if refill {
				for i := 0; i < 8; i++ {
					m[i] = i + 1000
				}
			}
			continue
		}
		now, ok := m[k]
		if !ok {
			cleared++
		} else if now != v {
			stale++
		}
	}
	return
}

// The same for a map whose every bucket has overflow buckets of its own: the walk stands in one of them.
func walkInOverflow() (cleared int) {
	m := map[int]int{}
	for i := 0; i < 13; i++ { // two buckets; one of them often holds more than eight
		m[i] = i
	}
	stop, step := len(m)-2, 0
	for k := range m {
		if step == stop {
			clear(m)
		} else if _, ok := m[k]; !ok {
			cleared++
		}
		step++
	}
	return
}

func main() {
	cleared, stale, overflow := 0, 0, 0
	for round := 0; round < 20000; round++ {
		c, _ := walk(false)
		cleared += c
		_, s := walk(true)
		stale += s
		overflow += walkInOverflow()
	}
	fmt.Printf("cleared entries produced: %d, stale elems produced: %d, cleared entries out of overflow buckets: %d\n",
		cleared, stale, overflow)
	if cleared == 0 || stale == 0 || overflow == 0 {
		os.Exit(1)
	}
	fmt.Println("shown")
}
