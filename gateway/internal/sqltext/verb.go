package sqltext

// Verb is what a statement does, as far as its words tell: who handles it, and how its command tag begins.
type Verb uint8

// The verbs. Those up to Unlisten are the gateway's own.
const (
	Unknown Verb = iota
	Begin
	Commit
	Rollback
	Savepoint
	Release
	RollbackTo
	Set
	Reset
	Show
	Discard
	Prepare
	Execute
	Deallocate
	Declare
	Fetch
	Move
	Close
	Listen
	// What follows is for a worker.
	Select
	Insert
	Update
	Delete
	Merge
	CreateTemp
	Create
	Drop
	Alter
	Explain
	Copy
	Call
	Attach
	Load
	Pragma
	Comment
	Truncate
	Describe
	Vacuum // and ANALYZE
)

var firstWords = map[string]Verb{
	"BEGIN": Begin, "START": Begin, "COMMIT": Commit, "END": Commit, "ROLLBACK": Rollback, "ABORT": Rollback,
	"SAVEPOINT": Savepoint, "RELEASE": Release,
	"SET": Set, "RESET": Reset, "SHOW": Show, "DISCARD": Discard,
	"PREPARE": Prepare, "EXECUTE": Execute, "DEALLOCATE": Deallocate,
	"DECLARE": Declare, "FETCH": Fetch, "MOVE": Move, "CLOSE": Close,
	"LISTEN": Listen, "UNLISTEN": Listen, "NOTIFY": Listen,
	"SELECT": Select, "VALUES": Select, "TABLE": Select, "FROM": Select, "PIVOT": Select, "UNPIVOT": Select, "SUMMARIZE": Describe, "DESCRIBE": Describe, "DESC": Describe,
	"INSERT": Insert, "UPDATE": Update, "DELETE": Delete, "MERGE": Merge, "TRUNCATE": Truncate,
	"CREATE": Create, "DROP": Drop, "ALTER": Alter, "COMMENT": Comment,
	"EXPLAIN": Explain, "COPY": Copy, "CALL": Call,
	"ATTACH": Attach, "DETACH": Attach, "USE": Attach, "LOAD": Load, "INSTALL": Load,
	"EXPORT": Copy, "IMPORT": Copy, "PRAGMA": Pragma, "CHECKPOINT": Pragma, "FORCE": Pragma, "VACUUM": Vacuum, "ANALYZE": Vacuum, "ANALYSE": Vacuum,
}

// Verb returns what the statement does.
func (s *Statement) Verb() Verb { return s.verbAt(0) }

// Effect returns the verb whose effect the statement has: of EXPLAIN ANALYZE, which runs it, that of what it explains, and
// of a COPY to the client that of its query.
func (s *Statement) Effect() Verb {
	v := s.Verb()
	if v == Copy && s.copiesOut() {
		if s.Is(1, "(") {
			return s.verbAt(2)
		}
		return Select
	}
	if v != Explain {
		return v
	}
	inner, analyze := s.Explained()
	if analyze {
		return inner
	}
	return Explain
}

// HasFormat tells whether an EXPLAIN asks for another format than text.
func (s *Statement) HasFormat() bool {
	for i := 2; s.Is(1, "(") && i < len(s.Tokens) && !s.Is(i, ")"); i++ {
		if s.Is(i, "FORMAT") {
			return !s.Is(i+1, "TEXT")
		}
	}
	return false
}

// Explained returns the verb of what an EXPLAIN explains, and whether it also runs it.
func (s *Statement) Explained() (v Verb, analyze bool) {
	o := s.explainOptions()
	return s.verbAt(o.next), o.analyze
}

// verbAt returns the verb of the statement that begins at token i.
func (s *Statement) verbAt(i int) Verb {
	for s.Is(i, "(") {
		i++
	}
	if s.Is(i, "WITH") {
		i = s.afterWith(i)
	}
	for s.Is(i, "(") {
		i++
	}
	v := firstWords[s.word(i)]
	switch v {
	case Rollback:
		if s.rollbackTo() > 0 {
			return RollbackTo
		}
	case Create:
		if s.createsTemp(i) {
			return CreateTemp
		}
	case Select:
		if in, ok := s.selectsInto(i); ok && in.temp {
			return CreateTemp
		} else if ok {
			return Create
		}
	}
	return v
}

// afterWith returns the index of what follows a WITH list: WITH [RECURSIVE] name [(columns)] AS [[NOT] MATERIALIZED]
// (statement) [, …].
func (s *Statement) afterWith(i int) int {
	i++
	if s.Is(i, "RECURSIVE") && s.Name(i+1) != "" {
		i++
	}
	for {
		i++ // the name
		if s.Is(i, "(") {
			i = s.afterParens(i)
		}
		for s.IsAny(i, "USING", "KEY", "AS", "NOT", "MATERIALIZED") || s.Is(i, "(") && s.Is(i-1, "KEY") {
			if s.Is(i, "(") {
				i = s.afterParens(i)
			} else {
				i++
			}
		}
		if !s.Is(i, "(") {
			return i
		}
		if i = s.afterParens(i); !s.Is(i, ",") {
			return i
		}
		i++
	}
}

// afterParens returns the index after the parenthesis that closes the one at token i.
func (s *Statement) afterParens(i int) int {
	for depth := 0; i < len(s.Tokens); i++ {
		switch {
		case s.Is(i, "("):
			depth++
		case s.Is(i, ")"):
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return i
}

// rollbackTo returns the index of the savepoint's name in ROLLBACK TO [SAVEPOINT] name; 0 for another ROLLBACK.
func (s *Statement) rollbackTo() int {
	if !s.IsAny(0, "ROLLBACK", "ABORT") {
		return 0
	}
	i := 1
	if s.IsAny(i, "WORK", "TRANSACTION") {
		i++
	}
	if !s.Is(i, "TO") {
		return 0
	}
	i++
	if s.Is(i, "SAVEPOINT") {
		i++
	}
	return i
}

// SavepointName returns the name in SAVEPOINT, RELEASE [SAVEPOINT] and ROLLBACK TO [SAVEPOINT]; "" when there is none, or
// more than that.
func (s *Statement) SavepointName() string {
	i := s.rollbackTo()
	if i == 0 {
		i = 1
		if s.Is(0, "RELEASE") && s.Is(1, "SAVEPOINT") {
			i = 2
		}
	}
	if len(s.Tokens) != i+1 {
		return ""
	}
	return s.Name(i)
}

func (s *Statement) createsTemp(create int) bool {
	for i := create + 1; i < create+5; i++ {
		if s.IsAny(i, "TEMP", "TEMPORARY") {
			return true
		}
		if !s.IsAny(i, "OR", "REPLACE", "LOCAL", "GLOBAL") {
			return false
		}
	}
	return false
}

// Functions calls f with the name of every function call, folded to lower case, without its schema.
func (s *Statement) Functions(f func(name string, i int)) {
	for i, t := range s.Tokens {
		if (t.Kind == Word || t.Kind == Quoted) && s.Is(i+1, "(") {
			f(s.Name(i), i)
		}
	}
}

// Tag returns the command tag of a statement that a worker ran: rows is what it returned or changed.
func (s *Statement) Tag(rows uint64) string {
	switch v := s.Verb(); v {
	case Select, Describe:
		return count("SELECT", rows)
	case Insert:
		return count("INSERT 0", rows)
	case Update:
		return count("UPDATE", rows)
	case Delete:
		return count("DELETE", rows)
	case Fetch:
		return count("FETCH", rows)
	case Move:
		return count("MOVE", rows)
	case Truncate:
		return "TRUNCATE TABLE"
	case Merge:
		return count("MERGE", rows)
	case Copy:
		return count("COPY", rows)
	case Explain:
		return "EXPLAIN"
	case Create, CreateTemp, Drop, Alter:
		return s.objectTag(rows)
	case Call:
		return "CALL"
	}
	return s.word(0)
}

// Writes tells whether a worker runs the statement and it may change something.
func (v Verb) Writes() bool {
	switch v {
	case Insert, Update, Delete, Merge, CreateTemp, Create, Drop, Alter, Copy, Comment, Truncate:
		return true
	}
	return false
}

// WritesLasting tells whether the statement may change something that lasts.
func (v Verb) WritesLasting() bool { return v.Writes() && v != CreateTemp }
