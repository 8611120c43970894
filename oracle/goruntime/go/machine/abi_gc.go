//go:build gc

package machine

import "unsafe"

// Compiler names the compiler of this runtime.
const Compiler = "gc"

type rtype struct {
	typeHead
	str       int32
	ptrToThis int32
}

//go:linkname roundupsize runtime.roundupsize
func roundupsize(size uintptr) uintptr

//go:linkname makemap_small runtime.makemap_small
func makemap_small() unsafe.Pointer
