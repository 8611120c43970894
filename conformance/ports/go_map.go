// Go's own map, of the toolchain that runs it:
//
//	mapproof check -- go run conformance/ports/go_map.go oracle/doors/kits/mapproof_kit.go
//
// Without nan_keys: before Go 1.21 a program cannot clear a map that holds NaNs.
package main

import "reflect"

func functions[K comparable, E any]() Functions[map[K]E, K, E] {
	return Functions[map[K]E, K, E]{
		Make: func(spec Spec[K]) map[K]E {
			if spec.Hint > 0 && spec.Hint < 1000 {
				return make(map[K]E, spec.Hint)
			}
			return make(map[K]E)
		},
		Put:  func(m map[K]E, key K, elem E) { m[key] = elem },
		Get:  func(m map[K]E, key K) (E, bool) { elem, ok := m[key]; return elem, ok },
		Del:  func(m map[K]E, key K) { delete(m, key) },
		Size: func(m map[K]E) int { return len(m) },
		Walk: func(m map[K]E, _ *Start) func() (key K, elem E, ok bool) {
			walk := reflect.ValueOf(m).MapRange()
			return func() (key K, elem E, ok bool) {
				if ok = walk.Next(); ok {
					reflect.ValueOf(&key).Elem().SetIterKey(walk)
					reflect.ValueOf(&elem).Elem().SetIterValue(walk)
				}
				return
			}
		},
		Clear: func(m map[K]E) {
			for key := range m {
				delete(m, key)
			}
		},
		Nil: func() map[K]E { return nil },
	}
}

func serve[K comparable](key Key[K]) {
	Serve(key, ElemU64, functions[K, uint64]())
	Serve(key, ElemU8, functions[K, uint8]())
	Serve(key, ElemStr, functions[K, string]())
}

func main() {
	serve(U64)
	serve(U8)
	serve(F64)
	serve(Str)
	serve(Bool)
	// An interface type satisfies comparable from Go 1.20 on only.
	Serve(Iface, ElemU64, interfaces())
	Run("Go map", "go", "nil_maps", "erase_in_walk", "key_update")
}

func interfaces() Functions[map[any]uint64, any, uint64] {
	type m = map[any]uint64
	return Functions[m, any, uint64]{
		Make: func(Spec[any]) m { return m{} },
		Put:  func(m m, key any, elem uint64) { m[key] = elem },
		Get:  func(m m, key any) (uint64, bool) { elem, ok := m[key]; return elem, ok },
		Del:  func(m m, key any) { delete(m, key) },
		Size: func(m m) int { return len(m) },
		Walk: func(m m, _ *Start) func() (any, uint64, bool) {
			walk := reflect.ValueOf(m).MapRange()
			return func() (any, uint64, bool) {
				if !walk.Next() {
					return nil, 0, false
				}
				return walk.Key().Interface(), walk.Value().Uint(), true
			}
		},
		Clear: func(m m) {
			for key := range m {
				delete(m, key)
			}
		},
		Nil: func() m { return nil },
	}
}
