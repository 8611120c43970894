//go:build gccgo

package machine

import "unsafe"

// Compiler names the compiler of this runtime.
const Compiler = "gccgo"

type rtype struct {
	typeHead
	str       *string
	uncommon  unsafe.Pointer
	ptrToThis *rtype
}

// The size classes that a bucket array can meet: libgo's own function cannot be linked with.
var classes = [...]uintptr{416, 448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408,
	1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192,
	9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264,
	28672, 32768}

func roundupsize(size uintptr) uintptr {
	for _, class := range classes {
		if size <= class && size < 32768 {
			return class
		}
	}
	return (size + 8191) &^ 8191
}

// libgo's names double their underscores.
//
//go:linkname makemap_small runtime.makemap__small
func makemap_small() unsafe.Pointer
