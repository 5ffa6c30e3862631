package sqltext

import (
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// explainOptions are those of an EXPLAIN in PostgreSQL's form: EXPLAIN (FORMAT json, ANALYZE false) or EXPLAIN ANALYZE VERBOSE.
type explainOptions struct {
	analyze bool
	tavana  bool   // asked is what the statement is expected to need
	format  string // in lower case; "" is text
	next    int    // the token with which the explained statement begins
	err     error
}

// explainOptions reads the options of an EXPLAIN. What DuckDB's plan has no counterpart of, such as COSTS, changes nothing.
func (s *Statement) explainOptions() (o explainOptions) {
	if o.next = 1; !s.Is(1, "(") || s.IsAny(2, "(", "SELECT", "WITH", "VALUES", "TABLE", "FROM") {
		for ; s.IsAny(o.next, "ANALYZE", "ANALYSE", "VERBOSE"); o.next++ {
			o.analyze = o.analyze || !s.Is(o.next, "VERBOSE")
		}
		return o
	}
	for i := 2; i < len(s.Tokens); i++ {
		name, value := i, ""
		if i++; i < len(s.Tokens) && !s.IsAny(i, ",", ")") {
			if value = s.Raw(i); s.Tokens[i].Kind == String {
				value = Unquote(value)
			}
			value = strings.ToLower(value)
			i++
		}
		on := value == "" || value == "true" || value == "on" || value == "1"
		switch s.Name(name) {
		case "analyze", "analyse":
			o.analyze = on
		case "format":
			o.format = value
		case "tavana":
			o.tavana = on
		case "verbose", "costs", "settings", "buffers", "wal", "timing", "summary":
		default:
			if o.err == nil && s.Name(name) != "" {
				o.err = pgerror.Newf(pgerror.SyntaxError, "unrecognized EXPLAIN option %q", s.Name(name)).At(int(s.Tokens[name].Start) + 1)
			}
		}
		if o.next = i + 1; !s.Is(i, ",") {
			break
		}
	}
	return o
}

// ExplainsSize tells whether the statement is an EXPLAIN (TAVANA), and of which.
func (s *Statement) ExplainsSize() (of Statement, ok bool) {
	if s.Verb() != Explain {
		return Statement{}, false
	}
	o := s.explainOptions()
	if !o.tavana || o.err != nil || o.next >= len(s.Tokens) {
		return Statement{}, false
	}
	return s.slice(o.next, len(s.Tokens)), true
}

// explain writes the options of an EXPLAIN as DuckDB has them.
func (w *rewrite) explain(i int) {
	if i > 0 {
		return
	}
	o := w.explainOptions()
	if w.err == nil {
		w.err = o.err
	}
	var options []string
	if o.analyze {
		options = append(options, "ANALYZE")
	}
	switch o.format {
	case "", "text":
	case "xml", "yaml":
		if w.err == nil {
			w.err = pgerror.Newf(pgerror.FeatureNotSupported, "EXPLAIN in format %s is not supported", o.format)
		}
	default:
		options = append(options, "FORMAT "+o.format)
	}
	if o.next < 2 || o.next >= len(w.Tokens) { // it has no options, or no statement
		return
	}
	w.drop(1, o.next)
	if options != nil {
		w.put(1, "("+strings.Join(options, ", ")+")")
	}
}
