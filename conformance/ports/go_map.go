// Go's own map, of the toolchain that runs it:
//
//	mapproof check -- go run conformance/ports/go_map.go conformance/ports/mapproof_kit.go
//
// (The second is a link to the kit: files that are run together lie in one folder.)
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
	Serve(Iface, ElemU64, interfaces[uint64]())
	Serve(Iface, ElemU8, interfaces[uint8]())
	Serve(Iface, ElemStr, interfaces[string]())
	Run("Go map", "go", "nil_maps", "erase_in_walk", "key_update")
}

// As functions: before Go 1.20 no interface type is comparable to a type parameter.
func interfaces[E any]() Functions[map[any]E, any, E] {
	return Functions[map[any]E, any, E]{
		Make: func(Spec[any]) map[any]E { return make(map[any]E) },
		Put:  func(m map[any]E, key any, elem E) { m[key] = elem },
		Get:  func(m map[any]E, key any) (E, bool) { elem, ok := m[key]; return elem, ok },
		Del:  func(m map[any]E, key any) { delete(m, key) },
		Size: func(m map[any]E) int { return len(m) },
		Walk: func(m map[any]E, _ *Start) func() (any, E, bool) {
			walk := reflect.ValueOf(m).MapRange()
			return func() (key any, elem E, ok bool) {
				if ok = walk.Next(); ok {
					key, elem = walk.Key().Interface(), walk.Value().Interface().(E)
				}
				return
			}
		},
		Clear: func(m map[any]E) {
			for key := range m {
				delete(m, key)
			}
		},
		Nil: func() map[any]E { return nil },
	}
}
