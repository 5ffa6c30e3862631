package duck

/*
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern uint64_t duckdb_data_chunk_get_size(void *);
extern void *duckdb_data_chunk_get_vector(void *, uint64_t);
extern void *duckdb_vector_get_data(void *);
extern uint64_t *duckdb_vector_get_validity(void *);
extern void duckdb_vector_ensure_validity_writable(void *);
extern void duckdb_vector_assign_string_element_len(void *, uint64_t, const char *, uint64_t);
extern void duckdb_scalar_function_set_error(void *, const char *);

// text is a duckdb_string_t: its length, then the text itself up to twelve bytes, or its first four and where it lies.
typedef struct {
	uint32_t length;
	char first[4];
	const char *pointer;
} text;

static const char *bytes(const text *t) { return t->length <= 12 ? t->first : t->pointer; }

static bool valid(const uint64_t *mask, uint64_t row) { return mask == NULL || mask[row / 64] >> row % 64 & 1; }

static bool same(const text *a, const text *b) { return memcmp(a, b, sizeof *a) == 0; }

// joinTexts makes the errors of our own mark, with their SQLSTATE (see errors.go).
static void joinTexts(void *info, void *in, void *out) {
	void *left = duckdb_data_chunk_get_vector(in, 0), *right = duckdb_data_chunk_get_vector(in, 1);
	const text *l = duckdb_vector_get_data(left), *r = duckdb_vector_get_data(right);
	const uint64_t *lvalid = duckdb_vector_get_validity(left), *rvalid = duckdb_vector_get_validity(right);
	text *o = duckdb_vector_get_data(out);
	uint64_t *null = NULL, rows = duckdb_data_chunk_get_size(in), room = 0;
	char *joined = NULL;
	for (uint64_t i = 0; i < rows; i++) {
		if (!valid(lvalid, i) || !valid(rvalid, i)) {
			if (null == NULL) {
				duckdb_vector_ensure_validity_writable(out);
				null = duckdb_vector_get_validity(out);
			}
			null[i / 64] &= ~(UINT64_C(1) << i % 64);
			continue;
		}
		if (i > 0 && same(&l[i], &l[i - 1]) && same(&r[i], &r[i - 1]) && (null == NULL || valid(null, i - 1))) {
			o[i] = o[i - 1]; // a constant's rows share one text
			continue;
		}
		uint64_t length = (uint64_t)l[i].length + r[i].length;
		if (length > UINT32_MAX) {
			duckdb_scalar_function_set_error(info, "\x01" "54000the joined text is longer than 4 GB");
			break;
		}
		if (length > room) {
			char *more = realloc(joined, room = 2 * length);
			if (more == NULL) {
				duckdb_scalar_function_set_error(info, "\x01" "53200out of memory");
				break;
			}
			joined = more;
		}
		memcpy(joined, bytes(&l[i]), l[i].length);
		memcpy(joined + l[i].length, bytes(&r[i]), r[i].length);
		duckdb_vector_assign_string_element_len(out, i, joined, length);
	}
	free(joined);
}

static void *joinTextsPointer(void) { return joinTexts; }
*/
import "C"

import bindings "github.com/duckdb/duckdb-go-bindings"

// joinFunctions are the form of @|| for texts, which the gateway writes where || may join json, and mostly does not: it is in C, as
// each row of a large table may pass it. What is neither json nor text on both sides is left to DuckDB's || (see mend.go).
var joinFunctions = []nativeFunction{
	{"@||", C.joinTextsPointer(), bindings.TypeVarchar, []bindings.Type{bindings.TypeVarchar, bindings.TypeVarchar}},
}
