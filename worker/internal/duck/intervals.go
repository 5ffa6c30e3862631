package duck

/*
#include <stdbool.h>
bool tavana_register_interval_sum(void *, int);
*/
import "C"

import (
	"errors"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// registerIntervalSum adds sum(INTERVAL) to DuckDB's sum. It is in C since the bindings for Go have no aggregates.
func registerIntervalSum(conn bindings.Connection) error {
	if !C.tavana_register_interval_sum(conn.Ptr, C.int(bindings.TypeInterval)) {
		return errors.New("registering sum(INTERVAL)")
	}
	return nil
}
