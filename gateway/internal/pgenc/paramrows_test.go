package pgenc

import (
	"fmt"
	"testing"
)

// Rows of parameters are put together where their types allow it, and have the values that they have by one.
func TestParametersOfManyRows(t *testing.T) {
	oids := []OID{OIDInt4, OIDNumeric, OIDText, OIDDate}
	rows := NewParamRows(oids)
	defer rows.Release()
	add := func(want bool, codes []int16, values ...string) {
		t.Helper()
		list := make([][]byte, len(values))
		for i, v := range values {
			if v != "NULL" {
				list[i] = []byte(v)
			}
		}
		rec, _, err := Params(list, codes, oids)
		if err != nil {
			t.Fatal(err)
		}
		defer rec.Release()
		if got := rows.Fits(rec); got != want {
			t.Errorf("%q fits: %v", values, got)
		}
		if want {
			rows.Add(rec)
		}
	}
	add(true, nil, "1", "NULL", "x", "NULL")
	add(true, nil, "2", "12.5", "NULL", "2024-01-31")
	add(true, nil, "NULL", "-0.0001", "", "infinity")
	add(true, nil, "4", "123456789012345678901234567890", "€", "NULL")
	add(false, nil, "5", "0.123456789", "more than 38 digits together", "NULL")
	add(false, []int16{0, 0, 0, 1}, "5", "1", "a date in binary beside texts", "\x00\x00\x00\x01")
	add(true, nil, "5", "1", "last", "0099-12-31 BC")
	rec, casts, err := rows.Record()
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Release()
	if got, want := fmt.Sprint(casts, rows.Len(), rows.Size() > 0), "[INTEGER DECIMAL(34,4) VARCHAR DATE] 5 true"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	want := []string{
		"[1 2 (null) 4 5]", "[(null) 12.5 -0.0001 123456789012345678901234567890 1]", `["x" (null) "" "€" "last"]`, `[(null) "2024-01-31" "infinity" (null) "0099-12-31 (BC)"]`,
	}
	for i, col := range rec.Columns() {
		if got := col.String(); got != want[i] {
			t.Errorf("column %d is %s, want %s", i, got, want[i])
		}
	}

	nulls := NewParamRows([]OID{OIDUUID, 1007})
	defer nulls.Release()
	for _, c := range []struct {
		values [][]byte
		fits   bool
	}{{[][]byte{nil, nil}, true}, {[][]byte{[]byte("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), nil}, true}, {[][]byte{nil, []byte("{1,2}")}, false}} {
		rec, _, err := Params(c.values, nil, []OID{OIDUUID, 1007})
		if err != nil {
			t.Fatal(err)
		}
		if got := nulls.Fits(rec); got != c.fits {
			t.Errorf("%q fits: %v", c.values, got)
		} else if got {
			nulls.Add(rec)
		}
		rec.Release()
	}
}
