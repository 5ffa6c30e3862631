package sqltext

// ofOneRow are functions whose value is made of one row, whatever other rows there are: an aggregate is not.
var ofOneRow = map[string]bool{
	"values": true, "cast": true, "lower": true, "upper": true, "trim": true, "ltrim": true, "rtrim": true, "coalesce": true, "nullif": true, "concat": true, "abs": true, "round": true,
	"to_date": true, "to_timestamp": true, "length": true, "replace": true, "substring": true, "left": true, "right": true,
}

// InsertedRow reads INSERT INTO … VALUES (expression, …) of one row and nothing behind it: head is the text in front of VALUES. ok
// is false for any other statement, and for one whose values might not be the same if they
// were made for many rows at once: a DEFAULT, a subquery, a function that is not known to look at one row alone.
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
		if s.IsAny(j, "DEFAULT", "SELECT", "VALUES", "FROM", "TABLE", "WITH", "OVER", "DISTINCT") && j > i+1 {
			return "", nil, false
		}
	}
	s.Functions(func(name string, at int) { ok = ok && (at < i || ofOneRow[name]) })
	if !ok {
		return "", nil, false
	}
	return s.Text[:s.Tokens[i].Start], row, true
}
