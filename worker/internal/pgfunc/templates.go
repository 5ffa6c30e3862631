package pgfunc

import (
	"errors"
	"math/bits"
	"strconv"
	"strings"
	"sync"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/worker/internal/pgformat"
)

// templates are to_char, to_date, to_timestamp and to_number. Times come as microseconds since 1970, numbers as DuckDB writes
// them.
var templates = []Function{
	// microseconds of the wall clock, format, the zone's offset in seconds, its abbreviation ("" for both: no time zone)
	{"tavana_to_char_time", []int{0, 0, 0, 0}, 0, func(a []Value) (Value, error) {
		t, err := dateTemplates.get(a[1].Text)
		if err != nil {
			return Value{}, err
		}
		micros, err := integer(a[0].Text)
		if err != nil {
			return Value{}, err
		}
		zone := pgformat.Zone{Abbreviation: a[3].Text}
		if a[2].Text != "" {
			offset, err := integer(a[2].Text)
			if err != nil {
				return Value{}, err
			}
			zone.Offset = int32(offset)
		}
		return orNull(t.AppendTimestamp(nil, micros, zone))
	}},
	// DuckDB's text of the interval, format
	{"tavana_to_char_interval", []int{0, 0}, 0, func(a []Value) (Value, error) {
		t, err := dateTemplates.get(a[1].Text)
		if err != nil {
			return Value{}, err
		}
		i, err := parseInterval(a[0].Text)
		if err != nil {
			return Value{}, err
		}
		return orNull(t.AppendInterval(nil, int32(i.months), int32(i.days), i.micros))
	}},
	// the number, format, DuckDB's type of it
	{"tavana_to_char_number", []int{0, 0, 0}, 0, func(a []Value) (Value, error) {
		t, err := numberTemplates.get(a[1].Text)
		if err != nil {
			return Value{}, err
		}
		switch s := a[0].Text; a[2].Text {
		case "DOUBLE", "FLOAT":
			size := 64
			if a[2].Text == "FLOAT" {
				size = 32
			}
			v, err := strconv.ParseFloat(s, size)
			if err != nil && !errors.Is(err, strconv.ErrRange) {
				return Value{}, notNumber(s)
			}
			return orNull(t.AppendFloat(nil, v, size))
		case "TINYINT", "SMALLINT", "INTEGER", "BIGINT":
			size := 32
			if a[2].Text == "BIGINT" {
				size = 64
			}
			v, err := strconv.ParseInt(s, 10, size)
			if err != nil {
				return Value{}, notNumber(s)
			}
			return orNull(t.AppendInt(nil, v, size))
		default:
			hi, lo, scale, ok := decimal(s)
			if !ok {
				return Value{}, notNumber(s)
			}
			return orNull(t.AppendDecimal(nil, hi, lo, scale))
		}
	}},
	// text, format: the days since 1970
	{"tavana_to_date", []int{0, 0}, 0, func(a []Value) (Value, error) {
		p, err := parsed(a)
		if err != nil {
			return Value{}, err
		}
		days, err := p.Days()
		return text(strconv.FormatInt(int64(days), 10)), err
	}},
	// text, format: the microseconds since 1970, behind a Z if the text has an offset: else they are of the wall clock
	{"tavana_to_timestamp", []int{0, 0}, 0, func(a []Value) (Value, error) {
		p, err := parsed(a)
		if err != nil {
			return Value{}, err
		}
		micros, err := p.Micros()
		if p.HasOffset {
			return text("Z" + strconv.FormatInt(micros, 10)), err
		}
		return text(strconv.FormatInt(micros, 10)), err
	}},
	{"tavana_to_number", []int{0, 0}, 0, func(a []Value) (Value, error) {
		t, err := numberTemplates.get(a[1].Text)
		if err != nil {
			return Value{}, err
		}
		s, err := t.Parse(a[0].Text)
		if errors.Is(err, pgformat.ErrNull) {
			return Value{Null: true}, nil
		}
		return text(s), err
	}},
}

func parsed(a []Value) (pgformat.Parsed, error) {
	t, err := dateTemplates.get(a[1].Text)
	if err != nil {
		return pgformat.Parsed{}, err
	}
	return t.Parse(a[0].Text)
}

func orNull(b []byte, err error) (Value, error) {
	if errors.Is(err, pgformat.ErrNull) {
		return Value{Null: true}, nil
	}
	return text(string(b)), err
}

func integer(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, notNumber(s)
	}
	return n, nil
}

func notNumber(s string) error {
	return pgerror.Newf(pgerror.InvalidTextRepresentation, "invalid input syntax for type numeric: %q", s)
}

// decimal reads a decimal of up to 38 digits as its digits, a number of 128 bits, and how many of them are behind the point.
func decimal(s string) (hi int64, lo uint64, scale int, ok bool) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	if digits = whole + fraction; digits == "" || len(digits) > 39 {
		return 0, 0, 0, false
	}
	var h uint64
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return 0, 0, 0, false
		}
		h, lo = times10(h, lo, uint64(c-'0'))
	}
	if negative {
		lo = -lo
		h = ^h
		if lo == 0 {
			h++
		}
	}
	return int64(h), lo, len(fraction), true
}

// times10 returns the number of 128 bits times ten, and a digit more.
func times10(h, l, digit uint64) (hi, lo uint64) {
	carry, low := bits.Mul64(l, 10)
	lo, c := bits.Add64(low, digit, 0)
	return h*10 + carry + c, lo
}

// cache keeps templates by their format: a statement uses one for all of its rows. It is emptied when it has grown.
type cache[T any] struct {
	parse func(string) (*T, error)
	mu    sync.RWMutex
	m     map[string]*T
}

var (
	dateTemplates   = cache[pgformat.DateTemplate]{parse: pgformat.ParseDateTemplate}
	numberTemplates = cache[pgformat.NumberTemplate]{parse: pgformat.ParseNumberTemplate}
)

func (c *cache[T]) get(format string) (*T, error) {
	c.mu.RLock()
	t := c.m[format]
	c.mu.RUnlock()
	if t != nil {
		return t, nil
	}
	format = strings.Clone(format)
	t, err := c.parse(format)
	if err != nil {
		return nil, err
	}
	const most = 1000
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil || len(c.m) >= most {
		c.m = map[string]*T{}
	}
	c.m[format] = t
	return t, nil
}
