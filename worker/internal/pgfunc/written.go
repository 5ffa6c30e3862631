package pgfunc

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// written writes a value as PostgreSQL does: from DuckDB's text of it, and its type in DuckDB. It is called for the types
// whose texts differ.
func written(a []Value) (Value, error) {
	s, typ := a[0].Text, a[1].Text
	switch {
	case strings.HasSuffix(typ, "vector[]"): // of numbers: [1, 2]
		return text(strings.ReplaceAll(strings.Trim(s, "[]"), ",", "")), nil
	case strings.HasSuffix(typ, "]"):
		return list(s, typ)
	}
	out, err := scalar(s, typ)
	return text(out), err
}

func scalar(s, typ string) (string, error) {
	switch typ {
	case "DOUBLE", "FLOAT":
		return float(s), nil
	case "BLOB":
		return blob(s)
	case "INTERVAL":
		i, err := parseInterval(s)
		return i.String(), err
	}
	return s, nil
}

func float(s string) string {
	switch s {
	case "inf":
		return "Infinity"
	case "-inf":
		return "-Infinity"
	case "nan", "-nan":
		return "NaN"
	}
	return strings.TrimSuffix(s, ".0")
}

// blob reads DuckDB's text of bytes, in which what is no printable character stands as \xNN, and writes them in hexadecimal.
func blob(s string) (string, error) {
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b = append(b, s[i])
			continue
		}
		if i+4 > len(s) || s[i+1] != 'x' {
			return "", malformed("BLOB", s)
		}
		v, err := strconv.ParseUint(s[i+2:i+4], 16, 8)
		if err != nil {
			return "", malformed("BLOB", s)
		}
		b = append(b, byte(v))
		i += 3
	}
	return `\x` + hex.EncodeToString(b), nil
}

func escapeBytes(a []Value) (Value, error) {
	b, err := hex.DecodeString(a[0].Text)
	if err != nil {
		return Value{}, malformed("BLOB", a[0].Text)
	}
	var out strings.Builder
	for _, c := range b {
		switch {
		case c == '\\':
			out.WriteString(`\\`)
		case c == 0 || c >= 0x80:
			fmt.Fprintf(&out, `\%03o`, c)
		default:
			out.WriteByte(c)
		}
	}
	return text(out.String()), nil
}

func unescapeBytes(a []Value) (Value, error) {
	s := a[0].Text
	var b []byte
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\':
			b = append(b, s[i])
		case i+1 < len(s) && s[i+1] == '\\':
			b = append(b, '\\')
			i++
		default:
			v, err := strconv.ParseUint(s[min(i+1, len(s)):min(i+4, len(s))], 8, 8)
			if err != nil || i+4 > len(s) {
				return Value{}, pgerror.New(pgerror.InvalidTextRepresentation, "invalid input syntax for type bytea")
			}
			b = append(b, byte(v))
			i += 3
		}
	}
	return text(hex.EncodeToString(b)), nil
}

func malformed(typ, s string) error {
	return pgerror.Newf(pgerror.InternalError, "unexpected text of a value of type %s: %q", typ, s)
}

// interval is a value of type INTERVAL.
type interval struct {
	months, days, micros int64
}

// parseInterval reads DuckDB's text: [N year[s]] [N month[s]] [N day[s]] [[-]HH:MM:SS[.ffffff]].
func parseInterval(s string) (interval, error) {
	var out interval
	f := strings.Fields(s)
	for i := 0; i < len(f); i++ {
		if strings.Contains(f[i], ":") {
			clock, negative := strings.CutPrefix(f[i], "-")
			parts := strings.Split(clock, ":")
			if len(parts) != 3 {
				return out, malformed("INTERVAL", s)
			}
			hours, err1 := strconv.ParseInt(parts[0], 10, 64)
			minutes, err2 := strconv.ParseInt(parts[1], 10, 64)
			seconds, fraction, _ := strings.Cut(parts[2], ".")
			whole, err3 := strconv.ParseInt(seconds, 10, 64)
			rest, err4 := strconv.ParseInt((fraction + "000000")[:6], 10, 64)
			if err1 != nil || err2 != nil || err3 != nil || err4 != nil {
				return out, malformed("INTERVAL", s)
			}
			out.micros = ((hours*60+minutes)*60+whole)*1e6 + rest
			if negative {
				out.micros = -out.micros
			}
			continue
		}
		n, err := strconv.ParseInt(f[i], 10, 64)
		if i++; err != nil || i == len(f) {
			return out, malformed("INTERVAL", s)
		}
		switch strings.TrimSuffix(f[i], "s") {
		case "year":
			out.months += 12 * n
		case "month":
			out.months += n
		case "day":
			out.days += n
		default:
			return out, malformed("INTERVAL", s)
		}
	}
	return out, nil
}

// IntervalText writes an interval in IntervalStyle postgres: a part behind a negative one has its sign.
func IntervalText(months, days, micros int64) string { return interval{months, days, micros}.String() }

// String is IntervalText.
func (i interval) String() string {
	var parts []string
	negative := false
	unit := func(n int64, name string) {
		if n == 0 {
			return
		}
		sign, plural := "", "s"
		if negative && n > 0 {
			sign = "+"
		}
		if n == 1 {
			plural = ""
		}
		parts = append(parts, fmt.Sprintf("%s%d %s%s", sign, n, name, plural))
		negative = n < 0
	}
	unit(i.months/12, "year")
	unit(i.months%12, "mon")
	unit(i.days, "day")
	if i.micros != 0 || len(parts) == 0 {
		sign, us := "", i.micros
		if us < 0 {
			sign, us = "-", -us
		} else if negative {
			sign = "+"
		}
		parts = append(parts, sign+ClockText(us))
	}
	return strings.Join(parts, " ")
}

// ClockText writes microseconds, 0 or more, as HH:MM:SS[.ffffff].
func ClockText(us int64) string {
	text := fmt.Sprintf("%02d:%02d:%02d", us/3600e6, us/60e6%60, us/1e6%60)
	if fraction := us % 1e6; fraction != 0 {
		text += "." + strings.TrimRight(fmt.Sprintf("%06d", fraction), "0")
	}
	return text
}

// list reads DuckDB's text of a list, [a, 'b c', NULL, [d]], and writes it as an array: {a,"b c",NULL,{d}}.
func list(s, typ string) (Value, error) {
	base, _, _ := strings.Cut(typ, "[")
	var b strings.Builder
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '[':
			b.WriteByte('{')
			i++
		case c == ']':
			b.WriteByte('}')
			i++
		case c == ',':
			b.WriteByte(',')
			if i++; i < len(s) && s[i] == ' ' {
				i++
			}
		case c == '\'':
			value, n, ok := quoted(s[i:])
			if !ok {
				return Value{}, malformed(typ, s)
			}
			i += n
			if err := element(&b, value, base); err != nil {
				return Value{}, err
			}
		default:
			end := strings.IndexAny(s[i:], ",]")
			if end < 0 {
				return Value{}, malformed(typ, s)
			}
			value := s[i : i+end]
			i += end
			if value == "NULL" {
				b.WriteString(value)
			} else if err := element(&b, value, base); err != nil {
				return Value{}, err
			}
		}
	}
	return text(b.String()), nil
}

// quoted reads a text in single quotes, with backslashes before quotes and backslashes, and returns its length as it stands.
func quoted(s string) (value string, n int, ok bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\'':
			return b.String(), i + 1, true
		case '\\':
			if i++; i == len(s) {
				return "", 0, false
			}
		}
		b.WriteByte(s[i])
	}
	return "", 0, false
}

func element(b *strings.Builder, s, typ string) error {
	if typ == "BOOLEAN" && s != "" {
		s = s[:1]
	}
	s, err := scalar(s, typ)
	if err != nil {
		return err
	}
	if s != "" && !strings.EqualFold(s, "null") && !strings.ContainsAny(s, "{}\",\\ \t\n\r\v\f") {
		b.WriteString(s)
		return nil
	}
	b.WriteByte('"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	b.WriteByte('"')
	return nil
}
