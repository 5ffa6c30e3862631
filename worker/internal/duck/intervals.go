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

// registerIntervalSum makes tavana_sum_intervals(INTERVAL) an aggregate of the instance, for catalogs' macros to call: DuckDB
// lets nobody add a form to its own sum. It is in C since the bindings for Go have no aggregates.
func registerIntervalSum(conn bindings.Connection) error {
	if !C.tavana_register_interval_sum(conn.Ptr, C.int(bindings.TypeInterval)) {
		return errors.New("registering the function tavana_sum_intervals")
	}
	return nil
}
