package pgenc

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Literal returns the text that DuckDB reads as PostgreSQL reads the literal s as a value of the type; s itself where they
// agree. Where the value depends on the time of day it returns an expression instead. The type is in lower case, as it is
// written, without its modifiers.
//
// Errors are 22P02 and 22003 for what PostgreSQL would not take and DuckDB does.
func Literal(typ, s string) (text, expression string, err error) {
	trimmed := trim([]byte(s))
	switch typ {
	case "bool", "boolean":
		v, ok := parseBool(trimmed)
		if !ok {
			return "", "", errSyntax("boolean", s)
		}
		return strconv.FormatBool(v), "", nil
	case "int2", "smallint":
		return integer(OIDInt2, trimmed, s)
	case "int", "int4", "integer":
		return integer(OIDInt4, trimmed, s)
	case "int8", "bigint":
		return integer(OIDInt8, trimmed, s)
	case "float4", "real", "float8", "double", "float":
		oid := OIDFloat8
		if typ == "float4" || typ == "real" {
			oid = OIDFloat4
		}
		if _, err := parseFloat(trimmed, oid); err != nil {
			return "", "", err
		}
	case "bytea":
		b, err := parseBytea(s)
		if err != nil {
			return "", "", err
		}
		var out strings.Builder
		for _, c := range b {
			fmt.Fprintf(&out, `\x%02X`, c)
		}
		return out.String(), "", nil
	case "interval":
		if months, days, micros, ok := parseAnyInterval(trimmed); ok {
			return fmt.Sprintf("%d months %d days %d microseconds", months, days, micros), "", nil
		}
	case "date", "timestamp", "timestamptz", "time":
		if e := moments[typ+" "+strings.ToLower(trimmed)]; e != "" {
			return "", e, nil
		}
		if text, ok := readMoment(typ, trimmed); ok {
			return text, "", nil
		}
	}
	return s, "", nil
}

func integer(oid OID, trimmed, s string) (string, string, error) {
	bits, name := intSize(oid)
	n, err := strconv.ParseInt(trimmed, 10, bits)
	if err != nil {
		return "", "", numberError(err, name, s)
	}
	return strconv.FormatInt(n, 10), "", nil
}

// moments are words for moments, by type.
var moments = map[string]string{
	"date today": "current_date", "date now": "current_date", "date tomorrow": "(current_date + 1)", "date yesterday": "(current_date - 1)",
	"timestamp now": "now()", "timestamp today": "current_date", "timestamp tomorrow": "(current_date + 1)", "timestamp yesterday": "(current_date - 1)",
	"timestamptz now": "now()", "timestamptz today": "current_date", "timestamptz tomorrow": "(current_date + 1)", "timestamptz yesterday": "(current_date - 1)",
}

// readMoment reads the forms of dates and times that DuckDB does not, and writes them in ISO's: a month's name, 20240229,
// 02/03/2024 (month first), 1:02 PM, an offset without seconds before it, more than six digits of a second. ok is false for
// what it need not, or can't, read.
func readMoment(typ, s string) (text string, ok bool) {
	m := moment{}
	for _, word := range words(s) {
		if !m.take(word) {
			return "", false
		}
	}
	if typ == "time" {
		return m.clock(), m.hasTime && !m.hasDate() && m.carry() == 0
	}
	if !m.hasDate() {
		return "", false
	}
	day, err := time.Parse("2006-1-2", fmt.Sprintf("%04d-%d-%d", m.year, m.month, m.day))
	if err != nil {
		return "", false
	}
	text = day.AddDate(0, 0, m.carry()).Format("2006-01-02")
	if typ == "date" {
		return text, true
	}
	text += " " + m.clock()
	if typ == "timestamptz" {
		text += m.zone
	}
	return text, true
}

// moment is what has been read of a date and a time.
type moment struct {
	year, month, day     int
	hour, minute, second int
	micros               int
	hasTime              bool
	zone                 string
}

func (m *moment) hasDate() bool { return m.year > 0 && m.month > 0 && m.day > 0 }

// carry is 1 when the time, rounded, is the next day's first moment.
func (m *moment) carry() int {
	if m.hour == 24 {
		return 1
	}
	return 0
}

func (m *moment) clock() string {
	return fmt.Sprintf("%02d:%02d:%02d.%06d", m.hour%24, m.minute, m.second, m.micros)
}

// words divides at blanks, commas, and the T of ISO 8601.
func words(s string) []string {
	if len(s) > 10 && (s[10] == 'T' || s[10] == 't') {
		s = s[:10] + " " + s[11:]
	}
	return strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == ',' })
}

func (m *moment) take(word string) bool {
	digits := strings.Count(word, "") - 1
	number, err := strconv.Atoi(word)
	switch {
	case strings.Contains(word, ":"):
		return m.takeClock(word)
	case strings.EqualFold(word, "am"), strings.EqualFold(word, "pm"):
		if !m.hasTime || m.hour < 1 || m.hour > 12 {
			return false
		}
		m.hour %= 12
		if strings.EqualFold(word, "pm") {
			m.hour += 12
		}
		return true
	case strings.EqualFold(word, "z"), strings.EqualFold(word, "utc"), strings.EqualFold(word, "gmt"):
		m.zone = "+00"
		return m.hasTime
	case err == nil && digits == 8 && word[0] != '-' && word[0] != '+': // 20240229
		m.year, m.month, m.day = number/10000, number/100%100, number%100
		return true
	case err == nil && digits == 6 && !m.hasTime && word[0] != '-' && word[0] != '+': // 123456
		m.hour, m.minute, m.second, m.hasTime = number/10000, number/100%100, number%100, true
		return m.hour < 24 && m.minute < 60 && m.second < 60
	case err == nil && m.month > 0 && number > 0 && word[0] != '+': // of a date with a month's name
		if m.day == 0 && number <= 31 {
			m.day = number
		} else if m.year == 0 && digits == 4 {
			m.year = number
		} else {
			return false
		}
		return true
	case err == nil && number > 0 && number <= 31 && m.day == 0 && word[0] != '+':
		m.day = number
		return true
	case m.hasTime && (word[0] == '+' || word[0] == '-'):
		m.zone = word
		return true
	}
	if month := monthNamed(word); month > 0 && m.month == 0 {
		m.month = month
		return true
	}
	return m.takeDate(word)
}

func monthNamed(word string) int {
	word = strings.ToLower(strings.TrimSuffix(word, "."))
	for i := time.January; i <= time.December && len(word) >= 3; i++ {
		name := strings.ToLower(i.String())
		if name == word || name[:3] == word || word == "sept" && i == time.September {
			return int(i)
		}
	}
	return 0
}

// takeDate reads 2024-02-29, 2024/2/29 and 02/29/2024.
func (m *moment) takeDate(word string) bool {
	p := strings.FieldsFunc(word, func(r rune) bool { return r == '-' || r == '/' || r == '.' })
	if len(p) != 3 || m.hasDate() || strings.Trim(word, "0123456789-/.") != "" || word[0] == '-' {
		if len(p) == 3 && monthNamed(p[1]) > 0 { // 29-Feb-2024
			p[1] = strconv.Itoa(monthNamed(p[1]))
			p = []string{p[2], p[1], p[0]}
			if len(p[0]) != 4 {
				return false
			}
		} else {
			return false
		}
	} else if len(p[0]) <= 2 && len(p[2]) == 4 {
		p = []string{p[2], p[0], p[1]}
	}
	if len(p[0]) != 4 {
		return false
	}
	var err [3]error
	m.year, err[0] = strconv.Atoi(p[0])
	m.month, err[1] = strconv.Atoi(p[1])
	m.day, err[2] = strconv.Atoi(p[2])
	return err[0] == nil && err[1] == nil && err[2] == nil
}

// takeClock reads H:MM[:SS[.ffffff…]][±offset|Z].
func (m *moment) takeClock(word string) bool {
	if i := strings.LastIndexAny(word, "+-"); i > 0 {
		word, m.zone = word[:i], word[i:]
	} else if last := word[len(word)-1]; last == 'Z' || last == 'z' {
		word, m.zone = word[:len(word)-1], "+00"
	}
	lower := strings.ToLower(word)
	half := ""
	if strings.HasSuffix(lower, "am") || strings.HasSuffix(lower, "pm") {
		half, word = lower[len(lower)-2:], word[:len(word)-2]
	}
	p := strings.Split(word, ":")
	if len(p) < 2 || len(p) > 3 || m.hasTime {
		return false
	}
	seconds, fraction, _ := strings.Cut(append(p, "0")[2], ".")
	var values [3]int
	for i, most := range []uint64{24, 59, 59} {
		n, err := strconv.ParseUint([]string{p[0], p[1], seconds}[i], 10, 8)
		if err != nil || n > most {
			return false
		}
		values[i] = int(n)
	}
	m.hour, m.minute, m.second, m.hasTime = values[0], values[1], values[2], true
	if fraction != "" {
		f, err := strconv.ParseFloat("0."+fraction, 64)
		if err != nil || strings.Trim(fraction, "0123456789") != "" {
			return false
		}
		m.micros = int(f*1e6 + 0.5)
	}
	if m.hour == 24 && (m.minute != 0 || m.second != 0 || m.micros != 0) {
		return false
	}
	if m.micros == 1e6 { // rounded up
		total := m.hour*3600 + m.minute*60 + m.second + 1
		m.hour, m.minute, m.second, m.micros = total/3600, total/60%60, total%60, 0
	}
	return half == "" || m.take(half)
}

// parseAnyInterval reads every form of PostgreSQL's: verbose, with a time, ISO 8601, and that of the SQL standard.
func parseAnyInterval(s string) (months, days int32, micros int64, ok bool) {
	if strings.HasPrefix(s, "P") {
		return parseISOInterval(s)
	}
	var total intervalSum
	f := strings.Fields(strings.ToLower(strings.TrimPrefix(s, "@ ")))
	ago := len(f) > 1 && f[len(f)-1] == "ago"
	if ago {
		f = f[:len(f)-1]
	}
	for i := 0; i < len(f); i++ {
		word := f[i]
		if (word == "-" || word == "+") && i+1 < len(f) && !strings.ContainsAny(f[i+1][:1], "+-") { // a sign stands by itself
			i++
			word += f[i]
		}
		if strings.Contains(word, ":") {
			us, ok := parseClock(word)
			if !ok {
				return 0, 0, 0, false
			}
			total.micros += float64(us)
			continue
		}
		split := strings.IndexFunc(word, func(r rune) bool { return r >= 'a' && r <= 'z' }) // 3days
		name := ""
		if split > 0 {
			word, name = word[:split], word[split:]
		}
		if y, m, found := strings.Cut(strings.TrimLeft(word, "+-"), "-"); found && name == "" { // years-months
			years, err1 := strconv.ParseInt(y, 10, 16)
			count, err2 := strconv.ParseInt(m, 10, 16)
			if err1 != nil || err2 != nil || count > 11 {
				return 0, 0, 0, false
			}
			sign := 1.0
			if word[0] == '-' {
				sign = -1
			}
			total.months += sign * float64(years*12+count)
			continue
		}
		n, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return 0, 0, 0, false
		}
		switch {
		case name != "":
		case i+1 < len(f) && strings.Contains(f[i+1], ":"): // days before a time
			name = "days"
		case i+1 == len(f):
			name = "seconds"
		default:
			i++
			name = f[i]
		}
		if !total.add(n, name) {
			return 0, 0, 0, false
		}
	}
	if ago {
		total.months, total.days, total.micros = -total.months, -total.days, -total.micros
	}
	return total.result(len(f) > 0)
}

// intervalSum adds up an interval. What is a part of a month goes to days, and of a day to the time, as in PostgreSQL. Its sums
// are whole; as floats, what is past the bounds of an interval can still be seen at the end.
type intervalSum struct {
	months, days, micros float64
}

func (t *intervalSum) add(n float64, name string) bool {
	u, known := units[name]
	switch {
	case name == "decade" || name == "decades":
		t.months += n * 120
	case name == "century" || name == "centuries":
		t.months += n * 1200
	case name == "millisecond" || name == "milliseconds" || name == "ms":
		t.micros += math.Trunc(n * 1e3)
	case name == "microsecond" || name == "microseconds" || name == "us":
		t.micros += math.Trunc(n)
	case !known:
		return false
	case u.months == 1:
		t.months += math.Trunc(n)
		t.addDays((n - math.Trunc(n)) * 30)
	case u.months > 0:
		t.months += math.Trunc(n * float64(u.months))
	case u.days > 0:
		t.addDays(n * float64(u.days))
	default:
		t.micros += math.Round(n * float64(u.micros))
	}
	return true
}

func (t *intervalSum) addDays(n float64) {
	t.days += math.Trunc(n)
	t.micros += math.Trunc((n - math.Trunc(n)) * 86400e6)
}

// result returns the sums; ok is false where one is past its bounds, or past what a float keeps whole.
func (t *intervalSum) result(ok bool) (months, days int32, micros int64, _ bool) {
	const most, mostMicros = 1 << 31, 1 << 53
	ok = ok && math.Abs(t.months) < most && math.Abs(t.days) < most && math.Abs(t.micros) < mostMicros
	if !ok {
		return 0, 0, 0, false
	}
	return int32(t.months), int32(t.days), int64(t.micros), true
}

// parseISOInterval reads P1Y2M3DT4H5M6S.
func parseISOInterval(s string) (int32, int32, int64, bool) {
	date := map[byte]string{'Y': "years", 'M': "months", 'W': "weeks", 'D': "days"}
	clock := map[byte]string{'H': "hours", 'M': "minutes", 'S': "seconds"}
	var total intervalSum
	names, start, any := date, 1, false
	for i := 1; i < len(s); i++ {
		c := s[i]
		switch {
		case c == 'T' && start == i:
			names, start = clock, i+1
		case c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+':
		default:
			n, err := strconv.ParseFloat(s[start:i], 64)
			if err != nil || names[c] == "" || !total.add(n, names[c]) {
				return 0, 0, 0, false
			}
			start, any = i+1, true
		}
	}
	return total.result(any && start == len(s))
}
