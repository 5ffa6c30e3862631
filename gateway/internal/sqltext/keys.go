package sqltext

import (
	"cmp"
	"slices"
	"strings"
)

// KeyKind is what a key promises.
type KeyKind string

// The kinds of keys, as pg_constraint.contype has them.
const (
	PrimaryKey KeyKind = "p"
	UniqueKey  KeyKind = "u"
	ForeignKey KeyKind = "f"
)

// Key is a PRIMARY KEY, UNIQUE or FOREIGN KEY clause.
type Key struct {
	Kind    KeyKind
	Name    string // "" where the statement gives none
	Columns []string
	// References and RefColumns are a foreign key's; no columns: the other table's primary key.
	References Object
	RefColumns []string
	// OnUpdate and OnDelete are a foreign key's actions; NoAction where the statement gives none.
	OnUpdate, OnDelete Action
}

// Action is what a foreign key does when the row that it refers to changes, as pg_constraint.confdeltype has it.
type Action string

// NoAction is the default.
const NoAction Action = "a"

// action reads an action at token i.
func (s *Statement) action(i int) (a Action, next int) {
	switch {
	case s.Is(i, "RESTRICT"):
		return "r", i + 1
	case s.Is(i, "CASCADE"):
		return "c", i + 1
	case s.Is(i, "SET") && s.Is(i+1, "NULL"):
		return "n", i + 2
	case s.Is(i, "SET") && s.Is(i+1, "DEFAULT"):
		return "d", i + 2
	}
	return NoAction, i + 2
}

// Object is a name with its schema; "" where the statement gives none.
type Object struct{ Schema, Name string }

// keyParser walks over a statement and notes what to write otherwise.
type keyParser struct {
	*Statement
	keys  []Key
	edits []replacement
}

// replacement: what stands from token first up to token end is to be written as text.
type replacement struct {
	first, end int
	text       string
}

// TableKeys returns the keys that a CREATE TABLE declares, and the statement without them: a primary key's columns are
// NOT NULL instead. No keys: the statement declares none, or is another.
func (s *Statement) TableKeys() (table Object, keys []Key, rest Rewritten) {
	i := 1
	if s.Is(i, "OR") {
		i += 2
	}
	if !s.Is(0, "CREATE") || !s.Is(i, "TABLE") {
		return Object{}, nil, Rewritten{}
	}
	if i++; s.Is(i, "IF") {
		i += 3
	}
	table, i = s.object(i)
	if table.Name == "" || !s.Is(i, "(") {
		return Object{}, nil, Rewritten{}
	}
	p := keyParser{Statement: s}
	p.definitions(i)
	if len(p.keys) == 0 {
		return table, nil, Rewritten{}
	}
	return table, p.keys, s.replace(p.edits)
}

// AddedKey returns the key of an ALTER TABLE … ADD [CONSTRAINT name] PRIMARY KEY, UNIQUE or FOREIGN KEY; nil: it is another
// statement.
func (s *Statement) AddedKey() (table Object, key *Key) {
	table, i := s.altered()
	if table.Name == "" || !s.Is(i, "ADD") {
		return table, nil
	}
	p := keyParser{Statement: s}
	if !p.tableKey(i+1, len(s.Tokens)) {
		return table, nil
	}
	return table, &p.keys[0]
}

// DroppedConstraint returns the name in ALTER TABLE … DROP CONSTRAINT [IF EXISTS] name [CASCADE]; "": it is another
// statement.
func (s *Statement) DroppedConstraint() (table Object, name string, ifExists bool) {
	table, i := s.altered()
	if !s.Is(i, "DROP") || !s.Is(i+1, "CONSTRAINT") {
		return table, "", false
	}
	if i += 2; s.Is(i, "IF") {
		i, ifExists = i+2, true
	}
	return table, s.Name(i), ifExists
}

// DroppedNames returns what a DROP TABLE, VIEW or SCHEMA drops; nothing: it is another statement.
func (s *Statement) DroppedNames() []Object {
	if !s.Is(0, "DROP") || !s.IsAny(1, "TABLE", "VIEW", "SCHEMA") {
		return nil
	}
	i := 2
	if s.Is(i, "IF") {
		i += 2
	}
	var list []Object
	for {
		var o Object
		if o, i = s.object(i); o.Name == "" {
			return nil
		}
		if list = append(list, o); !s.Is(i, ",") {
			return list
		}
		i++
	}
}

// WithoutCascade returns the text of a DROP TABLE or DROP VIEW without CASCADE: DuckLake does not take it, and nothing
// there hangs on anything.
func (s *Statement) WithoutCascade() string {
	last := len(s.Tokens) - 1
	if s.Is(0, "DROP") && s.IsAny(1, "TABLE", "VIEW") && s.IsAny(last, "CASCADE", "RESTRICT") {
		return s.Text[:s.Tokens[last-1].End]
	}
	return s.Text
}

// Renamed returns what an ALTER TABLE or VIEW … RENAME TO, or RENAME [COLUMN] … TO, renames; column is "" for the table itself,
// and to is "" for another statement.
func (s *Statement) Renamed() (table Object, column, to string) {
	table, i := s.altered()
	if !s.Is(i, "RENAME") {
		return table, "", ""
	}
	if s.Is(i+1, "TO") {
		return table, "", s.Name(i + 2)
	}
	if i++; s.Is(i, "COLUMN") {
		i++
	}
	if !s.Is(i+1, "TO") {
		return table, "", ""
	}
	return table, s.Name(i), s.Name(i + 2)
}

// altered returns the table of an ALTER TABLE or VIEW and the index of what follows its name.
func (s *Statement) altered() (Object, int) {
	if !s.Is(0, "ALTER") || !s.IsAny(1, "TABLE", "VIEW") {
		return Object{}, 0
	}
	i := 2
	if s.Is(i, "IF") {
		i += 2
	}
	if s.Is(i, "ONLY") {
		i++
	}
	return s.object(i)
}

// object reads [[catalog.]schema.]name at token i.
func (s *Statement) object(i int) (Object, int) {
	o := Object{Name: s.Name(i)}
	for i++; s.Is(i, "."); i += 2 {
		o = Object{Schema: o.Name, Name: s.Name(i + 1)}
	}
	return o, i
}

// definitions reads the list of columns and constraints whose parenthesis opens at token open.
func (p *keyParser) definitions(open int) {
	depth, first := 0, open+1
	var nulls []string // columns that a table's primary key makes NOT NULL
	columns := map[string][2]int{}
	for i := open; i < len(p.Tokens); i++ {
		switch {
		case p.IsAny(i, "(", "[", "{"):
			depth++
		case p.IsAny(i, ")", "]", "}"):
			depth--
		}
		if depth > 1 || depth == 1 && !p.Is(i, ",") {
			continue
		}
		if n := len(p.keys); p.tableKey(first, i) {
			p.dropDefinition(first, i, len(columns) == 0)
			if p.keys[n].Kind == PrimaryKey {
				nulls = append(nulls, p.keys[n].Columns...)
			}
		} else {
			columns[p.Name(first)] = [2]int{first, i}
			p.columnKeys(first, i)
		}
		first = i + 1
		if depth == 0 {
			break
		}
	}
	for _, name := range nulls {
		if at, ok := columns[name]; ok && !p.notNull(at[0], at[1]) {
			p.edits = append(p.edits, replacement{at[1], at[1], " NOT NULL"})
		}
	}
	slices.SortStableFunc(p.edits, func(a, b replacement) int {
		return cmp.Or(a.first-b.first, a.end-b.end) // what is put in stands before what is left out there
	})
}

// dropDefinition leaves out the definition from first to end with the comma beside it: the one behind it while no column
// stands before it.
func (p *keyParser) dropDefinition(first, end int, leading bool) {
	switch {
	case !leading:
		first--
	case p.Is(end, ","):
		end++
	}
	p.edits = append(p.edits, replacement{first, end, ""})
}

func (p *keyParser) notNull(from, to int) bool {
	for i := from; i < to; i++ {
		if p.Is(i, "NOT") && p.Is(i+1, "NULL") {
			return true
		}
	}
	return false
}

// tableKey reads a table's constraint from token i up to end; false: it is none, or another one.
func (p *keyParser) tableKey(i, end int) bool {
	k := Key{}
	if p.Is(i, "CONSTRAINT") {
		k.Name = p.Name(i + 1)
		i += 2
	}
	switch {
	case p.Is(i, "PRIMARY") && p.Is(i+1, "KEY"):
		k.Kind = PrimaryKey
		i += 2
	case p.Is(i, "UNIQUE"):
		k.Kind = UniqueKey
		i++
		for p.IsAny(i, "NULLS", "NOT", "DISTINCT") {
			i++
		}
	case p.Is(i, "FOREIGN") && p.Is(i+1, "KEY"):
		k.Kind = ForeignKey
		i += 2
	default:
		return false
	}
	k.Columns, i = p.names(i)
	if len(k.Columns) == 0 {
		return false
	}
	if k.Kind == ForeignKey {
		if !p.Is(i, "REFERENCES") {
			return false
		}
		i = p.references(&k, i)
	}
	if p.afterKey(i) != end {
		return false
	}
	p.keys = append(p.keys, k)
	return true
}

// columnKeys reads the keys in a column's definition.
func (p *keyParser) columnKeys(from, to int) {
	depth := 0
	for i := from + 1; i < to; i++ {
		switch {
		case p.IsAny(i, "(", "[", "{"):
			depth++
		case p.IsAny(i, ")", "]", "}"):
			depth--
		}
		if depth > 0 {
			continue
		}
		k, next, text := Key{Columns: []string{p.Name(from)}}, 0, ""
		switch {
		case p.Is(i, "PRIMARY") && p.Is(i+1, "KEY"):
			k.Kind, next = PrimaryKey, i+2
			if !p.notNull(from, to) {
				text = "NOT NULL"
			}
		case p.Is(i, "UNIQUE"):
			k.Kind, next = UniqueKey, i+1
			for p.IsAny(next, "NULLS", "DISTINCT") || p.Is(next, "NOT") && p.Is(next+1, "DISTINCT") {
				next++
			}
		case p.Is(i, "REFERENCES"):
			k.Kind = ForeignKey
			next = p.references(&k, i)
		default:
			continue
		}
		start := i
		if p.Is(i-2, "CONSTRAINT") && i-2 > from {
			k.Name, start = p.Name(i-1), i-2
		}
		next = p.afterKey(next)
		p.keys = append(p.keys, k)
		p.edits = append(p.edits, replacement{start, next, text})
		i = next - 1
	}
}

// references reads REFERENCES table [(columns)] [MATCH …] [ON DELETE …] [ON UPDATE …] at token i.
func (p *keyParser) references(k *Key, i int) int {
	k.OnUpdate, k.OnDelete = NoAction, NoAction
	k.References, i = p.object(i + 1)
	if p.Is(i, "(") {
		k.RefColumns, i = p.names(i)
	}
	for {
		switch {
		case p.Is(i, "MATCH"):
			i += 2
		case p.Is(i, "ON") && p.Is(i+1, "UPDATE"):
			k.OnUpdate, i = p.action(i + 2)
		case p.Is(i, "ON") && p.Is(i+1, "DELETE"):
			k.OnDelete, i = p.action(i + 2)
		default:
			return i
		}
	}
}

// afterKey returns the index behind what may follow a key.
func (p *keyParser) afterKey(i int) int {
	for {
		switch {
		case p.Is(i, "DEFERRABLE"):
			i++
		case p.Is(i, "NOT") && p.IsAny(i+1, "DEFERRABLE", "VALID"), p.Is(i, "INITIALLY"):
			i += 2
		default:
			return i
		}
	}
}

// names reads (a, b) at token i.
func (p *keyParser) names(i int) (list []string, next int) {
	if !p.Is(i, "(") {
		return nil, i
	}
	for i++; ; i += 2 {
		name := p.Name(i)
		if name == "" || !p.IsAny(i+1, ",", ")") {
			return nil, i
		}
		list = append(list, name)
		if p.Is(i+1, ")") {
			return list, i + 2
		}
	}
}

// replace returns the text with the replacements, which are in order, made.
func (s *Statement) replace(list []replacement) Rewritten {
	var b strings.Builder
	r := Rewritten{}
	last := 0
	for _, e := range list {
		from := int(s.Tokens[e.first].Start)
		to := from
		if e.end > e.first {
			to = int(s.Tokens[e.end-1].End)
		}
		b.WriteString(s.Text[last:from])
		start := b.Len()
		b.WriteString(e.text)
		r.edits = append(r.edits, edit{start, b.Len(), from, to})
		last = to
	}
	b.WriteString(s.Text[last:])
	r.Text = b.String()
	return r
}
