package workerapi

import "unsafe"

// alignment is what Arrow wants of its buffers' addresses.
const alignment = 64

// alignIn returns the n bytes of buf from its first address that is a multiple of 64.
func alignIn(buf []byte, n int) []byte {
	off := int(-uintptr(unsafe.Pointer(unsafe.SliceData(buf))) & 63)
	return buf[off : off+n : off+n]
}
