package session

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones are known on machines without a zone database too
	"unicode"

	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// errBadValue makes check answer "invalid value for parameter" (22023).
var errBadValue = errors.New("bad value")

func oneOf(values ...string) func(string) (string, error) {
	return func(v string) (string, error) {
		if v = strings.ToLower(v); slices.Contains(values, v) {
			return v, nil
		}
		return "", errBadValue
	}
}

// only takes the spellings of the one value there is; another value that PostgreSQL has is a feature that is missing here.
func only(spellings ...string) func(string) (string, error) {
	return func(v string) (string, error) {
		if slices.Contains(spellings, strings.ToLower(v)) {
			return spellings[0], nil
		}
		return "", pgerror.Newf(pgerror.FeatureNotSupported, "only the value %q is supported, not %q", spellings[0], v)
	}
}

func checkBool(v string) (string, error) {
	switch strings.ToLower(v) {
	case "on", "true", "t", "yes", "y", "1", "tr", "tru", "ye":
		return "on", nil
	case "off", "of", "false", "f", "no", "n", "0", "fa", "fal", "fals":
		return "off", nil
	}
	return "", errBadValue
}

func checkInt(low, high int) func(string) (string, error) {
	return func(v string) (string, error) {
		n, err := strconv.Atoi(strings.TrimSpace(v))
		if err != nil {
			return "", errBadValue
		}
		if n < low || n > high {
			return "", pgerror.Newf(pgerror.InvalidParameterValue, "%d is outside the valid range for the parameter (%d .. %d)", n, low, high)
		}
		return strconv.Itoa(n), nil
	}
}

// checkName keeps an application's name printable, as PostgreSQL does.
func checkName(v string) (string, error) {
	out := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, v)
	return out[:min(len(out), 63)], nil
}

func checkEncoding(v string) (string, error) {
	switch strings.ToLower(strings.Trim(v, "'\"")) {
	case "utf8", "utf-8", "unicode", "auto":
		return "UTF8", nil
	}
	return "", pgerror.Newf(pgerror.FeatureNotSupported, "conversion between %s and UTF8 is not supported", v)
}

// dateStyles are the styles by PostgreSQL's spelling of them.
var dateStyles = map[string]pgenc.DateStyle{"ISO": pgenc.ISODates, "SQL": pgenc.SQLDates, "Postgres": pgenc.PostgresDates, "German": pgenc.GermanDates}

// intervalStyles likewise.
var intervalStyles = map[string]pgenc.IntervalStyle{
	"postgres": pgenc.PostgresIntervals, "postgres_verbose": pgenc.VerboseIntervals, "sql_standard": pgenc.SQLIntervals, "iso_8601": pgenc.ISOIntervals,
}

// checkDateStyle takes a style, an order, or both. What is left out is the default's.
func checkDateStyle(v string) (string, error) {
	style, order := "ISO", "MDY"
	for part := range strings.SplitSeq(v, ",") {
		switch p := strings.ToUpper(strings.TrimSpace(part)); p {
		case "DEFAULT":
		case "ISO", "SQL":
			style = p
		case "POSTGRES":
			style = "Postgres"
		case "GERMAN":
			style, order = "German", "DMY"
		case "MDY", "DMY", "YMD":
			order = p
		case "US", "NONEURO", "NONEUROPEAN":
			order = "MDY"
		case "EURO", "EUROPEAN":
			order = "DMY"
		default:
			return "", errBadValue
		}
	}
	return style + ", " + order, nil
}

func checkIsolation(v string) (string, error) {
	return oneOf("read committed", "read uncommitted", "repeatable read", "serializable")(v)
}

// durationUnits are those of PostgreSQL's time parameters; without one a number is milliseconds.
var durationUnits = []struct {
	name string
	unit time.Duration
}{
	{"us", time.Microsecond}, {"ms", time.Millisecond}, {"min", time.Minute}, {"s", time.Second}, {"h", time.Hour}, {"d", 24 * time.Hour},
}

func parseDuration(v string) (time.Duration, error) {
	text, unit := strings.TrimSpace(v), time.Millisecond
	for _, u := range durationUnits {
		if t, ok := strings.CutSuffix(text, u.name); ok {
			text, unit = strings.TrimSpace(t), u.unit
			break
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f < 0 || f*float64(unit) > float64(1<<31)*float64(time.Millisecond) {
		return 0, errBadValue
	}
	return time.Duration(f * float64(unit)).Round(time.Millisecond), nil
}

// checkDuration normalises as SHOW does: in the largest unit that divides it.
func checkDuration(v string) (string, error) {
	d, err := parseDuration(v)
	if err != nil {
		return "", err
	}
	for _, u := range []struct {
		name string
		unit time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"min", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}} {
		if d != 0 && d%u.unit == 0 {
			return strconv.FormatInt(int64(d/u.unit), 10) + u.name, nil
		}
	}
	return "0", nil
}

// memoryUnits are those of amounts of memory, in kilobytes.
var memoryUnits = []struct {
	name string
	size int64
}{{"TB", 1 << 30}, {"GB", 1 << 20}, {"MB", 1 << 10}, {"kB", 1}}

// parseMemory reads an amount of memory and returns kilobytes, which a number without a unit is.
func parseMemory(v string) (int64, error) {
	text, size := strings.TrimSpace(v), int64(1)
	for _, u := range memoryUnits {
		if t, ok := strings.CutSuffix(text, u.name); ok {
			text, size = strings.TrimSpace(t), u.size
			break
		}
	}
	const least, most = 64, 1<<31 - 1
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f*float64(size) < least || f*float64(size) > most {
		return 0, errBadValue
	}
	return int64(f*float64(size) + 0.5), nil
}

// checkMemory normalises as SHOW does: in the largest unit that divides it.
func checkMemory(v string) (string, error) {
	n, err := parseMemory(v)
	if err != nil {
		return "", err
	}
	i := 0
	for n%memoryUnits[i].size != 0 {
		i++
	}
	return strconv.FormatInt(n/memoryUnits[i].size, 10) + memoryUnits[i].name, nil
}

// inUnit returns a value as a number of the parameter's unit, as pg_settings has it.
func (p *parameter) inUnit(v string) string {
	switch p.unit {
	case "ms":
		if d, err := parseDuration(v); err == nil {
			return strconv.FormatInt(d.Milliseconds(), 10)
		}
	case "kB":
		if n, err := parseMemory(v); err == nil {
			return strconv.FormatInt(n, 10)
		}
	}
	return v
}

// location reads what PostgreSQL takes as a zone's name, in any case.
func location(name string) (*time.Location, error) {
	switch strings.ToLower(name) {
	case "utc", "gmt", "z", "zulu", "etc/utc":
		return time.UTC, nil
	case "local", "":
		return nil, errBadValue
	}
	if loc, err := time.LoadLocation(name); err == nil {
		return loc, nil
	}
	// europe/berlin, america/new_york: each word begins with a capital.
	pretty, start := []byte(strings.ToLower(name)), true
	for i, c := range pretty {
		if start && c >= 'a' && c <= 'z' {
			pretty[i] = c - 'a' + 'A'
		}
		start = c == '/' || c == '_'
	}
	return time.LoadLocation(string(pretty))
}

// checkZone takes a zone's name or, as SET TIME ZONE does, hours east of Greenwich.
func checkZone(v string) (string, error) {
	if h, err := strconv.Atoi(v); err == nil {
		switch {
		case h == 0:
			return "UTC", nil
		case h < -12 || h > 14:
			return "", errBadValue
		}
		return fmt.Sprintf("Etc/GMT%+d", -h), nil // Etc's zones count west
	}
	loc, err := location(v)
	if err != nil {
		return "", errBadValue
	}
	return loc.String(), nil
}

// workerPath turns a search_path into what a worker is told: quoted names with commas between. There are no schemas by
// user.
func workerPath(path string) string {
	list, err := sqltext.Split(path)
	if err != nil || len(list) != 1 {
		return ""
	}
	var out []string
	st := list[0]
	for i := range st.Tokens {
		name := st.Name(i)
		if name == "" && st.Tokens[i].Kind == sqltext.String {
			name, _ = st.Literal(i)
		}
		if name != "" && name != "$user" {
			out = append(out, `"`+strings.ReplaceAll(name, `"`, `""`)+`"`)
		}
	}
	return strings.Join(out, ",")
}
