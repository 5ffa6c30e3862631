// Package pgformat answers to_char, to_date, to_timestamp and to_number as PostgreSQL 15 does in the C locale, by its
// template patterns (section 9.8 of its manual, tables 9.26 to 9.29).
//
// A template is parsed once, by ParseDateTemplate or ParseNumberTemplate, and is then immutable: any number of goroutines
// may use it. Writing a value appends to the caller's buffer and allocates nothing else; the output is never longer than
// a small multiple of the template's length.
//
//	lex.go           a format's text → patterns and literal text (quotes, backslashes)
//	datepattern.go   the table of date patterns
//	datetemplate.go  a date template, parsed
//	datechar.go      moment → text; moment.go makes moments of timestamps and intervals
//	datescan.go      text → fields, one by one in datescanfield.go; dateresolve.go makes a date and a time of them
//	numbertemplate.go, numberchar.go, numberscan.go   the same for numbers; numbervalue.go and numberfloat.go make
//	                 digits of integers, decimals and floats
//	calendar.go      Julian days, ISO weeks; names.go  names, ordinals, Roman numerals
//
// Invariants: no clock, no zone data and no locale is read here: the caller gives a wall-clock time and what its zone is
// called. Every error is a *pgerror.Error with PostgreSQL's code, message, detail and hint. Where the manual is
// silent, testdata is the specification: PostgreSQL itself answered it, and what looks odd is kept.
//
// Left to the caller: time zones, NULL arguments, and numerics of more than 128 bits.
package pgformat

import "errors"

// ErrNull says that the answer is SQL's NULL: an infinite timestamp, or an empty template for anything but to_date,
// to_timestamp and to_char of a number. It is no failure, and dst comes back as it was.
var ErrNull = errors.New("the answer is NULL")

// The two infinite timestamps, in microseconds, as DuckDB and Arrow carry them. PostgreSQL's own -infinity is one less,
// and counts as infinite too.
const (
	Infinity         int64 = 1<<63 - 1
	NegativeInfinity int64 = -Infinity
)

// Zone is what TZ, TZH, TZM and OF say of a timestamp. The zero Zone is that of a timestamp without time zone.
type Zone struct {
	// Abbreviation as TZ writes it, such as "CET".
	Abbreviation string
	// Offset in seconds east of Greenwich.
	Offset int32
}
