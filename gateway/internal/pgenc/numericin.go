package pgenc

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/angelerator/tavana/internal/pgerror"
)

// maxPrecision is how many digits DuckDB's DECIMAL has. PostgreSQL's numeric has more; what does not fit is an error.
const maxPrecision = 38

// parseNumeric reads numeric's text form: digits with a point and an exponent.
func parseNumeric(s string) (decimal128.Num, int32, error) {
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(s[i+1:])
		if err != nil || e > 1000 || e < -1000 {
			return decimal128.Num{}, 0, errSyntax("numeric", s)
		}
		mantissa, exponent = s[:i], e
	}
	body := strings.TrimLeft(mantissa, "+-")
	if len(mantissa)-len(body) > 1 {
		return decimal128.Num{}, 0, errSyntax("numeric", s)
	}
	whole, frac, _ := strings.Cut(body, ".")
	digits := whole + frac
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		if strings.EqualFold(body, "nan") || strings.EqualFold(body, "infinity") || strings.EqualFold(body, "inf") {
			return decimal128.Num{}, 0, errNumericSpecial()
		}
		return decimal128.Num{}, 0, errSyntax("numeric", s)
	}
	scale := len(frac) - exponent
	if scale < 0 {
		digits += strings.Repeat("0", -scale)
		scale = 0
	}
	return makeNumeric(digits, mantissa[0] == '-', scale)
}

// decodeNumeric reads what appendNumeric writes.
func decodeNumeric(v []byte) (decimal128.Num, int32, error) {
	bad := func() (decimal128.Num, int32, error) {
		return decimal128.Num{}, 0, pgerror.New(pgerror.InvalidBinaryRepresentation, "invalid binary numeric")
	}
	if len(v) < 8 {
		return bad()
	}
	n, weight, sign, scale := int(be.Uint16(v)), int(int16(be.Uint16(v[2:]))), be.Uint16(v[4:]), int(be.Uint16(v[6:]))
	if len(v) != 8+2*n || scale > 16383 {
		return bad()
	}
	switch sign {
	case 0, 0x4000:
	case 0xC000, 0xD000, 0xF000:
		return decimal128.Num{}, 0, errNumericSpecial()
	default:
		return bad()
	}
	// The digits from 10000^weight down to the last that scale shows.
	var digits strings.Builder
	last := -((scale + 3) / 4)
	if weight > 1000 || weight < -5000 {
		return decimal128.Num{}, 0, errNumericRange()
	}
	for w := max(weight, 0); w >= last; w-- {
		d := 0
		if i := weight - w; i >= 0 && i < n {
			if d = int(be.Uint16(v[8+2*i:])); d > 9999 {
				return bad()
			}
		}
		digits.Write(appendPadded(nil, uint64(d), 4))
	}
	text := digits.String()
	text = text[:len(text)-(-last*4-scale)]
	return makeNumeric(text, sign == 0x4000, scale)
}

// makeNumeric returns digits × 10^-scale. Trailing zeros behind the point are dropped when they alone are too many.
func makeNumeric(digits string, negative bool, scale int) (decimal128.Num, int32, error) {
	digits = strings.TrimLeft(digits, "0")
	for len(digits) > 0 && scale > 0 && (len(digits) > maxPrecision || scale > maxPrecision) && digits[len(digits)-1] == '0' {
		digits, scale = digits[:len(digits)-1], scale-1
	}
	if digits == "" {
		return decimal128.Num{}, int32(min(scale, maxPrecision-1)), nil
	}
	if len(digits) > maxPrecision || scale > maxPrecision {
		return decimal128.Num{}, 0, errNumericRange()
	}
	v, _ := new(big.Int).SetString(digits, 10)
	if negative {
		v.Neg(v)
	}
	return decimal128.FromBigInt(v), int32(scale), nil
}

func errNumericRange() error {
	return pgerror.New(pgerror.NumericValueOutOfRange, "numeric parameter has more than 38 digits").
		WithDetail("DuckDB's DECIMAL has 38 digits.")
}

func errNumericSpecial() error {
	return pgerror.New(pgerror.FeatureNotSupported, "numeric NaN and infinity are not supported").
		WithHint("Use double precision.")
}
