//go:build !linux

package duck

// Trim gives freed memory back to the system where the allocator must be told to.
func Trim() {}

func limitArenas(int) {}
