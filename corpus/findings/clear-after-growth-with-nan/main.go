// Shows the finding clear-after-growth-with-nan on a real Go toolchain: a range that began before a growth
// goes on producing NaN entries after the map was cleared.
//
// Before Go 1.21 no Go program can clear a map with NaN keys, so the run-time's clear is called by its link
// name, which needs the empty file beside this one. Run in this folder: go run .
// Affected: Go 1.21 to 1.23 by way of the builtin clear. Prints "shown" and exits 0 if it happened.
package main

import (
	"fmt"
	"math"
	"os"
	"unsafe"
)

//go:linkname mapclear runtime.mapclear
func mapclear(t, h unsafe.Pointer)

// An interface value: type word, data word. The data word of a map is the map itself.
type eface struct{ t, data unsafe.Pointer }

func clear(m any) {
	e := (*eface)(unsafe.Pointer(&m))
	mapclear(e.t, e.data)
}

func main() {
	m := map[float64]int{}
	for i := 0; i < 8; i++ {
		m[math.NaN()] = i
	}
	produced, first := 0, true
	for range m {
		if first {
			first = false
			for i := 0; i < 10; i++ { // two growths, the last one over
				m[float64(i)] = i
			}
			clear(m)
			if len(m) != 0 {
				fmt.Println("the map was not cleared")
				os.Exit(1)
			}
			continue
		}
		produced++
	}
	fmt.Printf("NaN entries produced after the clear: %d of 7\n", produced)
	if produced == 0 {
		os.Exit(1)
	}
	fmt.Println("shown")
}
