package duck

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// report is what DuckDB writes with errors_as_json.
type report struct {
	Type     string `json:"exception_type"`
	Message  string `json:"exception_message"`
	Subtype  string `json:"error_subtype"`
	Entry    string `json:"type"`
	Name     string `json:"name"`
	Call     string `json:"call"`
	Position string `json:"position"`
	Errno    string `json:"errno"`
	Status   string `json:"status_code"`
}

// FatalError is DuckDB's word that its instance may no longer be usable. The worker finds out whether that is so
// (Instance.Alive), and restarts.
type FatalError struct{ Report string }

// Error implements error.
func (e *FatalError) Error() string { return "DuckDB is unusable after an internal error: " + e.Report }

// errorFrom turns DuckDB's text into an error with a SQLSTATE and PostgreSQL's words. The class comes from fields, not from
// the message; where no field tells (the constraint kinds, and a few others) the rules below and the wordings read it.
func errorFrom(text string) error { return errorAt(text, "") }

// errorAt is errorFrom where what the error's position points at is known.
func errorAt(text, here string) error {
	r := parseReport(text)
	if r == nil {
		return pgerror.New(pgerror.InternalError, text)
	}
	if r.Type == "INTERNAL" || r.Type == "FATAL" {
		return pgerror.WithCode(&FatalError{Report: r.Message}, pgerror.InternalError)
	}
	if code, message, ok := ownError(r); ok {
		e := pgerror.New(code, message)
		if p, err := strconv.Atoi(r.Position); err == nil && r.Type == "Conversion" {
			e.Position = p + 1 // the literal's
		}
		return e
	}
	e := pgerror.New(codeOf(r), "")
	e.Message, e.Hint = splitHint(r.Message)
	reword(e, r.Type, here)
	if r.Type == "Permission" && e.Hint == "" {
		e.Hint = "The folders and URL prefixes that statements may use are set by --allow."
	}
	if p, err := strconv.Atoi(r.Position); err == nil {
		e.Position = p + 1
	}
	return e
}

// ownMark begins an error that has its SQLSTATE: of a catalog's macro, by error(chr(1) || SQLSTATE || message), or of our functions
// and casts.
const ownMark = "\x01"

// ownError reads such an error.
func ownError(r *report) (code pgerror.Code, message string, ok bool) {
	const length = 5
	text, ok := strings.CutPrefix(r.Message, ownMark)
	if !ok || r.Type != "Invalid Input" && r.Type != "Conversion" || len(text) < length {
		return "", "", false
	}
	message, _, _ = strings.Cut(text[length:], " when casting from source column ")
	return pgerror.Code(text[:length]), message, true
}

// parseReport reads DuckDB's text; nil when it is in no known form. Its JSON stands at the beginning, or behind the words
// "Parser Error: ", "Not implemented Error: " or "Catalog Error: "; a brace anywhere else is a user's, who can write what looks like a report into an error of his own.
// A failed commit, and an error that begins with a brace itself, are told as text: "TransactionContext Error: …".
func parseReport(text string) *report {
	var r report
	kind, msg, ok := strings.Cut(text, " Error: ")
	j := text
	if kind == "Parser" || kind == "Not implemented" || kind == "Catalog" {
		j = msg
	}
	if strings.HasPrefix(j, "{") && json.Unmarshal([]byte(j), &r) == nil {
		return &r
	}
	if !ok || byType[kind] == "" {
		return nil
	}
	return &report{Type: kind, Message: msg}
}

// splitHint divides DuckDB's message: what follows the first line as a suggestion is PostgreSQL's hint.
func splitHint(msg string) (message, hint string) {
	for _, mark := range []string{"\nDid you mean", "\nCandidate ", "\n\tCandidate ", "\nEither ", "\n\nPossible solutions", "\n\nPlease try", "\nUse ", "\n\n* "} {
		if i := strings.Index(msg, mark); i >= 0 {
			return strings.TrimSpace(msg[:i]), strings.ReplaceAll(strings.TrimSpace(msg[i+1:]), ": : ", ": ")
		}
	}
	return strings.TrimSpace(msg), ""
}

func codeOf(r *report) pgerror.Code {
	switch r.Status { // an object store's answer
	case "404":
		return pgerror.UndefinedFile
	case "401", "403":
		return pgerror.InsufficientPrivilege
	}
	switch r.Subtype {
	case "MISSING_ENTRY":
		return missing(r.Entry)
	case "ENTRY_ALREADY_EXISTS":
		return existing(r.Entry)
	case "COLUMN_NOT_FOUND":
		return pgerror.UndefinedColumn
	case "SYNTAX_ERROR":
		return pgerror.SyntaxError
	case "NO_MATCHING_FUNCTION":
		return pgerror.UndefinedFunction
	}
	if c, ok := byType[r.Type]; ok {
		if r.Type == "Catalog" && strings.HasSuffix(r.Message, alreadyExists) {
			entry, _, _ := strings.Cut(strings.TrimPrefix(r.Message, "Could not rename "), " ")
			return existing(entry)
		}
		if r.Type == "TransactionContext" && strings.HasPrefix(r.Message, failedCommit) {
			return codeOfCommit(r.Message)
		}
		if rule, ok := byMessage[r.Type]; ok {
			if code, ok := matchPrefix(rule, r.Message); ok {
				return code
			}
		}
		return c
	}
	return pgerror.InternalError
}

func missing(entry string) pgerror.Code {
	switch entry {
	case "Table", "View":
		return pgerror.UndefinedTable
	case "Schema":
		return pgerror.InvalidSchemaName
	case "Database", "Catalog":
		return pgerror.InvalidCatalogName
	}
	if strings.Contains(entry, "Function") || strings.Contains(entry, "Macro") {
		return pgerror.UndefinedFunction
	}
	return pgerror.UndefinedObject
}

func existing(entry string) pgerror.Code {
	switch entry {
	case "Table", "View", "view", "Index", "Sequence":
		return pgerror.DuplicateTable
	case "Column":
		return pgerror.DuplicateColumn
	case "Schema":
		return pgerror.DuplicateSchema
	}
	if strings.Contains(entry, "Function") || strings.Contains(entry, "Macro") {
		return pgerror.DuplicateFunction
	}
	return pgerror.DuplicateObject
}

// byType is the SQLSTATE of each exception_type where no subtype says more.
var byType = map[string]pgerror.Code{
	"Binder":                 pgerror.SyntaxErrorOrAccessRule,
	"Catalog":                pgerror.UndefinedObject,
	"Parser":                 pgerror.SyntaxError,
	"Syntax":                 pgerror.SyntaxError,
	"Conversion":             pgerror.InvalidTextRepresentation,
	"Cast":                   pgerror.InvalidTextRepresentation,
	"Constraint":             pgerror.IntegrityConstraintViolation,
	"Out of Range":           pgerror.NumericValueOutOfRange,
	"Decimal":                pgerror.NumericValueOutOfRange,
	"Divide by Zero":         pgerror.DivisionByZero,
	"Invalid Input":          pgerror.InvalidParameterValue,
	"Invalid":                pgerror.InvalidParameterValue,
	"Invalid type":           pgerror.DatatypeMismatch,
	"Invalid Type":           pgerror.DatatypeMismatch,
	"Mismatch Type":          pgerror.DatatypeMismatch,
	"Unknown Type":           pgerror.UndefinedObject,
	"Parameter Not Allowed":  pgerror.IndeterminateDatatype,
	"Parameter Not Resolved": pgerror.IndeterminateDatatype,
	"Parameter Not Found":    pgerror.UndefinedParameter,
	"Not implemented":        pgerror.FeatureNotSupported,
	"Not Implemented":        pgerror.FeatureNotSupported,
	"IO":                     pgerror.IOError,
	"HTTP":                   pgerror.IOError,
	"Network":                pgerror.IOError,
	"INTERRUPT":              pgerror.QueryCanceled,
	"Interrupt":              pgerror.QueryCanceled,
	"Out of Memory":          pgerror.OutOfMemory,
	"Permission":             pgerror.InsufficientPrivilege,
	"Settings":               pgerror.UndefinedObject,
	"TransactionContext":     pgerror.InFailedSQLTransaction,
	"Transaction":            pgerror.SerializationFailure,
	"Dependency":             pgerror.DependentObjectsStillExist,
	"Missing Extension":      pgerror.FeatureNotSupported,
	"Extension Autoloading":  pgerror.FeatureNotSupported,
	"Sequence":               pgerror.ObjectNotInPrerequisiteState,
	"Serialization":          pgerror.IOError,
	"Object Size":            pgerror.ProgramLimitExceeded,
	"Connection":             pgerror.ConnectionFailure,
	"Invalid Configuration":  pgerror.InvalidParameterValue,
}

// messageRule reads the fixed beginning of a message.
type messageRule struct {
	part string
	code pgerror.Code
}

// byMessage holds the rules for the types whose fields do not tell enough. testdata/errors pins each on the real DuckDB.
var byMessage = map[string][]messageRule{
	"Constraint": {
		{"NOT NULL constraint failed", pgerror.NotNullViolation},
		{"CHECK constraint failed", pgerror.CheckViolation},
		{"Duplicate key", pgerror.UniqueViolation},
		{"PRIMARY KEY or UNIQUE constraint violat", pgerror.UniqueViolation},
		{"Violates foreign key", pgerror.ForeignKeyViolation},
	},
	"Catalog": {
		{"Cannot SET NOT NULL on table", pgerror.FeatureNotSupported},
		{"Table with name", pgerror.UndefinedTable},
		{"View with name", pgerror.UndefinedTable},
		{"Schema with name", pgerror.InvalidSchemaName},
		{"Scalar Function with name", pgerror.UndefinedFunction},
		{"Table Function with name", pgerror.UndefinedFunction},
		{"Aggregate Function with name", pgerror.UndefinedFunction},
		{"Catalog \"", pgerror.InvalidCatalogName},
		{"Failed to rename column - column ", pgerror.UndefinedColumn},
		{"Failed to alter column - column ", pgerror.UndefinedColumn},
		{"Can only modify ", pgerror.WrongObjectType},
		{"Existing object ", pgerror.WrongObjectType},
	},
	"Binder": {
		{"Cannot use ALTER ", pgerror.WrongObjectType},
		{"Cannot comment on columns for entry", pgerror.WrongObjectType},
		{"RETURNING clause not yet supported", pgerror.FeatureNotSupported},
		{"There are no UNIQUE/PRIMARY KEY constraints", pgerror.InvalidColumnReference},
		{"Referenced column", pgerror.UndefinedColumn},
		{"Referenced table", pgerror.UndefinedTable},
		{"Ambiguous reference", pgerror.AmbiguousColumn},
		{"Catalog \"", pgerror.InvalidCatalogName},
		{"Table \"", pgerror.UndefinedColumn},
		{"column \"", pgerror.GroupingError},
		{"Could not choose a best candidate", pgerror.AmbiguousFunction},
		{"No function matches", pgerror.UndefinedFunction},
		{"Duplicate alias", pgerror.DuplicateTable},
		{"Cannot compare values", pgerror.UndefinedFunction},
		{"Cannot mix values", pgerror.DatatypeMismatch},
		{"aggregate function calls cannot be nested", pgerror.GroupingError},
		{"GROUP BY clause cannot contain aggregates", pgerror.GroupingError},
		{"WHERE clause cannot contain aggregates", pgerror.GroupingError},
		{"WHERE clause cannot contain window", pgerror.WindowingError},
		{"Set operations can only apply", pgerror.SyntaxError},
		{"table ", pgerror.SyntaxError}, // … has 3 columns but 1 values were supplied
		{"ORDER term out of range", pgerror.InvalidColumnReference},
		{"LIMIT/OFFSET cannot be negative", pgerror.InvalidRowCountInLimitClause},
		{"Referenced update column", pgerror.UndefinedColumn},
		{"Values were not provided for the following prepared", pgerror.UndefinedParameter},
	},
	"Invalid Input": {
		{"Cannot execute statement of type", pgerror.ReadOnlySQLTransaction},
		{"Failed to convert DuckDB type to DuckLake", pgerror.FeatureNotSupported},
		{"Failed to query most recent snapshot for DuckLake", pgerror.SerializationFailure},
		{"More than one row returned by a subquery", pgerror.CardinalityViolation},
		{"Values were not provided for the following prepared", pgerror.UndefinedParameter},
	},
	"Conversion": {
		{"Type ", pgerror.NumericValueOutOfRange},
		{"Casting value", pgerror.NumericValueOutOfRange},
		{"invalid date field format", pgerror.InvalidDatetimeFormat},
		{"invalid timestamp field format", pgerror.InvalidDatetimeFormat},
		{"invalid timestamp string", pgerror.InvalidDatetimeFormat},
		{"time field value out of range", pgerror.DatetimeFieldOverflow},
		{"date field value out of range", pgerror.DatetimeFieldOverflow},
		{"timestamp field value out of range", pgerror.DatetimeFieldOverflow},
	},
	"TransactionContext": {
		{"Current transaction is aborted", pgerror.InFailedSQLTransaction},
		{"cannot start a transaction within a transaction", pgerror.ActiveSQLTransaction},
		{"cannot commit", pgerror.NoActiveSQLTransaction},
		{"cannot rollback", pgerror.NoActiveSQLTransaction},
	},
	"Out of Range": {
		{"cannot take square root", pgerror.InvalidArgumentForPowerFunction},
		{"cannot take logarithm", pgerror.InvalidArgumentForLogarithm},
	},
	"IO": {
		{"No files found that match", pgerror.UndefinedFile},
		{"Could not write", pgerror.DiskFull},
	},
	"Out of Memory": {
		{"failed to offload data block", pgerror.DiskFull},
	},
}

// alreadyExists ends DuckLake's message, which has no subtype: Table with name "t" already exists!
const alreadyExists = " already exists!"

// failedCommit begins the message of a COMMIT that failed; the reason stands somewhere behind it, as text.
const failedCommit = "Failed to commit"

// codeOfCommit returns why a commit failed. Others' writes are the usual reason, and then it may be tried again.
func codeOfCommit(msg string) pgerror.Code {
	for _, r := range []messageRule{
		{"database or disk is full", pgerror.DiskFull},
		{"readonly database", pgerror.IOError},
		{"disk I/O error", pgerror.IOError},
		{"PRIMARY KEY or UNIQUE constraint violat", pgerror.UniqueViolation},
	} {
		if strings.Contains(msg, r.part) {
			return r.code
		}
	}
	return pgerror.SerializationFailure
}

func matchPrefix(rules []messageRule, msg string) (pgerror.Code, bool) {
	for _, r := range rules {
		if strings.HasPrefix(msg, r.part) {
			return r.code, true
		}
	}
	return "", false
}
