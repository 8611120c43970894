// Shows the finding nan-check-misplaced on a real Go toolchain: a range misses NaN entries that were there
// from its start to its end.
//
// The range begins in a growth to the same size and stands in an old bucket; the growth ends.
// Run: go run nan-check-misplaced.go
// Prints "shown" and exits 0 if it happened, else exits 1.
package main

import (
	"fmt"
	"math"
	"math/rand"
	"os"
)

const nans = 16

func main() {
	missed, maps := 0, 0
	next := 1.0
	for round := 0; round < 3000; round++ {
		m := map[float64]int{}
		for i := 0; i < nans; i++ {
			m[math.NaN()] = i
		}
		var churned []float64
		for walks := 0; walks < 20; walks++ {
			for n := rand.Intn(60); n > 0; n-- {
				if len(m) < 26 { // four buckets at most
					m[next] = 0
					churned = append(churned, next)
					next++
				} else {
					for _, c := range churned {
						delete(m, c)
					}
					churned = churned[:0]
				}
			}
			seen := 0
			first := true
			for k := range m {
				if k != k {
					seen++
				}
				if first { // writes that only push the growth on
					first = false
					for i := 0; i < 4; i++ {
						delete(m, -1)
					}
				}
			}
			if seen < nans {
				missed += nans - seen
				maps++
			}
		}
	}
	fmt.Printf("NaN entries missed: %d, in %d walks\n", missed, maps)
	if missed == 0 {
		os.Exit(1)
	}
	fmt.Println("shown")
}
