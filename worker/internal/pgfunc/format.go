package pgfunc

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/angelerator/tavana/internal/pgerror"
)

// format is PostgreSQL's format(formatstr, …): %[position$][flags][width]type, with the types s, I and L.
func format(args []Value) (Value, error) {
	f := &formatter{rest: args[0].Text, args: args[1].List}
	var out strings.Builder
	for f.rest != "" {
		i := strings.IndexByte(f.rest, '%')
		if i < 0 {
			out.WriteString(f.rest)
			break
		}
		out.WriteString(f.rest[:i])
		f.rest = f.rest[i+1:]
		piece, err := f.specifier()
		if err != nil {
			return Value{}, err
		}
		out.WriteString(piece)
	}
	return text(out.String()), nil
}

type formatter struct {
	rest string
	args []Value
	next int // the argument that a specifier without a position takes
}

var errUnterminated = pgerror.New(pgerror.InvalidParameterValue, "unterminated format() type specifier").
	WithHint("For a single \"%%\" use \"%%%%\".")

// specifier writes what stands behind a %.
func (f *formatter) specifier() (string, error) {
	if strings.HasPrefix(f.rest, "%") {
		f.rest = f.rest[1:]
		return "%", nil
	}
	position, left := 0, false
	if n, ok := f.number(); ok {
		if strings.HasPrefix(f.rest, "$") {
			if n == 0 {
				return "", pgerror.New(pgerror.InvalidParameterValue, "format specifies argument 0, but arguments are numbered from 1")
			}
			f.rest, position = f.rest[1:], n
		} else {
			return f.typed(0, false, n)
		}
	}
	for strings.HasPrefix(f.rest, "-") {
		f.rest, left = f.rest[1:], true
	}
	width := 0
	if n, ok := f.number(); ok {
		width = n
	} else if strings.HasPrefix(f.rest, "*") {
		f.rest = f.rest[1:]
		at := 0
		if n, ok := f.number(); ok {
			if !strings.HasPrefix(f.rest, "$") || n == 0 {
				return "", pgerror.New(pgerror.InvalidParameterValue, `width argument position must be ended by "$"`)
			}
			f.rest, at = f.rest[1:], n
		}
		v, err := f.argument(at)
		if err != nil {
			return "", err
		}
		if !v.Null {
			if width, err = strconv.Atoi(strings.TrimSpace(v.Text)); err != nil {
				return "", pgerror.Newf(pgerror.InvalidTextRepresentation, "invalid input syntax for type integer: %q", v.Text)
			}
		}
		if width < 0 {
			left, width = true, -width
		}
	}
	return f.typed(position, left, width)
}

// number reads digits; they are bounded, so that a width can't be more than a value may be long.
func (f *formatter) number() (int, bool) {
	i := 0
	for i < len(f.rest) && f.rest[i] >= '0' && f.rest[i] <= '9' {
		i++
	}
	n, err := strconv.Atoi(f.rest[:i])
	f.rest = f.rest[i:]
	const most = 1 << 28
	return min(n, most), i > 0 && err == nil
}

func (f *formatter) argument(position int) (Value, error) {
	if position == 0 {
		f.next++
		position = f.next
	} else {
		f.next = position
	}
	if position > len(f.args) {
		return Value{}, pgerror.New(pgerror.InvalidParameterValue, "too few arguments for format()")
	}
	return f.args[position-1], nil
}

func (f *formatter) typed(position int, left bool, width int) (string, error) {
	if f.rest == "" {
		return "", errUnterminated
	}
	_, size := utf8.DecodeRuneInString(f.rest)
	typ := f.rest[:size]
	f.rest = f.rest[size:]
	if typ != "s" && typ != "I" && typ != "L" {
		return "", pgerror.Newf(pgerror.InvalidParameterValue, "unrecognized format() type specifier %q", typ).
			WithHint("For a single \"%%\" use \"%%%%\".")
	}
	v, err := f.argument(position)
	if err != nil {
		return "", err
	}
	s := v.Text
	switch {
	case typ == "I" && v.Null:
		return "", pgerror.New(pgerror.NullValueNotAllowed, "null values cannot be formatted as an SQL identifier")
	case typ == "I":
		s = quoteIdent(s)
	case typ == "L" && v.Null:
		s = "NULL"
	case typ == "L":
		s = quoteLiteral(s)
	}
	const widest = 16 << 20 // in characters
	if width > widest {
		return "", pgerror.New(pgerror.ProgramLimitExceeded, "a width of format() is too large")
	}
	pad := strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
	if left {
		return s + pad, nil
	}
	return pad + s, nil
}

// quoteLiteral is quote_literal.
func quoteLiteral(s string) string {
	s = strings.ReplaceAll(s, "'", "''")
	if strings.Contains(s, `\`) {
		return "E'" + strings.ReplaceAll(s, `\`, `\\`) + "'"
	}
	return "'" + s + "'"
}

// quoteIdent is quote_ident.
func quoteIdent(s string) string {
	plain := s != "" && !strings.Contains(keywords, " "+s+" ")
	for i := 0; i < len(s) && plain; i++ {
		c := s[i]
		plain = c >= 'a' && c <= 'z' || c == '_' || i > 0 && c >= '0' && c <= '9'
	}
	if plain {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

// keywords are those that are not plain names in PostgreSQL 15 (its manual, appendix C: all that are not "non-reserved").
const keywords = " all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char " +
	"character check coalesce collate collation column concurrently constraint create cross current_catalog current_date current_role " +
	"current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do else end except exists " +
	"extract false fetch float for foreign freeze from full grant greatest group grouping having ilike in initially inner inout int integer " +
	"intersect interval into is isnull join lateral leading least left like limit localtime localtimestamp national natural nchar none " +
	"normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary real " +
	"references returning right row select session_user setof similar smallint some substring symmetric table tablesample then time timestamp " +
	"to trailing treat trim true union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat " +
	"xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable "
