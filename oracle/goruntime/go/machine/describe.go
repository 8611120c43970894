package machine

import (
	"fmt"
	"runtime"
	"strings"
	"unsafe"
)

// Protocol is the version of records and words; protocol.h has the same.
const Protocol = 1

// Describe tells in lines what this machine is made of. Whoever loads it compares with what he
// expects, and refuses it else.
func Describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "protocol %d\n", Protocol)
	fmt.Fprintf(&b, "compiler %s\n", Compiler)
	fmt.Fprintf(&b, "version %s\n", runtime.Version())
	fmt.Fprintf(&b, "hmap %d\n", unsafe.Sizeof(hmap{}))
	fmt.Fprintf(&b, "hiter %d\n", unsafe.Sizeof(hiter{}))
	fmt.Fprintf(&b, "maptype %d\n", unsafe.Sizeof(maptype{}))
	fmt.Fprintf(&b, "type %d\n", unsafe.Sizeof(rtype{}))
	for i := range keyKinds {
		t := typeOf(mapTypes[i][0])
		fmt.Fprintf(&b, "key %s %s flags %d\n", keyKinds[i].name, t.key.facts(), t.flags&^typeIndirectElem)
	}
	for i := range elemKinds {
		t := typeOf(mapTypes[0][i])
		fmt.Fprintf(&b, "elem %s %s\n", elemKinds[i].name, t.elem.facts())
	}
	return b.String()
}

func (t *rtype) facts() string {
	return fmt.Sprintf("size %d align %d pointers %t", t.size, t.align, t.ptrdata != 0)
}
