// Shows the finding sibling-check-lost on a real Go toolchain: one range produces an entry twice, although
// nothing but deletions of others and insertions happens.
//
// The range begins in a growth to more buckets and stands in an old bucket; the growth ends; a growth to
// the same size begins. Run: go run sibling-check-lost.go
// Prints "shown" and exits 0 if it happened, else exits 1.
package main

import (
	"fmt"
	"math/rand"
	"os"
)

const keep = 27 // keys that stay; the 27th begins the growth to 8 buckets

func main() {
	twice := 0
	next := 1000
	for round := 0; round < 30000; round++ {
		m := map[int]int{}
		for i := 0; i < keep; i++ {
			m[i] = i
		}
		produced := map[int]bool{}
		var churned []int
		for k := range m {
			if k < keep {
				if produced[k] {
					twice++
				}
				produced[k] = true
			}
			if len(produced) > 8 {
				continue
			}
			// Fill up to just below the next growth, empty, and again: overflow buckets add up.
			for n := rand.Intn(400); n > 0; n-- {
				if len(m) < 52 {
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
		}
	}
	fmt.Printf("entries produced twice: %d\n", twice)
	if twice == 0 {
		os.Exit(1)
	}
	fmt.Println("shown")
}
