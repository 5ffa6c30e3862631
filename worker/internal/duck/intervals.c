// tavana_sum_intervals(INTERVAL): DuckDB's sum takes none. See intervals.go. The declarations are those of duckdb.h that it takes.
#include <stdbool.h>
#include <stdint.h>

typedef void *handle;
typedef struct {
	int32_t months, days;
	int64_t micros;
} interval;

handle duckdb_create_aggregate_function(void);
void duckdb_destroy_aggregate_function(handle *);
void duckdb_aggregate_function_set_name(handle, const char *);
void duckdb_aggregate_function_add_parameter(handle, handle type);
void duckdb_aggregate_function_set_return_type(handle, handle type);
void duckdb_aggregate_function_set_functions(handle, uint64_t (*size)(handle), void (*init)(handle, handle),
	void (*update)(handle, handle, handle *), void (*combine)(handle, handle *, handle *, uint64_t),
	void (*finalize)(handle, handle *, handle, uint64_t, uint64_t));
void duckdb_aggregate_function_set_error(handle, const char *);
int duckdb_register_aggregate_function(handle connection, handle);
handle duckdb_create_logical_type(int);
void duckdb_destroy_logical_type(handle *);
uint64_t duckdb_data_chunk_get_size(handle);
handle duckdb_data_chunk_get_vector(handle, uint64_t);
void *duckdb_vector_get_data(handle);
uint64_t *duckdb_vector_get_validity(handle);
void duckdb_vector_ensure_validity_writable(handle);
bool duckdb_validity_row_is_valid(uint64_t *, uint64_t);
void duckdb_validity_set_row_invalid(uint64_t *, uint64_t);

// total adds months, days and microseconds each for itself, as PostgreSQL does: no carry makes days of hours.
typedef struct {
	int64_t months, days, micros;
	bool any;
} total;

// "\x01" and the SQLSTATE: see errors.go.
static const char *out_of_range = "\x01" "22008interval out of range";

static uint64_t size(handle info) { return sizeof(total); }

static void init(handle info, handle state) { *(total *)state = (total){0}; }

static bool add(total *t, int64_t months, int64_t days, int64_t micros) {
	t->any = true;
	return !__builtin_add_overflow(t->months, months, &t->months) && !__builtin_add_overflow(t->days, days, &t->days) &&
		!__builtin_add_overflow(t->micros, micros, &t->micros);
}

static void update(handle info, handle input, handle *states) {
	handle vector = duckdb_data_chunk_get_vector(input, 0);
	interval *values = duckdb_vector_get_data(vector);
	uint64_t *validity = duckdb_vector_get_validity(vector);
	uint64_t rows = duckdb_data_chunk_get_size(input);
	for (uint64_t i = 0; i < rows; i++) {
		if (validity && !duckdb_validity_row_is_valid(validity, i)) {
			continue;
		}
		if (!add(states[i], values[i].months, values[i].days, values[i].micros)) {
			duckdb_aggregate_function_set_error(info, out_of_range);
			return;
		}
	}
}

static void combine(handle info, handle *sources, handle *targets, uint64_t count) {
	for (uint64_t i = 0; i < count; i++) {
		total *s = sources[i];
		if (s->any && !add(targets[i], s->months, s->days, s->micros)) {
			duckdb_aggregate_function_set_error(info, out_of_range);
			return;
		}
	}
}

static void finalize(handle info, handle *states, handle result, uint64_t count, uint64_t offset) {
	interval *out = duckdb_vector_get_data(result);
	for (uint64_t i = 0; i < count; i++) {
		total *t = states[i];
		if (!t->any) {
			duckdb_vector_ensure_validity_writable(result);
			duckdb_validity_set_row_invalid(duckdb_vector_get_validity(result), offset + i);
		} else if (t->months != (int32_t)t->months || t->days != (int32_t)t->days) {
			duckdb_aggregate_function_set_error(info, out_of_range);
			return;
		} else {
			out[offset + i] = (interval){t->months, t->days, t->micros};
		}
	}
}

// tavana_register_interval_sum returns whether it could; type is DuckDB's number of INTERVAL.
bool tavana_register_interval_sum(handle connection, int type) {
	handle f = duckdb_create_aggregate_function(), t = duckdb_create_logical_type(type);
	duckdb_aggregate_function_set_name(f, "tavana_sum_intervals");
	duckdb_aggregate_function_add_parameter(f, t);
	duckdb_aggregate_function_set_return_type(f, t);
	duckdb_aggregate_function_set_functions(f, size, init, update, combine, finalize);
	bool ok = duckdb_register_aggregate_function(connection, f) == 0;
	duckdb_destroy_logical_type(&t);
	duckdb_destroy_aggregate_function(&f);
	return ok;
}
