// Package memory measures how much memory a map of Go holds.
package memory

import "runtime"

func live() uint64 {
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return now.HeapAlloc
}

// Of is the bytes that a map from uint64 to uint64 holds which was made as live_bytes of
// memory_main.cc makes one: keys 0 to entries-1 put, then `churned` times the oldest key deleted and
// a new one put.
func Of(entries, churned uint64) uint64 {
	before := live()
	m := make(map[uint64]uint64)
	for key := uint64(0); key < entries; key++ {
		m[key] = key
	}
	for key := uint64(0); key < churned; key++ {
		delete(m, key)
		m[key+entries] = key
	}
	after := live()
	runtime.KeepAlive(m)
	if after < before {
		return 0
	}
	return after - before
}
