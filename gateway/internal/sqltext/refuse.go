package sqltext

import (
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// unsafe are functions that take addresses of memory: nobody calls them by SQL.
var unsafe = words(`arrow_scan arrow_scan_dumb seq_scan`)

// forSuperusers are the functions that write outside the database, reach other servers, show or change what belongs to
// the whole worker, or run a text that the guard can't see. A test on the real worker checks that every table function
// of DuckDB and its extensions is either here or known to be harmless.
var forSuperusers = words(`
	all_profiling_output add_parquet_key check_peg_parser checkpoint copy_database copy_dir dbgen dsdgen
	delta_domain_metadata delta_filter_pushdown_log delta_filter_pushdown_log_tpcds delta_get_transaction_version
	delta_list_files delta_set_transaction_version
	disable_checkpoint_on_shutdown disable_logging disable_object_cache disable_optimizer disable_peg_parser
	disable_print_progress_bar disable_profile disable_profiling disable_progress_bar disable_verification
	disable_verify_external disable_verify_fetch_row disable_verify_parallelism disable_verify_serializer
	duckdb_connection_count duckdb_external_file_cache duckdb_log_contexts duckdb_logs duckdb_logs_parsed
	duckdb_prepared_statements duckdb_profiling_settings duckdb_secret_types duckdb_secrets duckdb_temporary_files
	ducklake_add_data_files ducklake_cleanup_old_files ducklake_commit ducklake_delete_orphaned_files
	ducklake_expire_snapshots ducklake_flush_inlined_data ducklake_merge_adjacent_files ducklake_rewrite_data_files
	ducklake_scan ducklake_set_commit_message ducklake_set_option ducklake_list_files
	enable_checkpoint_on_shutdown enable_logging enable_object_cache enable_optimizer enable_peg_parser
	enable_print_progress_bar enable_profile enable_profiling enable_progress_bar enable_verification
	force_checkpoint iceberg_load_table_response iceberg_to_ducklake import_database json_execute_serialized_sql
	load_aws_credentials merge_adjacent_files pg_clear_cache postgres_attach postgres_configure_pool postgres_execute postgres_query
	postgres_scan postgres_scan_pushdown pragma_storage_info query query_table read_duckdb read_postgres_binary
	remove_iceberg_schema_properties remove_iceberg_table_properties set_commit_message set_iceberg_schema_properties
	set_iceberg_table_properties set_option sql_auto_complete sqlite_attach sqlite_query sqlite_scan storage_info
	truncate_duckdb_logs verify_external verify_fetch_row verify_parallelism verify_serializer which_secret
	write_blob write_log`)

// fileFunctions read files whose names are their first argument.
var fileFunctions = words(`
	delta_scan glob iceberg_metadata iceberg_scan iceberg_snapshots parquet_bloom_probe parquet_file_metadata parquet_full_metadata
	parquet_kv_metadata parquet_metadata parquet_scan parquet_schema read_avro read_blob read_csv read_csv_auto
	read_json read_json_auto read_json_objects read_json_objects_auto read_ndjson read_ndjson_auto read_ndjson_objects
	read_parquet read_text read_xlsx sniff_csv st_read st_read_meta`)

func words(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// Unsafe returns an error for a statement that nobody may run.
func (s *Statement) Unsafe() error { return s.refuse(unsafe, "function %s cannot be called") }

// Refused returns an error (42501) for a statement that only a superuser may run: one of the functions above, a secret,
// or a URL that redirects where credentials are sent.
func (s *Statement) Refused() error {
	if err := s.refuse(forSuperusers, "permission denied for function %s"); err != nil {
		return err
	}
	if i := s.computedFile(); i > 0 {
		return s.denied(i, "the names of files must be written out").
			WithHint("Only a superuser may compute them: write a string, a list of strings, or a parameter.")
	}
	for i, t := range s.Tokens {
		switch {
		case t.Kind == String && redirects(Unquote(s.Raw(i))), t.Kind == Quoted && redirects(s.Name(i)):
			return s.denied(i, urlOptions)
		case s.Is(i, "SECRET") && s.IsAny(0, "CREATE", "DROP", "ALTER") && s.onlyWords(i, "OR", "REPLACE", "TEMP", "TEMPORARY", "PERSISTENT"):
			return s.denied(i, "secrets are for superusers")
		case i == 0 && s.Is(0, "ALTER") && s.Is(1, "DATABASE"):
			return s.denied(i, "databases are for superusers")
		case s.Name(i) == "duckdb_logs": // a view over the function
			return s.denied(i, "the engine's logs are for superusers")
		}
	}
	return nil
}

// onlyWords tells whether nothing but these words stands between the first token and token i.
func (s *Statement) onlyWords(i int, words ...string) bool {
	for j := 1; j < i; j++ {
		if !s.IsAny(j, words...) {
			return false
		}
	}
	return true
}

func (s *Statement) denied(i int, what string) *pgerror.Error {
	return pgerror.Newf(pgerror.InsufficientPrivilege, "permission denied: %s", what).At(int(s.Tokens[i].Start) + 1)
}

func (s *Statement) refuse(names map[string]bool, format string) (err error) {
	s.Functions(func(name string, i int) {
		if err == nil && names[strings.ToLower(name)] {
			err = pgerror.Newf(pgerror.InsufficientPrivilege, format, name).At(int(s.Tokens[i].Start) + 1)
		}
	})
	return err
}

// ReadsFiles tells whether the statement calls a function that reads files by name.
func (s *Statement) ReadsFiles() bool {
	reads := false
	s.Functions(func(name string, _ int) { reads = reads || fileFunctions[name] })
	return reads
}

// computedFile returns the token at which the name of a file is not written out; 0: there is none. What can't be read
// here could lead anywhere.
func (s *Statement) computedFile() int {
	at := 0
	s.Functions(func(name string, i int) {
		if at > 0 || !fileFunctions[name] {
			return
		}
		list := false
		for i += 2; i < len(s.Tokens); i++ {
			switch {
			case s.Is(i, "["):
				list = true
			case s.Is(i, "]"):
				list = false
			case s.Is(i, ")"), s.Is(i, ",") && !list: // what follows are options
				return
			case s.Is(i, ","), s.Tokens[i].Kind == String, s.Tokens[i].Kind == Param:
			default:
				at = i
				return
			}
		}
	})
	return at
}

// RefusedFile returns an error (42501) for a name of a file that only a superuser may use.
func RefusedFile(name string) error {
	if redirects(name) {
		return pgerror.New(pgerror.InsufficientPrivilege, "permission denied: "+urlOptions)
	}
	return nil
}

const urlOptions = "options and .. in a URL are for superusers"

// redirects tells whether a URL has options, as in s3://bucket/key?s3_endpoint=host, which sends the signed request to
// that host; or a way up, which leads out of an allowed prefix.
func redirects(literal string) bool {
	_, path, isURL := strings.Cut(literal, "://")
	_, query, _ := strings.Cut(path, "?") // also a glob's ?
	return isURL && (strings.Contains(query, "=") || strings.Contains(path, "/..")) || strings.Contains(strings.ToLower(literal), "s3_endpoint")
}
