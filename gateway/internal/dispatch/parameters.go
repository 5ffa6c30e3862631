package dispatch

import (
	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
)

// parameterTypes gives every parameter a type: the declared one, else what DuckDB inferred, else what stands beside it,
// else text, as PostgreSQL does.
func parameterTypes(st *sqltext.Statement, declared []pgenc.OID, inferred []string) []pgenc.OID {
	out := make([]pgenc.OID, len(declared))
	var beside map[int]pgenc.OID
	for i := range out {
		switch {
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

// byContext returns the types of the parameters that an arithmetic or comparison operator joins with a number.
func byContext(st *sqltext.Statement) map[int]pgenc.OID {
	out := map[int]pgenc.OID{}
	for i, t := range st.Tokens {
		if t.Kind != sqltext.Param {
			continue
		}
		for _, j := range [2]int{i - 2, i + 2} {
			if j >= 0 && j < len(st.Tokens) && st.Tokens[j].Kind == sqltext.Number && isOperator(st, (i+j)/2) {
				out[st.ParamNumber(i)] = pgenc.NumberOID(st.Raw(j))
			}
		}
	}
	return out
}

func isOperator(st *sqltext.Statement, i int) bool {
	return st.IsAny(i, "+", "-", "*", "/", "%", "=", "<", ">", "<=", ">=", "<>", "!=")
}
