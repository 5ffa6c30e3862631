package sqltext

import (
	"strconv"
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// NumberParams writes each ? of sql that stands for a parameter, as JDBC and ODBC have it, as the next $n: $1, $2 and so on. A
// text with both is a syntax error. What is not rewritten stays byte for byte.
func NumberParams(sql string) (string, error) {
	if strings.IndexByte(sql, '?') < 0 {
		return sql, nil
	}
	tokens, err := Tokenize(sql)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	n, copied, numbered := 0, 0, false
	for _, t := range tokens {
		numbered = numbered || t.Kind == Param
		if t.Kind != Op {
			continue
		}
		for i := int(t.Start); i < int(t.End); i++ {
			if sql[i] != '?' {
				continue
			}
			n++
			if numbered {
				return "", errMixedParams.At(i + 1)
			}
			out.WriteString(sql[copied:i])
			out.WriteString(" $" + strconv.Itoa(n) + " ") // in "a=?" it would be part of an operator
			copied = i + 1
		}
	}
	if n > 0 && numbered {
		return "", errMixedParams
	}
	out.WriteString(sql[copied:])
	return out.String(), nil
}

var errMixedParams = pgerror.New(pgerror.SyntaxError, "parameters are written as ? or as $1, not both")
