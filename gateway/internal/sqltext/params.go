package sqltext

// CastParams calls f with each parameter that is cast where it stands, $n::type or CAST($n AS type), and the type as it is
// written: PostgreSQL takes a parameter whose type nobody tells for what it is cast to.
func (s *Statement) CastParams(f func(n int, typ string)) {
	for i, t := range s.Tokens {
		if t.Kind != Param {
			continue
		}
		j := i + 2
		if !s.Is(i+1, "::") && !(s.Is(i+1, "AS") && s.Is(i-1, "(") && s.Is(i-2, "CAST")) {
			continue
		}
		if s.Is(j, "pg_catalog") && s.Is(j+1, ".") {
			j += 2
		}
		if end := s.typeEnd(j); end > j {
			f(s.ParamNumber(i), s.Text[s.Tokens[j].Start:s.Tokens[end-1].End])
		}
	}
}

// typeEnd returns the token behind the type that begins at token j.
func (s *Statement) typeEnd(j int) int {
	if s.Name(j) == "" {
		return j
	}
	end := j + 1
	if s.IsAny(end, "PRECISION", "VARYING") {
		end++
	}
	if s.Is(end, "(") {
		end = s.afterParens(end)
	}
	if s.IsAny(end, "WITH", "WITHOUT") && s.Is(end+1, "TIME") && s.Is(end+2, "ZONE") {
		end += 3
	}
	for s.Is(end, "[") && s.Is(end+1, "]") {
		end += 2
	}
	return end
}
