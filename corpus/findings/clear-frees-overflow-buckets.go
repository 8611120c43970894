// Shows the finding clear-frees-overflow-buckets on a real Go toolchain: a range that goes on after
// all entries were cleared and others were put gives keys that no map ever had.
//
// The loop that deletes every key is compiled to the run-time's clear. What is read is memory that
// the collector took from the map and gave to others, so that a range may crash as well.
// Run: go run clear-frees-overflow-buckets.go
// Prints "shown" and exits 0 if it happened, else exits 1.
package main

import (
	"fmt"
	"os"
	"runtime"
)

// As large as a bucket of map[uint64]uint64. Read as one: its cells live, and none follows.
type other [18]uint64

const mark = 0x4242424242424242

func foreignKeys(tries int) (wrong, entries int) {
	for try := 0; try < tries; try++ {
		m := make(map[uint64]uint64)
		for i := uint64(0); i < 35; i++ { // eight buckets, and the growth to them is over
			m[i%27] = i
		}
		var kept []*other
		first := true
		for k := range m {
			if !first {
				entries++
				if k == mark {
					wrong++
				}
				continue
			}
			first = false
			for k := range m {
				delete(m, k)
			}
			for i := uint64(100); i < 252; i++ { // overflow buckets, and then growths
				m[i] = i
			}
			runtime.GC()
			for i := 0; i < 64; i++ {
				o := new(other)
				for j := range o[:17] {
					o[j] = mark
				}
				kept = append(kept, o)
			}
		}
		runtime.KeepAlive(kept)
	}
	return wrong, entries
}

func main() {
	const tries = 2000
	wrong, entries := foreignKeys(tries)
	fmt.Printf("%s: %d of %d entries in %d maps have a key that no map ever had\n",
		runtime.Version(), wrong, entries, tries)
	if wrong == 0 {
		os.Exit(1)
	}
	fmt.Println("shown")
}
