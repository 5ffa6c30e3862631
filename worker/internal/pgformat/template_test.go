package pgformat

import (
	"errors"
	"sync"
	"testing"
	"time"
)

func TestAnswersGoBehindWhatDstHas(t *testing.T) {
	date, err := ParseDateTemplate("HH24:MI")
	if err != nil {
		t.Fatal(err)
	}
	b, err := date.AppendTimestamp([]byte("at "), 3_600_000_000, Zone{})
	if string(b) != "at 01:00" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	named, err := ParseDateTemplate("HH24 Month")
	if err != nil {
		t.Fatal(err)
	}
	if b, err = named.AppendInterval([]byte("at "), 0, 0, 0); string(b) != "at " || err == nil {
		t.Errorf("an interval has no month's name: %q, %v", b, err)
	}
	if b, err = date.AppendTimestamp([]byte("at "), Infinity, Zone{}); string(b) != "at " || !errors.Is(err, ErrNull) {
		t.Errorf("infinity: %q, %v", b, err)
	}
	ordinal, err := ParseNumberTemplate("9999th")
	if err != nil {
		t.Fatal(err)
	}
	if b, err = ordinal.AppendInt([]byte("the "), 42, 32); string(b) != "the    42nd" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
}

func TestAnOffsetIsReadIfTheTextHasOne(t *testing.T) {
	for _, c := range []struct {
		text, format string
		has          bool
		offset       int32
		micros       int64
	}{
		{"1970-01-02 00:00", "YYYY-MM-DD HH24:MI", false, 0, 86400_000_000},
		{"1970-01-02 00:00 +05:30", "YYYY-MM-DD HH24:MI TZH:TZM", true, 19800, 66600_000_000},
		{"1970-01-02 00:00 -03", "YYYY-MM-DD HH24:MI TZH", true, -10800, 97200_000_000},
		{"1970-01-02 00:00", "YYYY-MM-DD HH24:MI TZH", false, 0, 86400_000_000},
	} {
		p, err := parseDateText(c.text, c.format)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		micros, err := p.Micros()
		if p.HasOffset != c.has || p.Offset != c.offset || micros != c.micros || err != nil {
			t.Errorf("%s: %v %d %d %v", c.text, p.HasOffset, p.Offset, micros, err)
		}
	}
}

func TestTheCalendarIsThatOfTheStandardLibrary(t *testing.T) {
	for days := int64(-2_440_588); days < 100_000_000; days += 997 {
		want := time.Unix(days*86400, 0).UTC()
		year, month, day := civil(days + epochJulian)
		if int(year) != want.Year() || int(month) != int(want.Month()) || int(day) != want.Day() {
			t.Fatalf("day %d is %v, not %d-%d-%d", days, want, year, month, day)
		}
		j := julianDay(year, month, day)
		if int64(j) != days+epochJulian || int(weekday(j)) != int(want.Weekday()) {
			t.Fatalf("%v has Julian day %d", want, j)
		}
		isoYear, week := want.ISOWeek()
		if y, w, _ := isoWeek(year, j); int(y) != isoYear || int(w) != week {
			t.Fatalf("%v is in week %d of %d", want, w, y)
		}
	}
}

func TestOneTemplateServesManyGoroutines(t *testing.T) {
	date, err := ParseDateTemplate("YYYY-MM-DD")
	if err != nil {
		t.Fatal(err)
	}
	number, err := ParseNumberTemplate("FM999.99MI")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for n := range int64(1000) {
				if b, err := date.AppendTimestamp(nil, 86_400_000_000, Zone{}); string(b) != "1970-01-02" || err != nil {
					t.Errorf("%q, %v", b, err)
				}
				if b, err := number.AppendDecimal(nil, -1, uint64(-n-1), 0); len(b) < 2 || b[len(b)-1] != '-' || err != nil {
					t.Errorf("%q, %v", b, err)
				}
				if p, err := date.Parse("2024-02-29"); err != nil || p.day != 29 {
					t.Errorf("%v, %v", p, err)
				}
			}
		})
	}
	wg.Wait()
}
