package pgformat

import (
	"flag"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

var (
	random = flag.Int("random", 0, "compare so many random cases of each function with a PostgreSQL 15")
	seed   = flag.Uint64("seed", 1, "of -random")
)

// Beyond the goldens: with -random, values and templates that nobody would write get the answer of a real PostgreSQL.
func TestRandomCasesAreAnsweredAsByPostgreSQL(t *testing.T) {
	if *random == 0 {
		t.Skip("runs with -random N, which starts a PostgreSQL")
	}
	pg := startPostgreSQL(t)
	for _, f := range functions {
		t.Run(f.name, func(t *testing.T) {
			g := generator{rand.New(rand.NewPCG(*seed, 0))}
			differ := 0
			for range *random {
				value, format := g.pair(f.name)
				if (f.name == "to_date" || f.name == "to_timestamp") && strings.ContainsAny(format, "Jj") && strings.Contains(value, "-") {
					continue // negative Julian days: see differences
				}
				got, want := answerOf(f, value, format), pg.answer(t, f, value, format)
				if got != want {
					if differ++; differ <= 25 {
						t.Errorf("%q %q\n      got %s\nPostgreSQL %s", value, format, got, want)
					}
				}
			}
			t.Logf("%d of %d differ", differ, *random)
		})
	}
}

type generator struct{ *rand.Rand }

func (g generator) pick(list ...string) string { return list[g.IntN(len(list))] }

// pair returns a value and a format for a function.
func (g generator) pair(name string) (value, format string) {
	switch name {
	case "to_char_timestamp":
		return g.timestamp(), g.dateFormat()
	case "to_char_timestamptz":
		return g.timestamp() + " " + g.pick("UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "America/Sao_Paulo"), g.dateFormat()
	case "to_char_interval":
		// Not so far that PostgreSQL's Julian days wrap around: see differences.
		n := func(bits int) string {
			half := int64(1) << g.IntN(bits)
			return strconv.FormatInt(g.Int64N(2*half)-half, 10)
		}
		return n(24) + " months " + n(26) + " days " + n(62) + " microseconds", g.dateFormat()
	case "to_char_int4":
		return strconv.FormatInt(int64(int32(g.Uint32()))>>g.IntN(32), 10), g.numberFormat()
	case "to_char_int8":
		return strconv.FormatInt(int64(g.Uint64())>>g.IntN(64), 10), g.numberFormat()
	case "to_char_numeric":
		return g.decimal(), g.numberFormat()
	case "to_char_float4", "to_char_float8":
		if g.IntN(4) == 0 {
			return g.pick("NaN", "Infinity", "-Infinity", "-0", "1e30", "1.5e-7", "-9.9999e9", "3.4e38", "123456789e12", "1e-37", "0.1", "999999.5", "999999999999999.5"), g.numberFormat()
		}
		return g.decimal(), g.numberFormat()
	case "to_number":
		return g.numberText(), g.numberFormat()
	}
	return g.dateText()
}

func (g generator) timestamp() string {
	year := 1 + g.IntN([]int{3000, 120, 300000}[g.IntN(3)])
	suffix := ""
	if g.IntN(4) == 0 && year < 4000 {
		suffix = " BC"
	} else if year > 290000 {
		year = 2024
	}
	pad := func(n, width int) string {
		s := strconv.Itoa(n)
		return strings.Repeat("0", max(0, width-len(s))) + s
	}
	fraction := ""
	if g.IntN(2) == 0 {
		fraction = "." + pad(g.IntN(1000000), 6)
	}
	return pad(year, 4) + "-" + pad(1+g.IntN(12), 2) + "-" + pad(1+g.IntN(28), 2) + " " + pad(g.IntN(24), 2) + ":" + pad(g.IntN(60), 2) + ":" + pad(g.IntN(60), 2) + fraction + suffix
}

func (g generator) dateFormat() string {
	var b strings.Builder
	for range 1 + g.IntN(6) {
		switch g.IntN(12) {
		case 0:
			b.WriteString(g.pick("-", "/", " ", ":", ".", `"text"`, `\"`, `\\`, "é", "x", "TH", "FM", `"a\"b`, "T", "SP", "1"))
			continue
		case 1, 2:
			b.WriteString(g.pick("FM", "TM", "fm", "FX", "tm"))
		}
		name := spellings[g.IntN(len(spellings))].name
		switch g.IntN(6) {
		case 0:
			name = strings.ToLower(name)
		case 1:
			name = name[:1] + strings.ToLower(name[1:])
		}
		b.WriteString(name)
		if g.IntN(5) == 0 {
			b.WriteString(g.pick("TH", "th", "SP", "Th"))
		}
		if g.IntN(2) == 0 {
			b.WriteString(g.pick(" ", "-", "/", "", ","))
		}
	}
	return b.String()
}

func (g generator) decimal() string {
	s := strconv.FormatUint(g.Uint64()>>g.IntN(64), 10)
	if g.IntN(5) == 0 {
		s += strconv.FormatUint(g.Uint64()>>4, 10)
		s = s[:min(len(s), 34)]
	}
	if n := g.IntN(len(s) + 4); g.IntN(3) > 0 {
		s = strings.Repeat("0", max(0, n-len(s)+1)) + s
		s = s[:len(s)-n] + "." + s[len(s)-n:]
		s = strings.TrimSuffix(s, ".")
	}
	if g.IntN(8) == 0 {
		s = g.pick("0", "0.5", "0.05", "9.99", "99.95", "1.00", "10", "0.0", "0.999")
	}
	if g.IntN(3) == 0 {
		s = "-" + s
	}
	return s
}

func (g generator) numberFormat() string {
	var b strings.Builder
	if g.IntN(4) == 0 {
		b.WriteString(g.pick("FM", "S", "MI", "SG", "PL", "FM", "FMS", "FMSG"))
	}
	digits := g.pick("999", "900", "099", "990", "9", "0", "", "99,999", "9,999,990", "999999999999", "9G999", "90909", strings.Repeat("9", 40), "0999999")
	b.WriteString(digits)
	switch g.IntN(4) {
	case 0, 1:
		b.WriteString(g.pick(".99", ".00", "D9", ".90", ".", ".099", "D", ".999999", "."+strings.Repeat("9", 40), ".99"+strings.Repeat("0", 20)))
	case 2:
		b.WriteString(g.pick("V9", "V99", "V", "V90"))
	}
	switch g.IntN(3) {
	case 0:
		b.WriteString(g.pick("S", "MI", "PL", "SG", "PR", "TH", "th", "EEEE", "L", "RN", "rn"))
	case 1:
		if g.IntN(4) > 0 {
			break
		}
		for range 1 + g.IntN(3) {
			p := numberPatterns[g.IntN(len(numberPatterns))].name
			if g.IntN(4) == 0 {
				p = g.pick("x", `"9"`, `\"`, "é", " ", strings.ToLower(p))
			}
			s := b.String()
			at := g.IntN(len(s) + 1)
			b.Reset()
			b.WriteString(s[:at] + p + s[at:])
		}
	}
	return strings.ToValidUTF8(b.String(), "")
}

func (g generator) numberText() string {
	s := g.decimal()
	if g.IntN(3) == 0 {
		for range 1 + g.IntN(3) {
			at := g.IntN(len(s) + 1)
			s = s[:at] + g.pick(" ", ",", "-", "+", ".", "<", ">", "$", "x", "5", "th", "  ", "0") + s[at:]
		}
	}
	return s
}

// dateText returns a text that mostly fits its format, and sometimes does not.
func (g generator) dateText() (value, format string) {
	format = g.pick(
		"YYYY-MM-DD", "YYYY MM DD HH24:MI:SS", "YYYYMMDD", "DD Mon YYYY", "FMMonth DD, YYYY", "YYYY-DDD", "IYYY-IW-ID", "IYYYIWID",
		"YY-MM-DD", "YYY MM", "Y MM", "CC YY", "CC", "J", "YYYY MM W", "YYYY WW", "HH12:MI AM", "HH:MI:SS PM", "YYYY-MM-DD BC",
		"SS.MS", "SS.US", "SS FF3", "SSSSS", "YYYY-MM-DD HH24:MI TZH:TZM", "YYYY-MM-DD HH24 TZH", "Y,YYY MM", "DDTH Month YYYY",
		"RM YYYY", "FXYYYY-MM-DD", "FXYYYY MON", "DAY DD MM YYYY", "Dy, DD Mon YYYY", "Q YYYY", "IYYY IDDD", "FMDD/FMMM/YYYY", "CC YYYY MM DD", "CC FMYY", "FMY,YYY", "FXY,YYY-MM", "FMIYYY FMIW", "FMJ", "FMDDD YYYY", "FMW MM YYYY", "FMYYY", "FMFF3 FF6", "FMTZH", "FMWW YYYY",
		`YYYY"year"MM`, "YYYY//MM", "MM DD", "DD", "HH24MISS", "SSFF6", "a.d. YYYY", "YYYY p.m. HH")
	if g.IntN(3) == 0 {
		format = g.dateFormat()
	}
	t := g.timestamp()
	if g.IntN(3) > 0 {
		t = "2" + t[1:]
	}
	micros, err := parseTimestamp(t)
	if err != nil {
		panic(err)
	}
	value, _ = charTimestamp(format, micros, Zone{Abbreviation: "CET", Offset: int32(g.IntN(30)-15) * 1800})
	for g.IntN(3) == 0 && value != "" {
		at := g.IntN(len(value))
		switch g.IntN(3) {
		case 0:
			value = value[:at] + g.pick(" ", "-", "/", "  ", "1", "0", "x", "9", "+", "-1", "\t", "99999", "2147483647", "21474836", "4294967296") + value[at:]
		case 1:
			value = value[:at] + value[at+1:]
		case 2:
			value = value[:at] + g.pick("0", "9", "3", " ", "-", "a") + value[at+1:]
		}
	}
	return strings.ToValidUTF8(value, ""), format
}
