package pgformat

import (
	"errors"
	"math"
	"testing"

	"github.com/angelerator/tavana/internal/pgerror"
)

// checkAnswer fails on an answer that is too long for its format, or on an error without a code of its own.
func checkAnswer(t *testing.T, format string, answer []byte, err error) {
	t.Helper()
	if most := 16*len(format) + 64; len(answer) > most {
		t.Errorf("%q: %d bytes, more than %d", format, len(answer), most)
	}
	var e *pgerror.Error
	if err != nil && !errors.Is(err, ErrNull) && !errors.As(err, &e) {
		t.Errorf("%q: an error without code: %v", format, err)
	}
}

func addGoldens(f *testing.F, add func(value, format string)) {
	f.Helper()
	for _, fn := range functions {
		for i, c := range readGolden(f, fn.name) {
			if i%10 == 0 {
				add(c.value, c.format)
			}
		}
	}
}

func FuzzDateTemplate(f *testing.F) {
	addGoldens(f, func(_, format string) { f.Add(format, int64(1709647445678901), int32(-13), int32(400)) })
	f.Add("YYYY IYYY J CC Y,YYY", int64(math.MinInt64+2), int32(math.MinInt32), int32(math.MaxInt32))
	f.Add("FMRM WW HH12TH", int64(math.MaxInt64-1), int32(math.MaxInt32), int32(math.MinInt32))
	f.Fuzz(func(t *testing.T, format string, micros int64, months, days int32) {
		tmpl, err := ParseDateTemplate(format)
		if err != nil {
			t.Fatal(err)
		}
		b, err := tmpl.AppendTimestamp(nil, micros, Zone{Abbreviation: "CEST", Offset: days})
		checkAnswer(t, format, b, err)
		b, err = tmpl.AppendInterval(nil, months, days, micros)
		checkAnswer(t, format, b, err)
	})
}

func FuzzDateParse(f *testing.F) {
	addGoldens(f, func(value, format string) { f.Add(value, format) })
	f.Fuzz(func(t *testing.T, value, format string) {
		tmpl, err := ParseDateTemplate(format)
		if err != nil {
			t.Fatal(err)
		}
		p, err := tmpl.Parse(value)
		checkAnswer(t, format, nil, err)
		if err != nil {
			return
		}
		_, err = p.Days()
		checkAnswer(t, format, nil, err)
		_, err = p.Micros()
		checkAnswer(t, format, nil, err)
	})
}

func FuzzNumberTemplate(f *testing.F) {
	addGoldens(f, func(_, format string) { f.Add(format, int64(-1234), uint64(567890), uint8(7), -12.345) })
	f.Add("FM999,999.00", int64(math.MinInt64), uint64(0), uint8(38), math.Inf(-1))
	f.Add("99V99th", int64(math.MaxInt64), uint64(math.MaxUint64), uint8(38), math.NaN())
	f.Add("9.99EEEE", int64(-1), uint64(math.MaxUint64), uint8(38), math.MaxFloat64)
	f.Fuzz(func(t *testing.T, format string, hi int64, lo uint64, scale uint8, v float64) {
		tmpl, err := ParseNumberTemplate(format)
		checkAnswer(t, format, nil, err)
		if err != nil {
			return
		}
		for _, bits := range []int{32, 64} {
			b, err := tmpl.AppendInt(nil, hi, bits)
			checkAnswer(t, format, b, err)
			b, err = tmpl.AppendFloat(nil, v, bits)
			checkAnswer(t, format, b, err)
		}
		b, err := tmpl.AppendDecimal(nil, hi, lo, int(scale)%39)
		checkAnswer(t, format, b, err)
	})
}

func FuzzNumberParse(f *testing.F) {
	addGoldens(f, func(value, format string) { f.Add(value, format) })
	f.Fuzz(func(t *testing.T, value, format string) {
		tmpl, err := ParseNumberTemplate(format)
		checkAnswer(t, format, nil, err)
		if err != nil {
			return
		}
		s, err := tmpl.Parse(value)
		checkAnswer(t, format, []byte(s), err)
	})
}
