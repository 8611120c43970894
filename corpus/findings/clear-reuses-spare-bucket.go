// Shows the finding clear-reuses-spare-bucket on a real Go toolchain: one range produces an entry twice.
//
// Run: go run clear-reuses-spare-bucket.go
// Prints "shown" and exits 0 if it happened, else exits 1.
package main

import (
	"fmt"
	"math/rand"
	"os"
)

func main() {
	twice := 0
	for round := 0; round < 20000; round++ {
		m := make(map[int]int, 104) // 16 buckets and some spare ones
		for i := 0; i < 104; i++ {
			m[i] = i
		}
		seen := map[int]bool{}
		stop := 1 + rand.Intn(100)
		step := 0
		for k := range m {
			step++
			if step == stop {
				for k := range m { // compiled to the run-time's clear
					delete(m, k)
				}
				for i := 1000; i < 1104; i++ {
					m[i] = i
				}
			}
			if step > stop {
				if seen[k] {
					twice++
				}
				seen[k] = true
			}
		}
	}
	fmt.Printf("entries produced twice: %d\n", twice)
	if twice == 0 {
		os.Exit(1)
	}
	fmt.Println("shown")
}
