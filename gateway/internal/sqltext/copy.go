package sqltext

import (
	"slices"
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// ClientCopy is a COPY from or to the client, as PostgreSQL 15 has it; COPY from and to files is DuckDB's.
type ClientCopy struct {
	// From: the client sends rows. Otherwise it gets them.
	From bool
	// Query is what is copied out, when it is a query.
	Query *Statement
	// Table is what is copied, with its Columns, none for all, when it is no query.
	Table   Object
	Columns []string
	// Where says which of the rows that come are kept; nil: all.
	Where *Statement
	CopyOptions
}

// CopyFormat is a COPY's format.
type CopyFormat uint8

// The formats of COPY.
const (
	CopyText CopyFormat = iota
	CopyCSV
	CopyBinary
)

// CopyOptions are how a COPY's rows are written.
type CopyOptions struct {
	Format CopyFormat
	// Delimiter, Quote and Escape are single bytes; the last two are CSV's.
	Delimiter, Quote, Escape byte
	Null                     string
	// Header: there is a line of the columns' names; HeaderMatch: they must be the table's.
	Header, HeaderMatch bool
	// ForceQuoteAll and ForceQuote tell which columns' values are always quoted in CSV.
	ForceQuoteAll bool
	ForceQuote    []string
	// ForceNotNull are columns in which the NULL string is text, ForceNull those in which a quoted one is NULL too.
	ForceNotNull, ForceNull []string
}

// IsClientCopy tells whether the statement is a COPY from or to the client.
func (s *Statement) IsClientCopy() bool {
	i := s.copyDirection()
	return i > 0 && s.IsAny(i+1, "STDIN", "STDOUT")
}

// CopiesTo tells whether the statement is a COPY to the client or a file.
func (s *Statement) CopiesTo() bool {
	i := s.copyDirection()
	return i > 0 && s.Is(i, "TO")
}

// copiesOut tells whether the statement is a COPY to the client.
func (s *Statement) copiesOut() bool {
	i := s.copyDirection()
	return i > 0 && s.Is(i, "TO") && s.IsAny(i+1, "STDIN", "STDOUT")
}

// copyDirection returns the index of FROM or TO of a COPY; 0: there is none.
func (s *Statement) copyDirection() int {
	if !s.Is(0, "COPY") {
		return 0
	}
	for i := 1; i < len(s.Tokens); i++ {
		if s.Is(i, "(") {
			i = s.afterParens(i) - 1
		} else if s.IsAny(i, "FROM", "TO") {
			return i
		}
	}
	return 0
}

// ClientCopy reads a COPY from or to the client: COPY [BINARY] table [(columns)] | (query) FROM STDIN | TO STDOUT, with options
// in parentheses or as they were before PostgreSQL 9.
func (s *Statement) ClientCopy() (*ClientCopy, error) {
	c := &ClientCopy{}
	o := optionReader{s: s, c: c}
	i := 1
	if s.Is(i, "BINARY") && !s.IsAny(i+1, "FROM", "TO", "(", ".") {
		o.format("binary", i)
		i++
	}
	direction := s.copyDirection()
	if s.Is(i, "(") {
		end := s.afterParens(i)
		if end != direction || end-1 <= i+1 {
			return nil, s.SyntaxErrorAt(i)
		}
		query := s.slice(i+1, end-1)
		c.Query = &query
	} else {
		table, next := s.object(i)
		if table.Name == "" {
			return nil, s.SyntaxErrorAt(i)
		}
		c.Table = table
		if s.Is(next, "(") {
			var ok bool
			if c.Columns, next, ok = s.nameList(next); !ok {
				return nil, s.SyntaxErrorAt(next)
			}
			for i, name := range c.Columns {
				if slices.Contains(c.Columns[:i], name) {
					return nil, pgerror.Newf(pgerror.DuplicateColumn, "column %q specified more than once", name)
				}
			}
		}
		if next != direction {
			return nil, s.SyntaxErrorAt(next)
		}
	}
	c.From = s.Is(direction, "FROM")
	if c.Query != nil && c.From {
		return nil, s.SyntaxErrorAt(direction)
	}
	if err := o.read(direction + 2); err != nil {
		return nil, err
	}
	return c, c.check(&o)
}

// slice returns the statement of tokens from to end.
func (s *Statement) slice(from, end int) Statement {
	t := newStatement(s.Text, s.Tokens[from:end], 0)
	t.Chars = s.Chars + len([]rune(s.Text[:s.Tokens[from].Start]))
	return t
}

// nameList reads (name, …) from token i; next is the token after it, or where it went wrong.
func (s *Statement) nameList(i int) (names []string, next int, ok bool) {
	for i++; ; i += 2 {
		name := s.Name(i)
		if name == "" {
			return nil, i, false
		}
		names = append(names, name)
		if s.Is(i+1, ")") {
			return names, i + 2, true
		}
		if !s.Is(i+1, ",") {
			return nil, i + 1, false
		}
	}
}

// optionReader reads a COPY's options, each at most once.
type optionReader struct {
	s *Statement
	c *ClientCopy

	seen                           map[string]bool
	delimiter, null, quote, escape *string
}

func (o *optionReader) once(name string, i int) error {
	if o.seen == nil {
		o.seen = map[string]bool{}
	}
	if o.seen[name] {
		return pgerror.New(pgerror.SyntaxError, "conflicting or redundant options").At(int(o.s.Tokens[min(i, len(o.s.Tokens)-1)].Start) + 1)
	}
	o.seen[name] = true
	return nil
}

func (o *optionReader) format(name string, i int) error {
	if err := o.once("format", i); err != nil {
		return err
	}
	switch strings.ToLower(name) {
	case "text":
		o.c.Format = CopyText
	case "csv":
		o.c.Format = CopyCSV
	case "binary":
		o.c.Format = CopyBinary
	default:
		return pgerror.Newf(pgerror.InvalidParameterValue, "COPY format %q not recognized", name).At(int(o.s.Tokens[i].Start) + 1)
	}
	return nil
}

// read reads what follows STDIN or STDOUT.
func (o *optionReader) read(i int) error {
	s := o.s
	if s.Is(i, "WITH") {
		i++
	}
	var err error
	if s.Is(i, "(") {
		i, err = o.readList(i)
	} else {
		i, err = o.readWords(i)
	}
	if err != nil {
		return err
	}
	if s.Is(i, "WHERE") && i+1 < len(s.Tokens) {
		if !o.c.From {
			return pgerror.New(pgerror.SyntaxError, "WHERE clause not allowed with COPY TO").At(int(s.Tokens[i].Start) + 1)
		}
		where := s.slice(i+1, len(s.Tokens))
		o.c.Where = &where
		return nil
	}
	if i < len(s.Tokens) {
		return s.SyntaxErrorAt(i)
	}
	return nil
}

// readList reads (name [value], …).
func (o *optionReader) readList(i int) (int, error) {
	s := o.s
	for {
		name := s.Name(i + 1)
		if name == "" {
			return 0, s.SyntaxErrorAt(i + 1)
		}
		at := i + 1
		i += 2
		first := i
		if s.Is(i, "(") {
			i = s.afterParens(i)
		} else {
			for i < len(s.Tokens) && !s.IsAny(i, ",", ")") {
				i++
			}
		}
		if err := o.option(name, at, first, i); err != nil {
			return 0, err
		}
		if s.Is(i, ")") {
			return i + 1, nil
		}
		if !s.Is(i, ",") {
			return 0, s.SyntaxErrorAt(i)
		}
	}
}

// option reads one option of a list, whose value stands from token i to end.
func (o *optionReader) option(name string, at, i, end int) error {
	s := o.s
	if name == "format" {
		v, ok := s.Literal(i)
		if !ok || end != i+1 {
			return s.SyntaxErrorAt(i)
		}
		return o.format(v, at)
	}
	if err := o.once(name, at); err != nil {
		return err
	}
	switch name {
	case "freeze":
		_, err := o.boolean(name, i, end)
		return err
	case "delimiter", "null", "quote", "escape", "encoding":
		v, ok := s.Literal(i)
		if !ok || end != i+1 {
			return s.SyntaxErrorAt(i)
		}
		return o.text(name, v)
	case "header":
		if s.Is(i, "MATCH") || end == i+1 && s.Tokens[i].Kind == String && strings.EqualFold(Unquote(s.Raw(i)), "match") {
			if !o.c.From {
				return pgerror.New(pgerror.FeatureNotSupported, `cannot use "match" with HEADER in COPY TO`)
			}
			o.c.Header, o.c.HeaderMatch = true, true
			return nil
		}
		var err error
		o.c.Header, err = o.boolean(name, i, end)
		return err
	case "force_quote":
		if s.Is(i, "*") && end == i+1 {
			o.c.ForceQuoteAll = true
			return nil
		}
		return o.names(&o.c.ForceQuote, i, end)
	case "force_not_null":
		return o.names(&o.c.ForceNotNull, i, end)
	case "force_null":
		return o.names(&o.c.ForceNull, i, end)
	}
	return pgerror.Newf(pgerror.SyntaxError, "option %q not recognized", name).At(int(s.Tokens[at].Start) + 1)
}

func (o *optionReader) names(dst *[]string, i, end int) error {
	names, next, ok := o.s.nameList(i)
	if !o.s.Is(i, "(") || !ok || next != end {
		return o.s.SyntaxErrorAt(i)
	}
	*dst = names
	return nil
}

func (o *optionReader) boolean(name string, i, end int) (bool, error) {
	if i == end {
		return true, nil
	}
	v, ok := o.s.Literal(i)
	if ok && end == i+1 {
		switch strings.ToLower(v) {
		case "true", "on", "1":
			return true, nil
		case "false", "off", "0":
			return false, nil
		}
	}
	return false, pgerror.Newf(pgerror.SyntaxError, "%s requires a Boolean value", name)
}

func (o *optionReader) text(name, v string) error {
	switch name {
	case "delimiter":
		o.delimiter = &v
	case "null":
		o.null = &v
	case "quote":
		o.quote = &v
	case "escape":
		o.escape = &v
	case "encoding":
		switch strings.ToUpper(strings.NewReplacer("-", "", "_", "").Replace(v)) {
		case "UTF8", "UNICODE", "SQLASCII":
		default:
			return pgerror.Newf(pgerror.FeatureNotSupported, "encoding %q is not supported", v).WithHint("Data is UTF8.")
		}
	}
	return nil
}

// readWords reads the options of PostgreSQL before 9: BINARY, [USING] DELIMITERS 'c', NULL AS 's', CSV HEADER QUOTE AS 'c' …
func (o *optionReader) readWords(i int) (int, error) {
	s := o.s
	for i < len(s.Tokens) && !s.Is(i, "WHERE") {
		var err error
		at, name := i, strings.ToLower(s.Raw(i))
		switch {
		case s.IsAny(i, "BINARY", "CSV"):
			err = o.format(name, i)
			i++
		case s.Is(i, "FREEZE"):
			err = o.once(name, i)
			i++
		case s.Is(i, "HEADER"):
			err = o.once(name, i)
			o.c.Header = true
			i++
		case s.IsAny(i, "USING"), s.IsAny(i, "DELIMITERS", "DELIMITER", "NULL", "QUOTE", "ESCAPE", "ENCODING"):
			if s.Is(i, "USING") {
				i++
			}
			name = strings.TrimSuffix(strings.ToLower(s.Raw(i)), "s")
			if i++; s.Is(i, "AS") {
				i++
			}
			if i >= len(s.Tokens) || s.Tokens[i].Kind != String {
				return 0, s.SyntaxErrorAt(i)
			}
			if err = o.once(name, at); err == nil {
				err = o.text(name, Unquote(s.Raw(i)))
			}
			i++
		case s.Is(i, "FORCE"):
			i, err = o.force(i + 1)
		default:
			return 0, s.SyntaxErrorAt(i)
		}
		if err != nil {
			return 0, err
		}
	}
	return i, nil
}

// force reads QUOTE columns | *, NOT NULL columns or NULL columns.
func (o *optionReader) force(i int) (int, error) {
	s := o.s
	at := i
	var dst *[]string
	switch {
	case s.Is(i, "QUOTE") && s.Is(i+1, "*"):
		o.c.ForceQuoteAll = true
		return i + 2, o.once("force_quote", at)
	case s.Is(i, "QUOTE"):
		dst = &o.c.ForceQuote
		i++
	case s.Is(i, "NOT") && s.Is(i+1, "NULL"):
		dst = &o.c.ForceNotNull
		i += 2
	case s.Is(i, "NULL"):
		dst = &o.c.ForceNull
		i++
	default:
		return 0, s.SyntaxErrorAt(i)
	}
	if *dst != nil {
		return 0, o.once("format", at)
	}
	for {
		name := s.Name(i)
		if name == "" {
			return 0, s.SyntaxErrorAt(i)
		}
		*dst = append(*dst, name)
		if i++; !s.Is(i, ",") {
			return i, nil
		}
		i++
	}
}

// check fills in the defaults and refuses what does not go together, as ProcessCopyOptions does.
func (c *ClientCopy) check(o *optionReader) error {
	no := func(code pgerror.Code, format string, args ...any) error { return pgerror.Newf(code, format, args...) }
	csv, binary := c.Format == CopyCSV, c.Format == CopyBinary
	switch {
	case binary && o.delimiter != nil:
		return no(pgerror.SyntaxError, "cannot specify DELIMITER in BINARY mode")
	case binary && o.null != nil:
		return no(pgerror.SyntaxError, "cannot specify NULL in BINARY mode")
	case binary && c.Header:
		return no(pgerror.FeatureNotSupported, "cannot specify HEADER in BINARY mode")
	case !csv && o.quote != nil:
		return no(pgerror.FeatureNotSupported, "COPY quote available only in CSV mode")
	case !csv && o.escape != nil:
		return no(pgerror.FeatureNotSupported, "COPY escape available only in CSV mode")
	case !csv && (c.ForceQuoteAll || c.ForceQuote != nil):
		return no(pgerror.FeatureNotSupported, "COPY force quote available only in CSV mode")
	case c.From && (c.ForceQuoteAll || c.ForceQuote != nil):
		return no(pgerror.FeatureNotSupported, "COPY force quote only available using COPY TO")
	case !csv && c.ForceNotNull != nil:
		return no(pgerror.FeatureNotSupported, "COPY force not null available only in CSV mode")
	case !c.From && c.ForceNotNull != nil:
		return no(pgerror.FeatureNotSupported, "COPY force not null only available using COPY FROM")
	case !csv && c.ForceNull != nil:
		return no(pgerror.FeatureNotSupported, "COPY force null available only in CSV mode")
	case !c.From && c.ForceNull != nil:
		return no(pgerror.FeatureNotSupported, "COPY force null only available using COPY FROM")
	}
	delimiter, null, quote := "\t", `\N`, `"`
	if csv {
		delimiter, null = ",", ""
	}
	for _, v := range []struct{ dst, given *string }{{&delimiter, o.delimiter}, {&null, o.null}, {&quote, o.quote}} {
		if v.given != nil {
			*v.dst = *v.given
		}
	}
	escape := quote
	if o.escape != nil {
		escape = *o.escape
	}
	switch {
	case len(delimiter) != 1:
		return no(pgerror.FeatureNotSupported, "COPY delimiter must be a single one-byte character")
	case strings.ContainsAny(delimiter, "\r\n"):
		return no(pgerror.InvalidParameterValue, "COPY delimiter cannot be newline or carriage return")
	case strings.ContainsAny(null, "\r\n"):
		return no(pgerror.InvalidParameterValue, "COPY null representation cannot use newline or carriage return")
	case !csv && strings.Contains(`\.abcdefghijklmnopqrstuvwxyz0123456789`, delimiter):
		return no(pgerror.InvalidParameterValue, "COPY delimiter cannot be %q", delimiter)
	case csv && len(quote) != 1:
		return no(pgerror.FeatureNotSupported, "COPY quote must be a single one-byte character")
	case csv && delimiter == quote:
		return no(pgerror.InvalidParameterValue, "COPY delimiter and quote must be different")
	case csv && len(escape) != 1:
		return no(pgerror.FeatureNotSupported, "COPY escape must be a single one-byte character")
	case strings.Contains(null, delimiter):
		return no(pgerror.FeatureNotSupported, "COPY delimiter must not appear in the NULL specification")
	case csv && strings.Contains(null, quote):
		return no(pgerror.FeatureNotSupported, "CSV quote character must not appear in the NULL specification")
	}
	c.Delimiter, c.Null, c.Quote, c.Escape = delimiter[0], null, quote[0], escape[0]
	return nil
}
