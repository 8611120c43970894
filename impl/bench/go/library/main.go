// The workloads as a C library. One thread at a time may call it.
package main

// #include <stdint.h>
import "C"

import (
	"runtime/debug"
	"syscall"
	"unsafe"

	"mapproof/bench/exchange"
	"mapproof/bench/memory"

	array "mapproof/bench/array136"
	text "mapproof/bench/string"
	pair "mapproof/bench/struct16"
	u32 "mapproof/bench/uint32"
	u64 "mapproof/bench/uint64"
)

var kinds = map[string]func(string, *exchange.Lists) (exchange.Sample, bool){
	"array136": array.Run,
	"string16": text.Run,
	"string64": text.Run,
	"struct16": pair.Run,
	"uint32":   u32.Run,
	"uint64":   u64.Run,
}

// mapproof_bench_go_run does a workload with a kind of key and leaves what came out in *sample.
// It gives 0 if there is no such workload or kind.
//
//export mapproof_bench_go_run
func mapproof_bench_go_run(kind, workload *C.char, lists, sample unsafe.Pointer) C.int {
	run := kinds[C.GoString(kind)]
	if run == nil {
		return 0
	}
	found, ok := run(C.GoString(workload), (*exchange.Lists)(lists))
	if !ok {
		return 0
	}
	*(*exchange.Sample)(sample) = found
	return 1
}

// mapproof_bench_go_live_bytes is memory.Of.
//
//export mapproof_bench_go_live_bytes
func mapproof_bench_go_live_bytes(entries, churned C.uint64_t) C.uint64_t {
	return C.uint64_t(memory.Of(uint64(entries), uint64(churned)))
}

// Go gives back to the system all but a tenth more than what is in use, and would pay for getting
// it again in a measurement. This is in use, then; nobody touches it, so it is no memory of the
// machine.
var ballast []byte

func init() {
	// Nor shall a collection start in a measurement.
	debug.SetGCPercent(-1)
	var machine syscall.Sysinfo_t
	if syscall.Sysinfo(&machine) == nil {
		ballast = make([]byte, machine.Totalram*uint64(machine.Unit)/2)
	}
}

func main() {}
