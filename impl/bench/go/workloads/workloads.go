// Package workloads is what impl/bench/workloads.h does, on Go's own map: change both.
package workloads

import (
	"runtime"
	"syscall"
	"unsafe"

	"mapproof/bench/exchange"
)

type keys struct {
	inserted, deleted, present, absent []Key
	n, rounds, all                     int
}

// Run does the workload of that name. False: there is none.
func Run(name string, lists *exchange.Lists) (exchange.Sample, bool) {
	all := int(lists.N * lists.Rounds)
	list := func(p unsafe.Pointer) []Key { return unsafe.Slice((*Key)(p), all) }
	k := &keys{list(lists.Inserted), list(lists.Deleted), list(lists.Present), list(lists.Absent),
		int(lists.N), int(lists.Rounds), all}
	// Garbage is collected between the measurements, never in one.
	runtime.GC()
	switch name {
	case "insert":
		return k.insert(0), true
	case "insert-hint":
		return k.insert(k.n), true
	case "hit":
		return k.lookUp(k.present), true
	case "miss":
		return k.lookUp(k.absent), true
	case "update":
		return k.update(), true
	case "delete":
		return k.delete(), true
	case "iterate":
		return k.iterate(k.n), true
	case "iterate-growing":
		return k.iterate(k.growingSize()), true
	case "refill":
		return k.refill(), true
	case "churn":
		return k.churn(), true
	case "mixed":
		return k.mixed(), true
	}
	return exchange.Sample{}, false
}

// The CPU time of this thread, which a call from C does not leave.
func threadSeconds() float64 {
	const clockThreadCPUTime = 3
	var now syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockThreadCPUTime, uintptr(unsafe.Pointer(&now)), 0)
	return float64(now.Sec) + float64(now.Nsec)*1e-9
}

func fill(m map[Key]uint64, keys []Key) {
	for i := range keys {
		m[keys[i]] = uint64(i)
	}
}

func sumOf(m map[Key]uint64) uint64 {
	sum := uint64(0)
	for _, elem := range m {
		sum += elem + 1
	}
	return sum
}

func clear(m map[Key]uint64) {
	for key := range m {
		delete(m, key)
	}
}

func (k *keys) ofRound(all []Key, round int) []Key { return all[round*k.n : (round+1)*k.n] }

func (k *keys) filled() map[Key]uint64 {
	m := make(map[Key]uint64)
	fill(m, k.ofRound(k.inserted, 0))
	return m
}

func (k *keys) growingSize() int {
	full := 13
	for full*2 < k.n {
		full *= 2
	}
	return full + 1
}

func (k *keys) insert(hint int) exchange.Sample {
	s := exchange.Sample{Operations: uint64(k.all)}
	maps := make([]map[Key]uint64, k.rounds)
	start := threadSeconds()
	for r := range maps {
		if hint != 0 {
			maps[r] = make(map[Key]uint64, hint)
		} else {
			maps[r] = make(map[Key]uint64)
		}
		fill(maps[r], k.ofRound(k.inserted, r))
	}
	s.Seconds = threadSeconds() - start
	for _, m := range maps {
		s.Checksum += uint64(len(m))
	}
	return s
}

func (k *keys) lookUp(wanted []Key) exchange.Sample {
	s := exchange.Sample{Operations: uint64(k.all)}
	m := k.filled()
	start := threadSeconds()
	for i := range wanted {
		if elem, ok := m[wanted[i]]; ok {
			s.Checksum += elem + 1
		}
	}
	s.Seconds = threadSeconds() - start
	return s
}

func (k *keys) update() exchange.Sample {
	s := exchange.Sample{Operations: uint64(k.all)}
	m := k.filled()
	start := threadSeconds()
	fill(m, k.present)
	s.Seconds = threadSeconds() - start
	s.Checksum = sumOf(m)
	return s
}

func (k *keys) delete() exchange.Sample {
	s := exchange.Sample{Operations: uint64(k.all)}
	maps := make([]map[Key]uint64, k.rounds)
	for r := range maps {
		maps[r] = make(map[Key]uint64)
		fill(maps[r], k.ofRound(k.inserted, r))
	}
	start := threadSeconds()
	for r, m := range maps {
		unwanted := k.ofRound(k.deleted, r)
		for i := range unwanted {
			delete(m, unwanted[i])
		}
	}
	s.Seconds = threadSeconds() - start
	for _, m := range maps {
		s.Checksum += uint64(len(m))
	}
	return s
}

func (k *keys) iterate(entries int) exchange.Sample {
	s := exchange.Sample{Operations: uint64(k.rounds * entries)}
	m := make(map[Key]uint64)
	fill(m, k.inserted[:entries])
	start := threadSeconds()
	for r := 0; r < k.rounds; r++ {
		s.Checksum += sumOf(m)
	}
	s.Seconds = threadSeconds() - start
	return s
}

func (k *keys) refill() exchange.Sample {
	s := exchange.Sample{Operations: uint64(k.all)}
	m := k.filled()
	start := threadSeconds()
	for r := 0; r < k.rounds; r++ {
		clear(m)
		fill(m, k.ofRound(k.inserted, r))
	}
	s.Seconds = threadSeconds() - start
	s.Checksum = sumOf(m)
	return s
}

func (k *keys) churn() exchange.Sample {
	s := exchange.Sample{Operations: 2 * uint64(k.all)}
	m := k.filled()
	start := threadSeconds()
	for i := 0; i < k.all; i++ {
		if i < k.n {
			delete(m, k.inserted[i])
		} else {
			delete(m, k.absent[i-k.n])
		}
		m[k.absent[i]] = uint64(i)
	}
	s.Seconds = threadSeconds() - start
	s.Checksum = sumOf(m)
	return s
}

func (k *keys) mixed() exchange.Sample {
	turns := k.all / 8
	lag := k.n / 8
	s := exchange.Sample{Operations: 10 * uint64(turns)}
	m := k.filled()
	fill(m, k.absent[:lag])
	start := threadSeconds()
	for i := 0; i < turns; i++ {
		for j := 8 * i; j < 8*i+8; j++ {
			if elem, ok := m[k.present[j]]; ok {
				s.Checksum += elem + 1
			}
		}
		m[k.absent[i+lag]] = uint64(i)
		delete(m, k.absent[i])
	}
	s.Seconds = threadSeconds() - start
	s.Checksum += uint64(len(m))
	return s
}
