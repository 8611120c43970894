// Package exchange is what C++ and Go hand each other: key_view and sample of the C++ side.
package exchange

import "unsafe"

// Lists has the keys, in C++'s memory: each N for each of Rounds rounds.
type Lists struct {
	Inserted, Deleted, Present, Absent unsafe.Pointer
	N, Rounds                          uint64
}

// Sample is what came out.
type Sample struct {
	Seconds              float64
	Operations, Checksum uint64
}
