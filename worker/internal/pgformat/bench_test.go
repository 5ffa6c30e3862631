package pgformat

import "testing"

func BenchmarkTimestampToChar(b *testing.B) {
	t, err := ParseDateTemplate("YYYY-MM-DD HH24:MI:SS")
	if err != nil {
		b.Fatal(err)
	}
	var dst []byte
	b.ReportAllocs()
	for n := int64(0); b.Loop(); n++ {
		if dst, err = t.AppendTimestamp(dst[:0], 1709647445678901+n*7919, Zone{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNumericToChar(b *testing.B) {
	t, err := ParseNumberTemplate("FM999,999.00")
	if err != nil {
		b.Fatal(err)
	}
	var dst []byte
	b.ReportAllocs()
	for n := uint64(0); b.Loop(); n++ {
		if dst, err = t.AppendDecimal(dst[:0], 0, n*7919%100_000_000, 3); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkToDate(b *testing.B) {
	t, err := ParseDateTemplate("YYYY-MM-DD")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		p, err := t.Parse("2024-02-29")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.Days(); err != nil {
			b.Fatal(err)
		}
	}
}

// What is written goes into the caller's buffer, and nowhere else.
func TestWritingAllocatesNothing(t *testing.T) {
	date, err := ParseDateTemplate("FMDay, DDth Month YYYY HH12:MI:SS.FF3 am TZ OF RM J IYYY-IW")
	if err != nil {
		t.Fatal(err)
	}
	number, err := ParseNumberTemplate("FM999,999,999.99MI")
	if err != nil {
		t.Fatal(err)
	}
	exponent, err := ParseNumberTemplate("9.999EEEE")
	if err != nil {
		t.Fatal(err)
	}
	roman, err := ParseNumberTemplate("RN")
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 0, 1024)
	zone := Zone{Abbreviation: "CET", Offset: 3600}
	for name, write := range map[string]func() ([]byte, error){
		"timestamp": func() ([]byte, error) { return date.AppendTimestamp(buf, 1709647445678901, zone) },
		"int":       func() ([]byte, error) { return number.AppendInt(buf, -1234567, 64) },
		"decimal":   func() ([]byte, error) { return number.AppendDecimal(buf, -1, 12345678, 3) },
		"float":     func() ([]byte, error) { return number.AppendFloat(buf, -12345.678, 64) },
		"exponent":  func() ([]byte, error) { return exponent.AppendDecimal(buf, 0, 99999999, 3) },
		"roman":     func() ([]byte, error) { return roman.AppendDecimal(buf, 0, 123456, 3) },
	} {
		allocs := testing.AllocsPerRun(100, func() {
			if _, err := write(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		if allocs != 0 {
			t.Errorf("%s: %v allocations", name, allocs)
		}
	}
}
