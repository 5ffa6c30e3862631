package session

import (
	"errors"
	"reflect"
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// Version is the PostgreSQL that clients are told they speak to: catalog queries branch on it.
const Version = "15.18"

// parameter is one row of the table of run-time parameters.
type parameter struct {
	name     string
	def      string
	help     string
	readOnly bool
	// unit is what pg_settings counts a value in: ms, kB; "" for none.
	unit string
	// check returns the value in its normal form; nil: any text.
	check func(string) (string, error)
}

// parameters by name in lower case. Those with an effect say it in docs/postgres-compatibility.md; the others are kept
// and shown, since clients set them and nothing here depends on them.
var parameters = func() map[string]*parameter {
	m := map[string]*parameter{}
	for _, p := range []*parameter{
		// acting
		{name: "TimeZone", def: "UTC", help: "Sets the time zone for displaying and interpreting time stamps.", check: checkZone},
		{name: "search_path", def: `"$user", public`, help: "Sets the schema search order for names that are not schema-qualified."},
		{name: "statement_timeout", def: "0", help: "Sets the maximum allowed duration of any statement.", unit: "ms", check: checkDuration},
		{name: "idle_in_transaction_session_timeout", def: "0", help: "Sets the maximum allowed idle time between queries, when in a transaction.", unit: "ms", check: checkDuration},
		{name: "idle_session_timeout", def: "0", help: "Sets the maximum allowed idle time between queries, when not in a transaction.", unit: "ms", check: checkDuration},
		{name: "client_min_messages", def: "notice", help: "Sets the message levels that are sent to the client.", check: oneOf("debug5", "debug4", "debug3", "debug2", "debug1", "debug", "log", "notice", "info", "warning", "error")},
		{name: "application_name", help: "Sets the application name to be reported in statistics and logs.", check: checkName},
		{name: "DateStyle", def: "ISO, MDY", help: "Sets the display format for date and time values.", check: checkDateStyle},
		{name: "IntervalStyle", def: "postgres", help: "Sets the display format for interval values.", check: oneOf("postgres", "postgres_verbose", "sql_standard", "iso_8601")},
		{name: "bytea_output", def: "hex", help: "Sets the output format for bytea.", check: oneOf("hex", "escape")},
		{name: "extra_float_digits", def: "1", help: "Sets the number of digits displayed for floating-point values.", check: checkInt(-15, 3)},
		// of one possible value
		{name: "client_encoding", def: "UTF8", help: "Sets the client's character set encoding.", check: checkEncoding},
		{name: "standard_conforming_strings", def: "on", help: "Causes '...' strings to treat backslashes literally.", check: only("on", "true", "1", "yes")},
		{name: "escape_string_warning", def: "on", help: "Warn about backslash escapes in ordinary string literals.", check: checkBool},
		{name: "backslash_quote", def: "safe_encoding", help: "Sets whether \"\\'\" is allowed in string literals."},
		{name: "role", def: "none", help: "Sets the current role."}, // checked by Settings.Set
		// kept and shown
		{name: "default_transaction_isolation", def: "read committed", help: "Sets the transaction isolation level of each new transaction.", check: checkIsolation},
		{name: "transaction_isolation", def: "read committed", help: "Sets the current transaction's isolation level.", check: checkIsolation},
		{name: "default_transaction_read_only", def: "off", help: "Sets the default read-only status of new transactions.", check: checkBool},
		{name: "transaction_read_only", def: "off", help: "Sets the current transaction's read-only status.", check: checkBool},
		{name: "default_transaction_deferrable", def: "off", help: "Sets the default deferrable status of new transactions.", check: checkBool},
		{name: "transaction_deferrable", def: "off", help: "Whether to defer a read-only serializable transaction.", check: checkBool},
		{name: "lock_timeout", def: "0", help: "Sets the maximum allowed duration of any wait for a lock.", unit: "ms", check: checkDuration},
		{name: "row_security", def: "on", help: "Enable row security.", check: checkBool},
		{name: "synchronous_commit", def: "on", help: "Sets the current transaction's synchronization level."},
		{name: "work_mem", def: "4MB", help: "Sets the maximum memory to be used for query workspaces.", unit: "kB", check: checkMemory},
		{name: "maintenance_work_mem", def: "64MB", help: "Sets the maximum memory to be used for maintenance operations.", unit: "kB", check: checkMemory},
		{name: "jit", def: "on", help: "Allow JIT compilation.", check: checkBool},
		{name: "geqo", def: "on", help: "Enables genetic query optimization.", check: checkBool},
		{name: "enable_seqscan", def: "on", help: "Enables the planner's use of sequential-scan plans.", check: checkBool},
		{name: "enable_nestloop", def: "on", help: "Enables the planner's use of nested-loop join plans.", check: checkBool},
		{name: "enable_hashjoin", def: "on", help: "Enables the planner's use of hash join plans.", check: checkBool},
		{name: "enable_mergejoin", def: "on", help: "Enables the planner's use of merge join plans.", check: checkBool},
		{name: "enable_indexscan", def: "on", help: "Enables the planner's use of index-scan plans.", check: checkBool},
		{name: "enable_bitmapscan", def: "on", help: "Enables the planner's use of bitmap-scan plans.", check: checkBool},
		{name: "max_parallel_workers_per_gather", def: "2", help: "Sets the maximum number of parallel processes per executor node.", check: checkInt(0, 1024)},
		{name: "constraint_exclusion", def: "partition", help: "Enables the planner to use constraints to optimize queries."},
		{name: "check_function_bodies", def: "on", help: "Check routine bodies during CREATE FUNCTION and CREATE PROCEDURE.", check: checkBool},
		{name: "xmloption", def: "content", help: "Sets whether XML data is to be considered as documents or content fragments."},
		{name: "default_tablespace", help: "Sets the default tablespace to create tables and indexes in."},
		{name: "default_table_access_method", def: "heap", help: "Sets the default table access method for new tables."},
		{name: "session_replication_role", def: "origin", help: "Sets the session's behavior for triggers and rewrite rules."},
		{name: "tcp_keepalives_idle", def: "0", help: "Time between issuing TCP keepalives."},
		{name: "tcp_keepalives_interval", def: "0", help: "Time between TCP keepalive retransmits."},
		{name: "tcp_keepalives_count", def: "0", help: "Maximum number of TCP keepalive retransmits."},
		{name: "lc_monetary", def: "C.UTF-8", help: "Sets the locale for formatting monetary amounts."},
		{name: "lc_numeric", def: "C.UTF-8", help: "Sets the locale for formatting numbers."},
		{name: "lc_time", def: "C.UTF-8", help: "Sets the locale for formatting date and time values."},
		{name: "lc_messages", def: "C.UTF-8", help: "Sets the language in which messages are displayed."},
		{name: "log_statement", def: "none", help: "Sets the type of statements logged."},
		{name: "log_min_messages", def: "warning", help: "Sets the message levels that are logged."},
		{name: "statement_cache_mode", help: "Kept for clients that send it."},
		// read-only
		{name: "server_version", def: Version, help: "Shows the server version.", readOnly: true},
		{name: "server_version_num", def: "150018", help: "Shows the server version as an integer.", readOnly: true},
		{name: "server_encoding", def: "UTF8", help: "Shows the server (database) character set encoding.", readOnly: true},
		{name: "integer_datetimes", def: "on", help: "Shows whether datetimes are integer based.", readOnly: true},
		{name: "in_hot_standby", def: "off", help: "Shows whether hot standby is currently active.", readOnly: true},
		{name: "is_superuser", help: "Shows whether the current user is a superuser.", readOnly: true},
		{name: "session_authorization", help: "Shows the session user name.", readOnly: true},
		{name: "max_identifier_length", def: "63", help: "Shows the maximum identifier length.", readOnly: true},
		{name: "max_index_keys", def: "32", help: "Shows the maximum number of index keys.", readOnly: true},
		{name: "block_size", def: "8192", help: "Shows the size of a disk block.", readOnly: true},
		{name: "lc_collate", def: "C.UTF-8", help: "Shows the collation order locale.", readOnly: true},
		{name: "lc_ctype", def: "C.UTF-8", help: "Shows the character classification and case conversion locale.", readOnly: true},
		{name: "data_checksums", def: "off", help: "Shows whether data checksums are turned on for this cluster.", readOnly: true},
		{name: "password_encryption", def: "scram-sha-256", help: "Chooses the algorithm for encrypting passwords.", readOnly: true},
		{name: "ssl", def: "on", help: "Enables SSL connections.", readOnly: true},
		{name: "log_destination", def: "stderr", help: "Sets the destination for server log output.", readOnly: true},
		{name: "wal_level", def: "replica", help: "Sets the level of information written to the WAL.", readOnly: true},
	} {
		m[strings.ToLower(p.name)] = p
	}
	return m
}()

// reported are the parameters that PostgreSQL reports to clients (GUC_REPORT), and search_path, which poolers want.
var reported = []string{
	"server_version", "server_encoding", "client_encoding", "application_name", "is_superuser", "session_authorization",
	"DateStyle", "IntervalStyle", "TimeZone", "integer_datetimes", "standard_conforming_strings", "in_hot_standby",
	"default_transaction_read_only", "search_path",
}

// check returns a parameter's key and its value in normal form.
func check(name, value string) (key, v string, err error) {
	key = strings.ToLower(name)
	p := parameters[key]
	switch {
	case p == nil && strings.Contains(key, "."):
		return key, value, nil // a custom parameter, as PostgreSQL lets anyone make
	case p == nil:
		return "", "", errUnknown(name)
	case p.readOnly:
		return "", "", errReadOnly(p.name)
	case p.check == nil:
		return key, value, nil
	}
	if v, err = p.check(value); err != nil {
		if !errors.Is(err, errBadValue) {
			return "", "", err
		}
		return "", "", pgerror.Newf(pgerror.InvalidParameterValue, "invalid value for parameter %q: %q", p.name, value)
	}
	return key, v, nil
}

func errReadOnly(name string) error {
	return pgerror.Newf(pgerror.CantChangeRuntimeParam, "parameter %q cannot be changed", name)
}

func sameMap(a, b map[string]string) bool {
	return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer()
}
