package sqltext

// Description is a COMMENT ON COLUMN or COMMENT ON SCHEMA.
type Description struct {
	// Object is the column's table or view; of a schema, its Schema alone is set.
	Object Object
	// Column is "" for a schema's comment.
	Column string
	// Relation is the table or view as the statement writes it.
	Relation string
	// Text is "" where the statement takes a comment away.
	Text string
}

// Description reads a COMMENT ON COLUMN or COMMENT ON SCHEMA; nil: s is another statement.
func (s *Statement) Description() (*Description, error) {
	if !s.Is(0, "COMMENT") || !s.Is(1, "ON") || !s.IsAny(2, "COLUMN", "SCHEMA") {
		return nil, nil
	}
	d := &Description{}
	o, i := s.object(3)
	if s.Is(2, "SCHEMA") {
		o, i = Object{Schema: s.Name(3)}, 4
	}
	if !s.Is(i, "IS") || o.Schema == "" {
		return nil, s.SyntaxErrorAt(i)
	}
	switch text := i + 1; {
	case text != len(s.Tokens)-1:
		return nil, s.SyntaxErrorAt(text + 1)
	case s.Tokens[text].Kind == String:
		d.Text = Unquote(s.Raw(text))
	case !s.Is(text, "NULL"):
		return nil, s.SyntaxErrorAt(text)
	}
	if s.Is(2, "SCHEMA") {
		d.Object = o
		return d, nil
	}
	d.Column, d.Object.Name = o.Name, o.Schema
	relation := i - 3 // its token
	if relation > 3 {
		d.Object.Schema = s.Name(relation - 2)
	}
	d.Relation = s.Text[s.Tokens[3].Start:s.Tokens[relation].End]
	return d, nil
}
