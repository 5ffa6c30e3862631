package pgfunc

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/angelerator/tavana/internal/pgerror"
)

// parseIdent is PostgreSQL's parse_ident(name, strict): the parts of a qualified name, those without quotes in lower case. What
// stands behind the last one is an error when strict is "true".
func parseIdent(args []Value) (Value, error) {
	p := identifier{whole: args[0].Text, rest: strings.TrimLeft(args[0].Text, space)}
	var parts []Value
	for {
		part, err := p.part()
		if err != nil {
			return Value{}, err
		}
		parts = append(parts, text(part))
		p.rest = strings.TrimLeft(p.rest, space)
		if strings.HasPrefix(p.rest, ".") {
			p.rest = strings.TrimLeft(p.rest[1:], space)
			continue
		}
		if p.rest != "" && args[1].Text == "true" {
			return Value{}, p.invalid()
		}
		return Value{List: parts}, nil
	}
}

// space is what PostgreSQL's scanner takes for white space.
const space = " \t\n\r\f"

type identifier struct{ whole, rest string }

// part takes one name from the text.
func (p *identifier) part() (string, error) {
	if strings.HasPrefix(p.rest, `"`) {
		var b strings.Builder
		for rest := p.rest[1:]; ; {
			inside, after, ok := strings.Cut(rest, `"`)
			if !ok {
				return "", p.invalid()
			}
			b.WriteString(inside)
			if strings.HasPrefix(after, `"`) {
				b.WriteByte('"')
				rest = after[1:]
				continue
			}
			if p.rest = after; b.Len() == 0 {
				return "", p.invalid()
			}
			return b.String(), nil
		}
	}
	end := strings.IndexFunc(p.rest, func(r rune) bool { return !identRune(r) && (r < '0' || r > '9') && r != '$' })
	if end < 0 {
		end = len(p.rest)
	}
	if first, _ := utf8.DecodeRuneInString(p.rest); end == 0 || !identRune(first) {
		return "", p.invalid()
	}
	name := strings.ToLower(p.rest[:end])
	p.rest = p.rest[end:]
	return name, nil
}

// identRune tells whether a name without quotes may begin with r.
func identRune(r rune) bool { return r == '_' || r >= utf8.RuneSelf || unicode.IsLetter(r) }

func (p *identifier) invalid() error {
	return pgerror.New(pgerror.InvalidParameterValue, `string is not a valid identifier: "`+p.whole+`"`)
}
