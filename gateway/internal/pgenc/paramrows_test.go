package pgenc

import (
	"fmt"
	"testing"
)

// Rows of parameters are put together where their types allow it, and have the values that they have by one.
func TestParametersOfManyRows(t *testing.T) {
	oids := []OID{OIDInt4, OIDNumeric, OIDText, OIDDate}
	rows := NewParamRows(oids, []bool{true, true, false, true})
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
	add(true, nil, "2", "12.50", "NULL", "2024-01-31")
	add(true, nil, "NULL", "-0.0001", "", "infinity")
	add(true, nil, "4", "123456789012345678901234567890", "€", "NULL")
	add(true, nil, "5", "0.123456789", "last", "0099-12-31 BC")
	add(false, []int16{0, 0, 0, 1}, "5", "1", "a date in binary beside texts", "\x00\x00\x00\x01")
	rec, casts, err := rows.Record()
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Release()
	if got, want := fmt.Sprint(casts, rows.Len(), rows.Size() > 0), "[INTEGER  VARCHAR DATE] 5 true"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	want := []string{
		"[1 2 (null) 4 5]", `[(null) "12.50" "-0.0001" "123456789012345678901234567890" "0.123456789"]`, `["x" (null) "" "€" "last"]`, `[(null) "2024-01-31" "infinity" (null) "0099-12-31 (BC)"]`,
	}
	for i, col := range rec.Columns() {
		if got := col.String(); got != want[i] {
			t.Errorf("column %d is %s, want %s", i, got, want[i])
		}
	}

	// Expressions are made of a numeric with its own digits.
	sums := NewParamRows([]OID{OIDNumeric}, []bool{false})
	one, _, err := Params([][]byte{[]byte("1.50")}, nil, []OID{OIDNumeric})
	if err != nil {
		t.Fatal(err)
	}
	defer one.Release()
	if sums.Fits(one) {
		t.Error("a numeric fits into an expression")
	}

	nulls := NewParamRows([]OID{OIDUUID, 1007}, []bool{true, true})
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
