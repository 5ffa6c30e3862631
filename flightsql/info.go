package flightsql

import (
	stock "github.com/apache/arrow-go/v18/arrow/flight/flightsql"
)

// registerInfo makes GetSqlInfo's answers. Their types are the standard's: a driver that reads an int32 where an int64 is
// fails.
func (h *handler) registerInfo() {
	for id, v := range sqlInfo {
		if err := h.RegisterSqlInfo(stock.SqlInfo(id), v); err != nil {
			panic(err) // of our own table
		}
	}
}

// sqlInfo are the answers by the standard's numbers (FlightSql.proto, enum SqlInfo): int32 for sets and choices, int64 for
// limits, whose 0 says that there is none.
var sqlInfo = map[uint32]any{
	0: "Tavana", 1: Version, 2: arrowVersion, 3: false, 4: true, 5: false, 6: "", 7: "", 8: int32(1), 9: true, 10: true, 11: true,
	100: int32(0), 101: int32(0),

	500: false, 501: true, 502: true, 503: int32(3), 504: `"`, 505: int32(1), 506: true, 507: int32(0),
	508: []string{
		"ALL", "ANALYSE", "ANALYZE", "AND", "ANY", "ARRAY", "AS", "ASC", "ASYMMETRIC", "BOTH", "CASE", "CAST", "CHECK", "COLLATE", "COLUMN", "CONSTRAINT",
		"CREATE", "DEFAULT", "DEFERRABLE", "DESC", "DISTINCT", "DO", "ELSE", "END", "EXCEPT", "FALSE", "FETCH", "FOR", "FOREIGN", "FROM", "GRANT", "GROUP",
		"HAVING", "IN", "INITIALLY", "INTERSECT", "INTO", "LATERAL", "LEADING", "LIMIT", "NOT", "NULL", "OFFSET", "ON", "ONLY", "OR", "ORDER", "PIVOT",
		"PLACING", "PRIMARY", "QUALIFY", "REFERENCES", "RETURNING", "SELECT", "SOME", "SYMMETRIC", "TABLE", "THEN", "TO", "TRAILING", "TRUE", "UNION",
		"UNIQUE", "UNPIVOT", "USING", "VARIADIC", "WHEN", "WHERE", "WINDOW", "WITH",
	},
	509: []string{"abs", "ceil", "exp", "floor", "ln", "log", "mod", "pi", "power", "random", "round", "sign", "sqrt", "trunc"},
	510: []string{"concat", "left", "length", "lower", "lpad", "ltrim", "position", "replace", "right", "rpad", "rtrim", "substring", "trim", "upper"},
	511: []string{"current_database", "current_schema", "current_user", "version"},
	512: []string{"age", "current_date", "current_time", "current_timestamp", "date_part", "date_trunc", "extract", "now"},
	513: `\`, 514: "$", 515: true, 516: true, 517: map[int32][]int32{}, 518: true, 519: true, 520: true, 521: true,
	522: int32(3), 523: true, 524: true, 525: int32(7), 526: int32(3), 527: false, 528: int32(2), 529: "schema", 530: "procedure", 531: "catalog",
	532: true, 533: int32(7), 534: int32(0), 535: int32(0), 536: true, 537: false, 538: int32(15), 539: true, 540: int32(3),
	541: int64(0), 542: int64(0), 543: int64(0), 544: int64(0), 545: int64(0), 546: int64(0), 547: int64(0), 548: int64(0), 549: int64(0), 550: int64(0),
	551: int64(0), 552: int64(0), 553: int64(0), 554: int64(0), 555: int64(0), 556: true, 557: int64(0), 558: int64(0), 559: int64(0), 560: int64(0), 561: int64(0),
	// Isolation: READ COMMITTED is 2, REPEATABLE READ 3. Result sets: forward only is 1.
	562: int64(2), 563: true, 564: int32(1<<2 | 1<<3), 565: false, 566: false, 567: int32(1 << 1), 568: int32(1), 569: int32(0), 570: int32(0), 571: int32(0),
	572: true, 573: false, 574: false, 575: false, 576: false,
}
