package dispatch

import (
	"strings"
	"unicode/utf8"

	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// parameterTypes gives every parameter a type: the declared one, else what DuckDB inferred, else what stands beside it,
// else text, as PostgreSQL does.
func parameterTypes(st *sqltext.Statement, declared []pgenc.OID, inferred []string) []pgenc.OID {
	out := make([]pgenc.OID, len(declared))
	var beside map[int]pgenc.OID
	arrays := castToArrays(st)
	for i := range out {
		switch {
		case arrays[i+1] != pgenc.OIDUnspecified && isTextual(declared[i]):
			out[i] = arrays[i+1]
		case declared[i] != pgenc.OIDUnspecified && declared[i] != pgenc.OIDUnknown:
			out[i] = declared[i]
		case i < len(inferred) && inferred[i] != "":
			out[i] = pgenc.OIDOf(inferred[i])
		default:
			if beside == nil {
				beside = byContext(st)
			}
			if out[i] = beside[i+1]; out[i] == pgenc.OIDUnspecified {
				out[i] = pgenc.OIDText
			}
		}
	}
	return out
}

// isTextual tells whether a declared type is text, or none.
func isTextual(oid pgenc.OID) bool {
	return oid == pgenc.OIDUnspecified || oid == pgenc.OIDUnknown || isText(oid)
}

func isText(oid pgenc.OID) bool { return oid == pgenc.OIDText || oid == pgenc.OIDVarchar }

// castToArrays returns the array types that parameters are cast to. Text is read as an array where PostgreSQL would: DuckDB
// writes its lists otherwise.
func castToArrays(st *sqltext.Statement) map[int]pgenc.OID {
	var out map[int]pgenc.OID
	for i, t := range st.Tokens {
		if t.Kind != sqltext.Param || !st.Is(i+3, "[") || !st.Is(i+4, "]") || !st.Is(i+1, "::") && !(st.Is(i+1, "AS") && st.Is(i-1, "(")) {
			continue
		}
		if oid, ok := pgenc.TypeNamed(st.Raw(i+2) + "[]"); ok {
			if out == nil {
				out = map[int]pgenc.OID{}
			}
			out[st.ParamNumber(i)] = oid
		}
	}
	return out
}

// byContext returns the types of parameters that are compared as arrays.
func byContext(st *sqltext.Statement) map[int]pgenc.OID {
	out := map[int]pgenc.OID{}
	for i, t := range st.Tokens {
		if t.Kind != sqltext.Param {
			continue
		}
		if st.Is(i-1, "(") && st.Is(i+1, ")") && st.IsAny(i-2, "ANY", "ALL", "SOME") {
			out[st.ParamNumber(i)], _ = pgenc.TypeNamed("text[]")
		}
	}
	return out
}

// likeOther gives a parameter that was taken for text the type of the operand on the other side of the operator that err says
// there is not for text, as PostgreSQL's rule for operands of no type has it. It reports whether it changed one of types.
func likeOther(err error, st *sqltext.Statement, declared, types []pgenc.OID) bool {
	e := pgerror.Flatten(err)
	operands, ok := strings.CutPrefix(e.Message, noOperator)
	if !ok {
		return false
	}
	for i, t := range st.Tokens {
		if t.Kind != sqltext.Param {
			continue
		}
		n := st.ParamNumber(i)
		if n < 1 || n > len(types) || types[n-1] != pgenc.OIDText || declared[n-1] != pgenc.OIDUnspecified {
			continue
		}
		for _, before := range [2]bool{true, false} {
			at, operator := operatorBeside(st, i, before)
			if operator == "" || !pointsAt(e, st, at) && !pointsAt(e, st, i) {
				continue
			}
			left, right, ok := strings.Cut(operands, " "+operator+" ")
			if own, other := left, right; ok {
				if before {
					own, other = right, left
				}
				if oid := besideOperand(operator, other); own == "text" && oid != pgenc.OIDUnspecified && oid != pgenc.OIDText {
					types[n-1] = oid
					return true
				}
			}
		}
	}
	return false
}

var brackets = []string{"(", ")", "[", "]", ",", ";", "."}

// operatorBeside returns the operator before or behind the operand of one token, and its first token; "": there is none. Operators of
// several characters may be as many tokens.
func operatorBeside(st *sqltext.Statement, i int, before bool) (at int, operator string) {
	first, end := i, i
	if before {
		for first > 0 && st.Tokens[first-1].Kind == sqltext.Op && !st.IsAny(first-1, brackets...) && (first == i || st.Tokens[first-1].End == st.Tokens[first].Start) {
			first--
		}
	} else {
		first++
		for end = first; end < len(st.Tokens) && st.Tokens[end].Kind == sqltext.Op && !st.IsAny(end, brackets...) && (end == first || st.Tokens[end-1].End == st.Tokens[end].Start); end++ {
		}
	}
	if first >= end {
		return 0, ""
	}
	return first, st.Text[st.Tokens[first].Start:st.Tokens[end-1].End]
}

// pointsAt tells whether an error is about token i; one without a position may be.
func pointsAt(e *pgerror.Error, st *sqltext.Statement, i int) bool {
	return e.Position <= 0 || e.Position == st.Chars+utf8.RuneCountInString(st.Text[:st.Tokens[i].Start])+1
}

// noOperator begins the message of an operator that there is not for its operands (42883).
const noOperator = "operator does not exist: "

// besideOperand returns the type of an operand that has none, beside one of a type: that type, but for what is added to dates
// and what multiplies intervals.
func besideOperand(operator, typ string) pgenc.OID {
	oid, _ := pgenc.TypeNamed(typ)
	switch {
	case oid == pgenc.OIDInterval && (operator == "*" || operator == "/"):
		return pgenc.OIDFloat8
	case operator == "+" && oid == pgenc.OIDDate: // PostgreSQL can't choose
		return pgenc.OIDInt4
	case operator == "+" && (oid == pgenc.OIDTimestamp || oid == pgenc.OIDTimestampTZ || oid == pgenc.OIDTime):
		return pgenc.OIDInterval
	}
	return oid
}
