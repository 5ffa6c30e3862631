package sqltext

// Singly returns what a DROP or TRUNCATE stands for that names several objects, or says what DuckDB does not know: a statement for
// each object. Positions in them are those in s. Nothing: DuckDB takes s as it is, or s is another statement.
func (s *Statement) Singly() ([]Statement, error) {
	first, end, cascade := 0, len(s.Tokens), ""
	switch {
	case s.Is(0, "DROP") && s.IsAny(1, "TABLE", "VIEW", "SCHEMA", "SEQUENCE", "TYPE", "INDEX"):
		if first = 2; s.Is(first, "IF") && s.Is(first+1, "EXISTS") {
			first += 2
		}
		if end-1 > first && s.IsAny(end-1, "CASCADE", "RESTRICT") && !s.Is(end-2, ",") {
			end--
			cascade = " " + s.Raw(end)
		}
	case s.Is(0, "TRUNCATE"):
		if first = 1; s.Is(first, "TABLE") {
			first++
		}
		// Lasting tables number no rows, and their keys, which are not enforced, pass nothing on.
		if end-1 > first && s.IsAny(end-1, "CASCADE", "RESTRICT") && !s.Is(end-2, ",") {
			end--
		}
		if end-2 > first && s.Is(end-1, "IDENTITY") && s.IsAny(end-2, "RESTART", "CONTINUE") && !s.Is(end-3, ",") {
			end -= 2
		}
	default:
		return nil, nil
	}
	objects := s.listed(first)
	if len(objects) == 1 && (cascade != "" || end == len(s.Tokens)) {
		return nil, nil
	}
	objects[len(objects)-1].end = end
	list := make([]Statement, len(objects))
	for i, o := range objects {
		if o.first >= o.end {
			return nil, s.SyntaxErrorAt(o.end)
		}
		var err error
		if list[i], err = s.only(first, o.first, o.end, cascade); err != nil {
			return nil, err
		}
	}
	return list, nil
}
