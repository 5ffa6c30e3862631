package duck

// #include <malloc.h>
import "C"

// Trim gives freed memory back to the system: glibc's malloc keeps the pages otherwise.
func Trim() { C.malloc_trim(0) }
