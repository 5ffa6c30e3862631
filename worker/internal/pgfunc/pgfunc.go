// Package pgfunc has functions of PostgreSQL's that SQL can't be made of, for the macros of a catalog to call. They work on
// texts: what else a value is, a macro has written out before.
package pgfunc

import "slices"

// Value is an argument or a result: NULL, a text, or a list. An argument's text is valid during the call only.
type Value struct {
	Null bool
	Text string
	List []Value
}

func text(s string) Value { return Value{Text: s} }

// Types of parameters and results that are no texts and no lists of them, though texts are handed over.
const (
	JSON     = -1 - iota
	Integer  // INTEGER; of parameters only
	Bigint   // BIGINT; of parameters only
	Boolean  // t or f; of results only
	OnlyJSON // JSON, and nothing that DuckDB would make JSON of; of parameters only
)

// Function is a function: how deep lists are in its parameters and its result (0: a text), or what else they are, and what it
// does. Call is not called with a NULL. A function without parameters gives another value each time. Errors are pgerror's.
type Function struct {
	Name    string
	Params  []int
	Returns int
	Call    func(args []Value) (Value, error)
}

// Functions are all functions.
var Functions = slices.Concat(regexps, templates, jsonFunctions, jsonOperators, intervals, []Function{
	{"tavana_format", []int{0, 1}, 0, format},
	{"tavana_parse_ident", []int{0, 0}, 1, parseIdent},
	{"tavana_escape", []int{0}, 0, escapeBytes},     // bytes in hexadecimal, as encode(…, 'escape') writes them
	{"tavana_unescape", []int{0}, 0, unescapeBytes}, // the other way
	{"tavana_written", []int{0, 0}, 0, written},     // DuckDB's text of a value, its type
})
