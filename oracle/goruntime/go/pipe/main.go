// The machine behind a pair of pipes, for a runtime that cannot share a process with another one.
//
// Both directions carry 8-byte little-endian words. A request is the machine's number, the number
// of records, and the records; the answer is the number of words, and the words. A request of ~0
// records lets go of the machine. The first thing said is the description: its length in bytes, and
// its text, padded to 8 bytes.
package main

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"
	"unsafe"

	"mapproof/goruntime/machine"
)

const closing = 1<<64 - 1

func main() {
	in, out := bufio.NewReaderSize(os.Stdin, 1<<16), bufio.NewWriterSize(os.Stdout, 1<<16)
	word := func(w uint64) {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], w)
		out.Write(b[:])
	}
	text := machine.Describe()
	word(uint64(len(text)))
	out.WriteString(text)
	for i := len(text); i%8 != 0; i++ {
		out.WriteByte(0)
	}
	machines := map[uint64]*machine.Machine{}
	var records []machine.Record
	for out.Flush() == nil {
		var head [2]uint64
		if binary.Read(in, binary.LittleEndian, &head) != nil {
			return
		}
		if head[1] == closing {
			delete(machines, head[0])
			continue
		}
		if uint64(len(records)) < head[1] {
			records = make([]machine.Record, head[1])
		}
		if head[1] != 0 {
			bytes := (*[1 << 30]byte)(unsafe.Pointer(&records[0]))[: head[1]*16 : head[1]*16]
			if _, err := io.ReadFull(in, bytes); err != nil {
				return
			}
		}
		m := machines[head[0]]
		if m == nil {
			m = new(machine.Machine)
			machines[head[0]] = m
		}
		words := m.Run(records[:head[1]])
		word(uint64(len(words)))
		for _, w := range words {
			word(w)
		}
	}
}
