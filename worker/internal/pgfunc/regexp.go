package pgfunc

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/angelerator/tavana/internal/pgerror"
)

// regexps are PostgreSQL's functions of regular expressions. Their arguments are texts: source, pattern, …, flags.
var regexps = []Function{
	{"tavana_regexp_test", []int{0, 0, 0}, 0, func(a []Value) (Value, error) {
		re, _, err := compile(a[1].Text, a[2].Text, false)
		if err != nil {
			return Value{}, err
		}
		return text(strconv.FormatBool(re.MatchString(a[0].Text))), nil
	}},
	{"tavana_regexp_match", []int{0, 0, 0}, 1, func(a []Value) (Value, error) {
		re, _, err := compile(a[1].Text, a[2].Text, false)
		if err != nil {
			return Value{}, err
		}
		m := re.FindStringSubmatchIndex(a[0].Text)
		if m == nil {
			return Value{Null: true}, nil
		}
		return groups(a[0].Text, m), nil
	}},
	// all matches with the flag g, or the first
	{"tavana_regexp_matches", []int{0, 0, 0}, 2, func(a []Value) (Value, error) {
		re, global, err := compile(a[1].Text, a[2].Text, true)
		if err != nil {
			return Value{}, err
		}
		most := 1
		if global {
			most = -1
		}
		out := Value{List: []Value{}}
		for _, m := range re.FindAllStringSubmatchIndex(a[0].Text, most) {
			out.List = append(out.List, groups(a[0].Text, m))
		}
		return out, nil
	}},
	{"tavana_regexp_split", []int{0, 0, 0}, 1, func(a []Value) (Value, error) {
		re, _, err := compile(a[1].Text, a[2].Text, false)
		if err != nil {
			return Value{}, err
		}
		return split(re, a[0].Text), nil
	}},
	// source, pattern, replacement, start, N, flags; N is "" for what the flags say
	{"tavana_regexp_replace", []int{0, 0, 0, 0, 0, 0}, 0, regexpReplace},
	// source, pattern, start, N, endoption, flags, subexpression
	{"tavana_regexp_instr", []int{0, 0, 0, 0, 0, 0, 0}, 0, func(a []Value) (Value, error) {
		m, err := nth(a[0].Text, a[1].Text, a[2].Text, a[3].Text, a[5].Text, a[6].Text)
		if err != nil || m[0] < 0 {
			return text("0"), err
		}
		at := m[0]
		if a[4].Text == "1" {
			at = m[1]
		}
		return text(strconv.Itoa(utf8.RuneCountInString(a[0].Text[:at]) + 1)), nil
	}},
	// source, pattern, start, N, flags, subexpression
	{"tavana_regexp_substr", []int{0, 0, 0, 0, 0, 0}, 0, func(a []Value) (Value, error) {
		m, err := nth(a[0].Text, a[1].Text, a[2].Text, a[3].Text, a[4].Text, a[5].Text)
		if err != nil || m[0] < 0 {
			return Value{Null: true}, err
		}
		return text(a[0].Text[m[0]:m[1]]), nil
	}},
	// source, pattern, start, flags
	{"tavana_regexp_count", []int{0, 0, 0, 0}, 0, func(a []Value) (Value, error) {
		re, _, err := compile(a[1].Text, a[3].Text, false)
		if err != nil {
			return Value{}, err
		}
		from, err := start(a[0].Text, a[2].Text)
		if err != nil {
			return Value{}, err
		}
		return text(strconv.Itoa(len(re.FindAllStringIndex(a[0].Text[from:], -1)))), nil
	}},
}

// groups returns what the parentheses of a match took, or the whole match where there are none.
func groups(s string, m []int) Value {
	if len(m) > 2 {
		m = m[2:]
	}
	var out Value
	for i := 0; i < len(m); i += 2 {
		if m[i] < 0 {
			out.List = append(out.List, Value{Null: true})
		} else {
			out.List = append(out.List, text(s[m[i]:m[i+1]]))
		}
	}
	return out
}

// split divides s at the matches. An empty match at its beginning, its end, or behind another match divides nothing.
func split(re *regexp.Regexp, s string) Value {
	var out Value
	last := 0
	for _, m := range re.FindAllStringIndex(s, -1) {
		if m[0] == m[1] && (m[0] == len(s) || m[0] == last) {
			continue
		}
		out.List = append(out.List, text(s[last:m[0]]))
		last = m[1]
	}
	out.List = append(out.List, text(s[last:]))
	return out
}

func regexpReplace(a []Value) (Value, error) {
	s, n := a[0].Text, -1
	re, global, err := compile(a[1].Text, a[5].Text, true)
	if err != nil {
		return Value{}, err
	}
	from, err := start(s, a[3].Text)
	if err != nil {
		return Value{}, err
	}
	if a[4].Text != "" {
		if n, err = strconv.Atoi(a[4].Text); err != nil || n < 0 {
			return Value{}, pgerror.Newf(pgerror.InvalidParameterValue, "invalid value for parameter %q: %s", "n", a[4].Text)
		}
	} else if !global {
		n = 1
	}
	var out strings.Builder
	out.WriteString(s[:from])
	last := from
	for i, m := range re.FindAllStringSubmatchIndex(s[from:], -1) {
		if n > 0 && i+1 != n {
			continue
		}
		for j := range m {
			m[j] += from // of a group that took nothing, to below from
		}
		out.WriteString(s[last:m[0]])
		replacement(&out, s, a[2].Text, m, from)
		last = m[1]
	}
	out.WriteString(s[last:])
	return text(out.String()), nil
}

// replacement writes r with \1 to \9 and \& put in.
func replacement(out *strings.Builder, s, r string, m []int, from int) {
	for i := 0; i < len(r); i++ {
		if r[i] != '\\' || i+1 == len(r) {
			out.WriteByte(r[i])
			continue
		}
		i++
		g := -1
		switch c := r[i]; {
		case c == '&':
			g = 0
		case c >= '1' && c <= '9':
			g = int(c - '0')
		case c == '\\':
			out.WriteByte('\\')
		default:
			out.WriteByte('\\')
			out.WriteByte(c)
		}
		if g >= 0 && 2*g+1 < len(m) && m[2*g] >= from {
			out.WriteString(s[m[2*g]:m[2*g+1]])
		}
	}
}

// nth returns where the Nth match begins and ends, or a part of it; -1: there is none.
func nth(s, pattern, startAt, n, flags, sub string) (m [2]int, err error) {
	m = [2]int{-1, -1}
	re, _, err := compile(pattern, flags, false)
	if err != nil {
		return m, err
	}
	from, err := start(s, startAt)
	if err != nil {
		return m, err
	}
	count, err := strconv.Atoi(n)
	if err != nil || count < 1 {
		return m, pgerror.Newf(pgerror.InvalidParameterValue, "invalid value for parameter %q: %s", "n", n)
	}
	group, err := strconv.Atoi(sub)
	if err != nil || group < 0 {
		return m, pgerror.Newf(pgerror.InvalidParameterValue, "invalid value for parameter %q: %s", "subexpr", sub)
	}
	all := re.FindAllStringSubmatchIndex(s[from:], count)
	if len(all) < count || 2*group+1 >= len(all[count-1]) || all[count-1][2*group] < 0 {
		return m, nil
	}
	return [2]int{all[count-1][2*group] + from, all[count-1][2*group+1] + from}, nil
}

// start returns the byte at which the character numbered from 1 begins.
func start(s, number string) (int, error) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 {
		return 0, pgerror.Newf(pgerror.InvalidParameterValue, "invalid value for parameter %q: %s", "start", number)
	}
	for i := range s {
		if n--; n == 0 {
			return i, nil
		}
	}
	return len(s), nil
}

// compiled keeps expressions: a statement uses one for all of its rows. It is emptied when it has grown.
var compiled struct {
	sync.RWMutex
	m map[[2]string]*regexp.Regexp
}

const mostCompiled = 1000

// compile returns the expression of a pattern in PostgreSQL's language. Its engine finds the longest match where RE2 finds
// the first; both agree once told so, except for patterns that mix greedy and other quantifiers. mayBeGlobal: flag g is
// allowed.
func compile(pattern, flags string, mayBeGlobal bool) (re *regexp.Regexp, global bool, err error) {
	options, literal := "s", false
	for _, f := range flags {
		switch {
		case f == 'g' && mayBeGlobal:
			global = true
		case f == 'i':
			options += "i"
		case f == 'c':
			options = strings.ReplaceAll(options, "i", "")
		case f == 'n' || f == 'm':
			options = strings.ReplaceAll(options, "s", "") + "m"
		case f == 'p':
			options = strings.ReplaceAll(options, "s", "")
		case f == 'w':
			options += "m"
		case f == 's' || f == 'e' || f == 't':
		case f == 'q':
			literal = true
		case f == 'g':
			return nil, false, pgerror.New(pgerror.InvalidParameterValue, `this function does not support the "global" option`)
		case f == 'x' || f == 'b':
			return nil, false, pgerror.Newf(pgerror.FeatureNotSupported, "regular expression option %q is not supported", string(f))
		default:
			return nil, false, pgerror.Newf(pgerror.InvalidParameterValue, "invalid regular expression option: %q", string(f))
		}
	}
	if literal {
		pattern = regexp.QuoteMeta(pattern)
	}
	key := [2]string{options, pattern}
	compiled.RLock()
	re = compiled.m[key]
	compiled.RUnlock()
	if re != nil {
		return re, global, nil
	}
	own, err := translate(pattern)
	if err != nil {
		return nil, false, err
	}
	if re, err = regexp.Compile("(?" + options + ")" + own); err != nil {
		return nil, false, pgerror.Newf(pgerror.InvalidRegularExpression, "invalid regular expression: %s", reason(err))
	}
	if !strings.Contains(pattern, "*?") && !strings.Contains(pattern, "+?") && !strings.Contains(pattern, "??") && !strings.Contains(pattern, "}?") {
		re.Longest()
	}
	compiled.Lock()
	if compiled.m == nil || len(compiled.m) >= mostCompiled {
		compiled.m = map[[2]string]*regexp.Regexp{}
	}
	compiled.m[[2]string{options, strings.Clone(pattern)}] = re
	compiled.Unlock()
	return re, global, nil
}

func reason(err error) string {
	return strings.TrimPrefix(err.Error(), "error parsing regexp: ")
}

// translate writes PostgreSQL's escapes as RE2's, and refuses what RE2 lacks.
func translate(p string) (string, error) {
	refuse := func(what string) (string, error) {
		return "", pgerror.Newf(pgerror.FeatureNotSupported, "%s in regular expressions are not supported", what)
	}
	var b strings.Builder
	inBrackets := false
	for i := 0; i < len(p); i++ {
		c := p[i]
		switch {
		case inBrackets:
			if c == '[' && i+1 < len(p) && p[i+1] == ':' { // a class: [:alpha:]
				if end := strings.Index(p[i:], ":]"); end > 0 {
					b.WriteString(p[i : i+end+2])
					i += end + 1
					continue
				}
			}
			if c == '\\' && i+1 < len(p) {
				b.WriteString(p[i : i+2])
				i++
				continue
			}
			inBrackets = c != ']'
			b.WriteByte(c)
		case c == '[':
			inBrackets = true
			b.WriteByte(c)
			if i+1 < len(p) && p[i+1] == '^' {
				i++
				b.WriteByte('^')
			}
			if i+1 < len(p) && p[i+1] == ']' { // the first one is a member
				i++
				b.WriteString(`\]`)
			}
		case c == '(' && (strings.HasPrefix(p[i:], "(?=") || strings.HasPrefix(p[i:], "(?!") || strings.HasPrefix(p[i:], "(?<")):
			return refuse("lookaround constraints")
		case c == '\\' && i+1 < len(p):
			i++
			switch e := p[i]; e {
			case 'm', 'M', 'y':
				b.WriteString(`\b`)
			case 'Y':
				b.WriteString(`\B`)
			case 'Z':
				b.WriteString(`\z`)
			case '1', '2', '3', '4', '5', '6', '7', '8', '9':
				return refuse("back references")
			default:
				if _, size := utf8.DecodeRuneInString(p[i:]); size > 1 {
					b.WriteString(p[i : i+size])
					i += size - 1
					continue
				}
				b.WriteByte('\\')
				b.WriteByte(e)
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}
