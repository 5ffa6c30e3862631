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
	Other
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
	"EXPORT": Copy, "IMPORT": Copy, "PRAGMA": Pragma, "CHECKPOINT": Pragma, "FORCE": Pragma, "VACUUM": Other, "ANALYZE": Other,
}

// Verb returns what the statement does.
func (s *Statement) Verb() Verb {
	i := 0
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
		if s.createsTemp() {
			return CreateTemp
		}
	}
	return v
}

// afterWith returns the index of the word after a WITH list: the first of the main verbs outside parentheses.
func (s *Statement) afterWith(i int) int {
	depth := 0
	for i++; i < len(s.Tokens); i++ {
		switch {
		case s.Is(i, "("):
			depth++
		case s.Is(i, ")"):
			depth--
		case depth == 0 && s.IsAny(i, "SELECT", "VALUES", "TABLE", "FROM", "INSERT", "UPDATE", "DELETE", "MERGE"):
			return i
		}
	}
	return i
}

// rollbackTo returns the index of the savepoint's name in ROLLBACK TO [SAVEPOINT] name; 0 for another ROLLBACK.
func (s *Statement) rollbackTo() int {
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

func (s *Statement) createsTemp() bool {
	for i := 1; i < 5; i++ {
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
