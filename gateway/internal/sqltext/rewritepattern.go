package sqltext

import (
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// operator writes OPERATOR(pg_catalog.~) as ~.
func (w *rewrite) operator(i int) {
	end := w.afterParens(i+1) - 1
	if !w.Is(i+1, "(") || !w.Is(end, ")") {
		return
	}
	first := i + 2
	if w.Is(first, "pg_catalog") && w.Is(first+1, ".") {
		first += 2
	}
	// Other operators would bind otherwise than OPERATOR() does.
	op := ""
	for j := first; j < end; j++ {
		op += w.Raw(j)
	}
	switch op {
	case "~", "!~":
		w.pattern(end+1, "s")
	case "~*", "!~*":
		w.put(end-1, "")
		w.pattern(end+1, "is")
	case "=", "<>", "~~", "!~~", "~~*", "!~~*":
	default:
		return
	}
	w.drop(i, first)
	w.put(end, "")
}

// match makes ~ look for its pattern in any part of the text: DuckDB's wants the whole. ~~ is LIKE.
func (w *rewrite) match(i int) {
	if w.Is(i-1, "~") || w.Is(i+1, "~") || w.inOperator(i) || i == 0 || !w.Is(i-1, "!") && !w.endsOperand(i-1) { // or it is the bits' complement
		return
	}
	if w.Is(i+1, "*") {
		w.put(i+1, "")
		w.pattern(i+2, "is")
		return
	}
	w.pattern(i+1, "s")
}

// inOperator tells whether token i stands inside OPERATOR().
func (s *Statement) inOperator(i int) bool {
	for i--; i >= 0 && (s.IsAny(i, "!", ".") || s.Is(i, "pg_catalog")); i-- {
	}
	return s.Is(i, "(") && s.Is(i-1, "OPERATOR")
}

// pattern makes the pattern that begins at token j one of the whole text that has it anywhere.
func (w *rewrite) pattern(j int, flags string) {
	end := w.primaryEnd(j)
	if end <= j || w.IsAny(j, "ANY", "ALL", "SOME") {
		return
	}
	if end == j+1 && w.Tokens[j].Kind == String {
		if text := Unquote(w.Raw(j)); wordEdges(text) != text {
			w.put(j, Quote(wordEdges(text)))
		}
	}
	w.insert(j, "('(?"+flags+").*(?:' || ")
	w.append(end-1, " || ').*')")
}

// wordEdges writes the edges of words in a pattern, \m \M \y and \Y, as DuckDB has them.
func wordEdges(pattern string) string {
	b := []byte(pattern)
	for i := 0; i+1 < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		switch i++; b[i] {
		case 'm', 'M', 'y':
			b[i] = 'b'
		case 'Y':
			b[i] = 'B'
		}
	}
	return string(b)
}

// primaryEnd returns the token behind the expression that begins at token j, up to the next operator.
func (s *Statement) primaryEnd(j int) int {
	switch {
	case j >= len(s.Tokens):
		return j
	case s.Is(j, "("):
		j = s.afterParens(j)
	case s.Is(j, "CASE"):
		depth := 0
		for ; j < len(s.Tokens); j++ {
			if s.Is(j, "CASE") {
				depth++
			} else if s.Is(j, "END") {
				if depth--; depth == 0 {
					break
				}
			}
		}
		j++
	case s.Tokens[j].Kind == Op:
		return j
	default:
		j++
	}
	for j < len(s.Tokens) {
		switch {
		case s.Is(j, "."):
			j += 2
		case s.Is(j, "(") && s.Name(j-1) != "":
			j = s.afterParens(j)
		case s.Is(j, "["):
			j = s.closing(j) + 1
		case s.Is(j, "::"):
			j += 2
		case s.Is(j-1, ")") && s.afterOver(j) > j:
			j = s.afterOver(j)
		default:
			return min(j, len(s.Tokens))
		}
	}
	return min(j, len(s.Tokens))
}

// similar writes the pattern of SIMILAR TO as the regular expression that DuckDB takes it for.
func (w *rewrite) similar(i int) {
	if !w.Is(i+1, "TO") || i+2 >= len(w.Tokens) {
		return
	}
	if w.Tokens[i+2].Kind != String || w.Is(i+3, "ESCAPE") || w.Is(i+3, "||") || w.Is(i+3, "::") {
		w.err = pgerror.New(pgerror.FeatureNotSupported, "SIMILAR TO is supported with a literal only").At(int(w.Tokens[i].Start) + 1)
		return
	}
	w.put(i+2, Quote(similarPattern(Unquote(w.Raw(i+2)))))
}

// similarPattern returns the regular expression of a SIMILAR TO pattern (section 9.7.2 of the manual).
func similarPattern(p string) string {
	var b strings.Builder
	b.WriteString("(?s)(?:")
	inBrackets := false
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\' && i+1 < len(p):
			i++
			if strings.IndexByte("\\.+*?()|[]{}^$%_", p[i]) >= 0 {
				b.WriteByte('\\')
			}
			b.WriteByte(p[i])
		case inBrackets:
			inBrackets = c != ']'
			b.WriteByte(c)
		case c == '[':
			inBrackets = true
			b.WriteByte(c)
		case c == '%':
			b.WriteString(".*")
		case c == '_':
			b.WriteByte('.')
		case c == '.' || c == '^' || c == '$':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteString(")")
	return b.String()
}

// escape gives LIKE the escape character that PostgreSQL's has by default, where its pattern, which begins at token j, may
// have one.
func (w *rewrite) escape(j int) {
	end := w.operandEnd(j)
	if end <= j || w.Is(end, "ESCAPE") || w.IsAny(j, "ANY", "ALL", "SOME") || !w.mayEscape(j, end) {
		return
	}
	w.append(end-1, ` ESCAPE '\'`)
}

// operandEnd returns the token behind the expression that begins at token j, up to an operator that binds as LIKE or less.
func (w *rewrite) operandEnd(j int) int {
	end := w.primaryEnd(j)
	for end > j && (w.Is(end, "||") || w.IsAny(end, "+", "-", "*", "/")) {
		next := w.primaryEnd(end + 1)
		if next <= end+1 {
			return end
		}
		end = next
	}
	return end
}

// mayEscape tells whether what stands from token j to end may have a backslash in it: all but literals without one.
func (s *Statement) mayEscape(j, end int) bool {
	for ; j < end; j++ {
		switch s.Tokens[j].Kind {
		case String:
			if strings.Contains(s.Raw(j), `\`) {
				return true
			}
		case Op:
			if !s.IsAny(j, "||", "(", ")") {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// likeOperator writes ~~, whose first character is token i, as LIKE where its pattern may have an escape.
func (w *rewrite) likeOperator(i int) {
	if !w.Is(i+1, "~") || w.Is(i-1, "~") || w.inOperator(i) {
		return
	}
	name, next := "LIKE", i+2
	if w.Is(next, "*") {
		name, next = "ILIKE", next+1
	}
	first := i
	if w.Is(i-1, "!") {
		name, first = "NOT "+name, i-1
	}
	end := w.primaryEnd(next)
	if end <= next || w.IsAny(next, "ANY", "ALL", "SOME") || !w.mayEscape(next, end) {
		return
	}
	w.drop(first, next)
	w.put(first, " "+name+" ")
	w.append(end-1, ` ESCAPE '\'`)
}

// likeAny writes LIKE ANY (array) and its kin, whose quantifier is token i, as the catalog's function of what each pattern gives:
// DuckDB takes = and its kin alone there.
func (w *rewrite) likeAny(i int) {
	first := i - 1
	operator, pattern := "", ` tavana_pattern ESCAPE '\'`
	switch {
	case w.IsAny(first, "LIKE", "ILIKE"):
		operator = strings.ToUpper(w.Raw(first))
	case w.Is(first, "~") && w.Is(first-1, "~"):
		operator, first = "LIKE", first-1
	case w.Is(first, "*") && w.Is(first-1, "~") && w.Is(first-2, "~"):
		operator, first = "ILIKE", first-2
	case w.Is(first, "~"):
		operator, pattern = "~", ` ('(?s).*(?:' || tavana_pattern || ').*')`
	case w.Is(first, "*") && w.Is(first-1, "~"):
		operator, pattern, first = "~", ` ('(?is).*(?:' || tavana_pattern || ').*')`, first-1
	default:
		return
	}
	switch {
	case operator == "~" && w.Is(first-1, "!"):
		operator, first = "!~", first-1
	case w.IsAny(first-1, "NOT", "!"):
		operator, first = "NOT "+operator, first-1
	}
	end := w.afterParens(i + 1)
	if w.r.Catalog == "" || !w.Is(i+1, "(") || !w.Is(end-1, ")") || w.Is(i+2, "SELECT") || first == 0 {
		return
	}
	function := "tavana_any"
	if w.Is(i, "ALL") {
		function = "tavana_all"
	}
	start := w.chainStart(first - 1)
	for j := start; j < first; j++ {
		if w.Is(j, "SELECT") { // DuckDB takes no subquery in a lambda
			return
		}
	}
	if end == i+4 && w.Tokens[i+2].Kind == String {
		if w.listLiteral(i + 2); w.instead[i+2] == "" {
			return
		}
	}
	w.later = append(w.later, later{start, end, func() {
		w.insert(start, w.r.Catalog+"."+function+"(list_transform("+w.renderedAll(i+2, end-1)+", lambda tavana_pattern: ")
		w.erase(first, end)
		w.put(first, operator+pattern+"))")
	}})
}
