// The machine as a C library. One thread at a time may call it.
package main

// #include <stddef.h>
// #include <stdint.h>
import "C"

import (
	"runtime/debug"
	"unsafe"

	"mapproof/goruntime/machine"
)

var (
	machines    []*machine.Machine
	description = append([]byte(machine.Describe()), 0)
)

// mapproof_go_describe gives lines of text that end with a zero byte.
//
//export mapproof_go_describe
func mapproof_go_describe() C.uintptr_t { return C.uintptr_t(uintptr(unsafe.Pointer(&description[0]))) }

// mapproof_go_open makes a machine and gives its number.
//
//export mapproof_go_open
func mapproof_go_open() C.size_t {
	for i, m := range machines {
		if m == nil {
			machines[i] = new(machine.Machine)
			return C.size_t(i)
		}
	}
	machines = append(machines, new(machine.Machine))
	return C.size_t(len(machines) - 1)
}

// mapproof_go_close lets go of a machine.
//
//export mapproof_go_close
func mapproof_go_close(number C.size_t) { machines[number] = nil }

// mapproof_go_run carries out n records and gives words, whose number it leaves in *words. They are
// Go's, and good until the next run of the same machine.
//
//export mapproof_go_run
func mapproof_go_run(number C.size_t, records unsafe.Pointer, n C.size_t, words *C.size_t) C.uintptr_t {
	var batch []machine.Record
	if n != 0 {
		batch = (*[1 << 28]machine.Record)(records)[:n:n]
	}
	out := machines[number].Run(batch)
	*words = C.size_t(len(out))
	if len(out) == 0 {
		return 0
	}
	return C.uintptr_t(uintptr(unsafe.Pointer(&out[0])))
}

// A map's garbage is small, and looking for it costs more than keeping some.
func init() { debug.SetGCPercent(800) }

func main() {}
