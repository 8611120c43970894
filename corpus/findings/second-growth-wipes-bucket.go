// Shows the finding second-growth-wipes-bucket on a real Go toolchain: a range misses entries that were
// there from its start to its end; with keys above 128 bytes it may even panic with a nil dereference.
//
// Two growths to the same size begin after the range has; in the second one its bucket is wiped.
// Run: go run second-growth-wipes-bucket.go
// Prints "shown" and exits 0 if it happened, else exits 1.
package main

import (
	"fmt"
	"math/rand"
	"os"
	"strconv"
)

const keep = 14 // keys that stay; with the churned ones at most 26 in four buckets

var next = 1000

// Fills up to just below the next growth and empties, n writes in all: overflow buckets add up.
func churn(n int, size func() int, put, del func(int), churned []int) []int {
	for ; n > 0; n-- {
		if size() < 26 {
			put(next)
			churned = append(churned, next)
			next++
		} else {
			for _, c := range churned {
				del(c)
			}
			churned = churned[:0]
		}
	}
	return churned
}

func missedStrings() int {
	m := map[string]int{}
	name := func(i int) string { return strconv.Itoa(i) }
	for i := 0; i < keep; i++ {
		m[name(i)] = i
	}
	seen := map[string]bool{}
	var churned []int
	for k, v := range m {
		if v < keep && k != "" {
			seen[k] = true
		}
		if len(seen) < keep/2 {
			churned = churn(rand.Intn(200), func() int { return len(m) },
				func(i int) { m[name(i)] = i }, func(i int) { delete(m, name(i)) }, churned)
		}
	}
	return keep - len(seen)
}

type big [17]uint64

func panics() (result int) {
	defer func() {
		if recover() != nil {
			result = 1
		}
	}()
	m := map[big]int{}
	for i := 0; i < keep; i++ {
		m[big{uint64(i)}] = i
	}
	steps := 0
	var churned []int
	for range m {
		steps++
		if steps < keep/2 {
			churned = churn(rand.Intn(200), func() int { return len(m) },
				func(i int) { m[big{uint64(i)}] = i }, func(i int) { delete(m, big{uint64(i)}) }, churned)
		}
	}
	return 0
}

func main() {
	missed, panicked := 0, 0
	for round := 0; round < 20000; round++ {
		missed += missedStrings()
		panicked += panics()
	}
	fmt.Printf("entries missed: %d, walks that panicked: %d\n", missed, panicked)
	if missed == 0 || panicked == 0 {
		os.Exit(1)
	}
	fmt.Println("shown")
}
