package sqltext

// InsertedRow reads INSERT INTO … VALUES (expression, …) of one row and nothing behind it: head is the text in front of VALUES. ok
// is false for any other statement, and for one with a DEFAULT among the values.
func (s *Statement) InsertedRow() (head string, row []Part, ok bool) {
	if !s.Is(0, "INSERT") || !s.Is(1, "INTO") {
		return "", nil, false
	}
	i := 2
	for s.Name(i) != "" && s.Is(i+1, ".") {
		i += 2
	}
	if s.Name(i) == "" {
		return "", nil, false
	}
	if i++; s.Is(i, "(") {
		i = s.afterParens(i)
	}
	if !s.Is(i, "VALUES") || !s.Is(i+1, "(") {
		return "", nil, false
	}
	row, next, ok := s.Arguments(i + 1)
	if !ok || next != len(s.Tokens) {
		return "", nil, false
	}
	for j := i + 1; j < next; j++ {
		if s.Is(j, "DEFAULT") {
			return "", nil, false
		}
	}
	return s.Text[:s.Tokens[i].Start], row, true
}
