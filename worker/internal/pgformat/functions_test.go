package pgformat

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // zones of testdata, wherever the tests run

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/pgtest"
)

// function is one of PostgreSQL's formatting functions for one type: this package's, and the SQL of PostgreSQL's, of
// which $1 is the value and $2 the format.
type function struct {
	name string
	sql  string
	ours func(value, format string) (string, error)
}

var functions = []function{
	{"to_char_timestamp", "to_char($1::timestamp, $2)", func(value, format string) (string, error) {
		micros, err := parseTimestamp(value)
		if err != nil {
			return "", err
		}
		return charTimestamp(format, micros, Zone{})
	}},
	{"to_char_timestamptz", "to_char($1::timestamptz, $2)", zonedTimestamp},
	{"to_char_interval", "to_char($1::interval, $2)", func(value, format string) (string, error) {
		var months, days int32
		var micros int64
		if _, err := fmt.Sscanf(value, "%d months %d days %d microseconds", &months, &days, &micros); err != nil {
			return "", err
		}
		t, err := ParseDateTemplate(format)
		if err != nil {
			return "", err
		}
		b, err := t.AppendInterval(nil, months, days, micros)
		return string(b), err
	}},
	{"to_char_int4", "to_char($1::int4, $2)", charNumber(func(t *NumberTemplate, value string) ([]byte, error) {
		v, err := strconv.ParseInt(value, 10, 32)
		if err != nil {
			return nil, err
		}
		return t.AppendInt(nil, v, 32)
	})},
	{"to_char_int8", "to_char($1::int8, $2)", charNumber(func(t *NumberTemplate, value string) ([]byte, error) {
		v, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return nil, err
		}
		return t.AppendInt(nil, v, 64)
	})},
	{"to_char_numeric", "to_char($1::numeric, $2)", charNumber(func(t *NumberTemplate, value string) ([]byte, error) {
		hi, lo, scale, err := parseDecimal(value)
		if err != nil {
			return nil, err
		}
		return t.AppendDecimal(nil, hi, lo, scale)
	})},
	{"to_char_float4", "to_char($1::float4, $2)", charFloat(32)},
	{"to_char_float8", "to_char($1::float8, $2)", charFloat(64)},
	{"to_number", "to_number($1::text, $2)", func(value, format string) (string, error) {
		t, err := ParseNumberTemplate(format)
		if err != nil {
			return "", err
		}
		return t.Parse(value)
	}},
	{"to_date", "to_date($1, $2)", func(value, format string) (string, error) {
		p, err := parseDateText(value, format)
		if err != nil {
			return "", err
		}
		days, err := p.Days()
		if err != nil {
			return "", err
		}
		return showDate(time.Unix(int64(days)*86400, 0).UTC(), "-01-02", ""), nil
	}},
	{"to_timestamp", "to_timestamp($1, $2)", func(value, format string) (string, error) {
		p, err := parseDateText(value, format)
		if err != nil {
			return "", err
		}
		micros, err := p.Micros()
		if err != nil {
			return "", err
		}
		return showDate(time.UnixMicro(micros).UTC(), "-01-02 15:04:05", time.UnixMicro(micros).UTC().Format(".999999")+"+00"), nil
	}},
}

// showDate writes a time as PostgreSQL's ISO style does.
func showDate(t time.Time, layout, after string) string {
	year, era := t.Year(), ""
	if year <= 0 {
		year, era = 1-year, " BC"
	}
	return fmt.Sprintf("%04d", year) + t.Format(layout) + after + era
}

func parseDateText(value, format string) (Parsed, error) {
	t, err := ParseDateTemplate(format)
	if err != nil {
		return Parsed{}, err
	}
	return t.Parse(value)
}

func charTimestamp(format string, micros int64, zone Zone) (string, error) {
	t, err := ParseDateTemplate(format)
	if err != nil {
		return "", err
	}
	b, err := t.AppendTimestamp(nil, micros, zone)
	return string(b), err
}

// zonedTimestamp takes a value such as "2024-01-31 12:00:00 Europe/Berlin". PostgreSQL reads it in that zone too, by
// oracle.answer.
func zonedTimestamp(value, format string) (string, error) {
	at := strings.LastIndexByte(value, ' ')
	loc, err := time.LoadLocation(value[at+1:])
	if err != nil {
		return "", err
	}
	micros, err := parseTimestamp(value[:at])
	if err != nil {
		return "", err
	}
	utc := time.UnixMicro(micros).UTC()
	local := time.Date(utc.Year(), utc.Month(), utc.Day(), utc.Hour(), utc.Minute(), utc.Second(), utc.Nanosecond(), loc)
	name, offset := local.Zone()
	return charTimestamp(format, micros, Zone{Abbreviation: name, Offset: int32(offset)})
}

// parseTimestamp reads year-month-day hour:minute:second, of any year, with BC behind it or not, or an infinity.
func parseTimestamp(value string) (int64, error) {
	switch value {
	case "infinity":
		return Infinity, nil
	case "-infinity":
		return NegativeInfinity, nil
	}
	bare, bc := strings.CutSuffix(value, " BC")
	var year, month, day, hour, minute int
	var seconds string
	if _, err := fmt.Sscanf(bare, "%d-%d-%d %d:%d:%s", &year, &month, &day, &hour, &minute, &seconds); err != nil {
		return 0, fmt.Errorf("%q: %w", value, err)
	}
	if bc {
		year = 1 - year
	}
	second, err := time.ParseDuration(seconds + "s")
	return time.Date(year, time.Month(month), day, hour, minute, 0, 0, time.UTC).UnixMicro() + second.Microseconds(), err
}

func charNumber(write func(*NumberTemplate, string) ([]byte, error)) func(value, format string) (string, error) {
	return func(value, format string) (string, error) {
		t, err := ParseNumberTemplate(format)
		if err != nil {
			return "", err
		}
		b, err := write(t, value)
		return string(b), err
	}
}

func charFloat(bits int) func(value, format string) (string, error) {
	return charNumber(func(t *NumberTemplate, value string) ([]byte, error) {
		v, err := strconv.ParseFloat(value, bits)
		if err != nil {
			return nil, err
		}
		return t.AppendFloat(nil, v, bits)
	})
}

// parseDecimal reads a decimal of at most 128 bits.
func parseDecimal(value string) (hi int64, lo uint64, scale int, err error) {
	whole, fraction, _ := strings.Cut(value, ".")
	n, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok {
		return 0, 0, 0, fmt.Errorf("%q is no decimal", value)
	}
	mask := new(big.Int).SetUint64(1<<64 - 1)
	lo = new(big.Int).And(n, mask).Uint64()
	return new(big.Int).Rsh(n, 64).Int64(), lo, len(fraction), nil
}

// oracle is a connection to a PostgreSQL of our own.
type oracle struct{ conn *pgconn.PgConn }

func startPostgreSQL(t *testing.T) oracle {
	t.Helper()
	pg, err := pgtest.Start(t.Context(), "timezone=UTC", "datestyle=ISO")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pg.Stop)
	conn, err := pgconn.Connect(t.Context(), pg.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	return oracle{conn}
}

// answer asks PostgreSQL, and writes its answer as testdata does.
func (o oracle) answer(t *testing.T, f function, value, format string) string {
	t.Helper()
	zone := "UTC"
	if f.name == "to_char_timestamptz" {
		at := strings.LastIndexByte(value, ' ')
		value, zone = value[:at], value[at+1:]
	}
	if _, err := o.conn.Exec(t.Context(), "SET timezone = '"+zone+"'").ReadAll(); err != nil {
		t.Fatal(err)
	}
	r := o.conn.ExecParams(t.Context(), "SELECT "+f.sql, [][]byte{[]byte(value), []byte(format)}, nil, nil, nil).Read()
	var e *pgconn.PgError
	if errors.As(r.Err, &e) {
		return formatAnswer("", &pgerror.Error{Code: pgerror.Code(e.Code), Message: strings.ToValidUTF8(e.Message, ""), Detail: e.Detail, Hint: e.Hint})
	}
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	if r.Rows[0][0] == nil {
		return "NULL"
	}
	return formatAnswer(string(r.Rows[0][0]), nil)
}
