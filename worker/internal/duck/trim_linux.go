package duck

// #include <malloc.h>
import "C"

// Trim gives freed memory back to the system: glibc's malloc keeps the pages otherwise.
func Trim() { C.malloc_trim(0) }

// limitArenas keeps malloc to n heaps rather than eight for each core. What is freed in many heaps leaves nearly empty
// pages in each of them, which can't be given back.
func limitArenas(n int) { C.mallopt(C.M_ARENA_MAX, C.int(n)) }
