package catalog

import (
	"slices"
	"strings"
)

// empty are the relations of PostgreSQL that have no rows here, with their columns: o oid, n text, b boolean, i integer,
// s smallint, a text[], l bigint, r real, t timestamptz, O oid[], S smallint[].
var empty = map[string]string{
	"pg_enum":                  "oid o, enumtypid o, enumsortorder r, enumlabel n",
	"pg_inherits":              "inhrelid o, inhparent o, inhseqno i, inhdetachpending b",
	"pg_trigger":               "oid o, tgrelid o, tgparentid o, tgname n, tgfoid o, tgtype s, tgenabled n, tgisinternal b, tgconstrrelid o, tgconstrindid o, tgconstraint o, tgdeferrable b, tginitdeferred b, tgnargs s, tgattr n, tgargs n, tgqual n, tgoldtable n, tgnewtable n",
	"pg_rewrite":               "oid o, rulename n, ev_class o, ev_type n, ev_enabled n, is_instead b, ev_qual n, ev_action n",
	"pg_rules":                 "schemaname n, tablename n, rulename n, definition n",
	"pg_policy":                "oid o, polname n, polrelid o, polcmd n, polpermissive b, polroles O, polqual n, polwithcheck n",
	"pg_policies":              "schemaname n, tablename n, policyname n, permissive n, roles a, cmd n, qual n, with_check n",
	"pg_partitioned_table":     "partrelid o, partstrat n, partnatts s, partdefid o, partattrs n, partclass n, partcollation n, partexprs n",
	"pg_statistic_ext":         "oid o, stxrelid o, stxname n, stxnamespace o, stxowner o, stxstattarget i, stxkeys S, stxkind a, stxexprs n",
	"pg_publication":           "oid o, pubname n, pubowner o, puballtables b, pubinsert b, pubupdate b, pubdelete b, pubtruncate b, pubviaroot b",
	"pg_publication_rel":       "oid o, prpubid o, prrelid o, prqual n, prattrs S",
	"pg_publication_namespace": "oid o, pnpubid o, pnnspid o",
	"pg_publication_tables":    "pubname n, schemaname n, tablename n, attnames a, rowfilter n",
	"pg_subscription":          "oid o, subdbid o, subname n, subowner o, subenabled b, subbinary b, substream b, subconninfo n, subslotname n, subsynccommit n, subpublications a",
	"pg_foreign_data_wrapper":  "oid o, fdwname n, fdwowner o, fdwhandler o, fdwvalidator o, fdwacl n, fdwoptions a",
	"pg_foreign_server":        "oid o, srvname n, srvowner o, srvfdw o, srvtype n, srvversion n, srvacl n, srvoptions a",
	"pg_foreign_table":         "ftrelid o, ftserver o, ftoptions a",
	"pg_user_mapping":          "oid o, umuser o, umserver o, umoptions a",
	"pg_user_mappings":         "umid o, srvid o, srvname n, umuser o, usename n, umoptions a",
	"pg_sequence":              "seqrelid o, seqtypid o, seqstart l, seqincrement l, seqmax l, seqmin l, seqcache l, seqcycle b",
	"pg_sequences":             "schemaname n, sequencename n, sequenceowner n, data_type n, start_value l, min_value l, max_value l, increment_by l, cycle b, cache_size l, last_value l",
	"pg_matviews":              "schemaname n, matviewname n, matviewowner n, tablespace n, hasindexes b, ispopulated b, definition n",
	"pg_auth_members":          "roleid o, member o, grantor o, admin_option b",
	"pg_db_role_setting":       "setdatabase o, setrole o, setconfig a",
	"pg_shdescription":         "objoid o, classoid o, description n",
	"pg_shdepend":              "dbid o, classid o, objid o, objsubid i, refclassid o, refobjid o, deptype n",
	"pg_depend":                "classid o, objid o, objsubid i, refclassid o, refobjid o, refobjsubid i, deptype n",
	"pg_default_acl":           "oid o, defaclrole o, defaclnamespace o, defaclobjtype n, defaclacl n",
	"pg_init_privs":            "objoid o, classoid o, objsubid i, privtype n, initprivs n",
	"pg_seclabel":              "objoid o, classoid o, objsubid i, provider n, label n",
	"pg_seclabels":             "objoid o, classoid o, objsubid i, objtype n, objnamespace o, objname n, provider n, label n",
	"pg_event_trigger":         "oid o, evtname n, evtevent n, evtowner o, evtfoid o, evtenabled n, evttags a",
	"pg_conversion":            "oid o, conname n, connamespace o, conowner o, conforencoding i, contoencoding i, conproc o, condefault b",
	"pg_cast":                  "oid o, castsource o, casttarget o, castfunc o, castcontext n, castmethod n",
	"pg_operator":              "oid o, oprname n, oprnamespace o, oprowner o, oprkind n, oprcanmerge b, oprcanhash b, oprleft o, oprright o, oprresult o, oprcom o, oprnegate o, oprcode n, oprrest n, oprjoin n",
	"pg_opclass":               "oid o, opcmethod o, opcname n, opcnamespace o, opcowner o, opcfamily o, opcintype o, opcdefault b, opckeytype o",
	"pg_opfamily":              "oid o, opfmethod o, opfname n, opfnamespace o, opfowner o",
	"pg_amop":                  "oid o, amopfamily o, amoplefttype o, amoprighttype o, amopstrategy s, amoppurpose n, amopopr o, amopmethod o, amopsortfamily o",
	"pg_amproc":                "oid o, amprocfamily o, amproclefttype o, amprocrighttype o, amprocnum s, amproc n",
	"pg_aggregate":             "aggfnoid o, aggkind n, aggnumdirectargs s, aggtransfn n, aggfinalfn n",
	"pg_transform":             "oid o, trftype o, trflang o, trffromsql n, trftosql n",
	"pg_ts_config":             "oid o, cfgname n, cfgnamespace o, cfgowner o, cfgparser o",
	"pg_ts_dict":               "oid o, dictname n, dictnamespace o, dictowner o, dicttemplate o, dictinitoption n",
	"pg_ts_parser":             "oid o, prsname n, prsnamespace o, prsstart n, prstoken n, prsend n, prsheadline n, prslextype n",
	"pg_ts_template":           "oid o, tmplname n, tmplnamespace o, tmplinit n, tmpllexize n",
	"pg_extension":             "oid o, extname n, extowner o, extnamespace o, extrelocatable b, extversion n, extconfig a, extcondition a",
	"pg_available_extensions":  "name n, default_version n, installed_version n, comment n",
	"pg_shseclabel":            "objoid o, classoid o, provider n, label n",
	"pg_statio_all_tables":     "relid o, schemaname n, relname n, heap_blks_read l, heap_blks_hit l, idx_blks_read l, idx_blks_hit l, toast_blks_read l, toast_blks_hit l, tidx_blks_read l, tidx_blks_hit l",
	"pg_locks":                 "locktype n, database o, relation o, page i, tuple s, virtualxid n, transactionid n, classid o, objid o, objsubid s, virtualtransaction n, pid i, mode n, granted b, fastpath b, waitstart t",
	"pg_prepared_xacts":        "transaction n, gid n, prepared t, owner n, database n",
	"pg_replication_slots":     "slot_name n, plugin n, slot_type n, datoid o, database n, temporary b, active b",
	"pg_stat_replication":      "pid i, usesysid o, usename n, application_name n, client_addr n, state n",
	"pg_stat_ssl":              "pid i, ssl b, version n, cipher n, bits i, client_dn n, client_serial n, issuer_dn n",
	"pg_stat_gssapi":           "pid i, gss_authenticated b, principal n, encrypted b",
	"pg_stat_user_tables":      "relid o, schemaname n, relname n, seq_scan l, seq_tup_read l, idx_scan l, idx_tup_fetch l, n_tup_ins l, n_tup_upd l, n_tup_del l, n_live_tup l, n_dead_tup l",
	"pg_stat_all_tables":       "relid o, schemaname n, relname n, seq_scan l, seq_tup_read l, idx_scan l, idx_tup_fetch l, n_tup_ins l, n_tup_upd l, n_tup_del l, n_live_tup l, n_dead_tup l",
	"pg_statio_user_tables":    "relid o, schemaname n, relname n, heap_blks_read l, heap_blks_hit l",
	"pg_statistic":             "starelid o, staattnum s, stainherit b, stanullfrac r",
	"pg_stats":                 "schemaname n, tablename n, attname n, inherited b, null_frac r, avg_width i, n_distinct r",
	"pg_largeobject_metadata":  "oid o, lomowner o, lomacl n",
	"pg_file_settings":         "sourcefile n, sourceline i, seqno i, name n, setting n, applied b, error n",
	"pg_hba_file_rules":        "line_number i, type n, database a, user_name a, address n, netmask n, auth_method n, options a, error n",
}

var letters = map[string]string{
	"o": "BIGINT", "n": "VARCHAR", "b": "BOOLEAN", "i": "INTEGER", "s": "SMALLINT", "a": "VARCHAR[]", "l": "BIGINT", "r": "FLOAT", "t": "TIMESTAMPTZ", "O": "BIGINT[]", "S": "SMALLINT[]",
}

// emptySQL makes them as tables.
func emptySQL() string {
	var b strings.Builder
	for _, name := range sortedKeys(empty) {
		var cols []string
		for _, c := range strings.Split(empty[name], ", ") {
			col, letter, _ := strings.Cut(c, " ")
			cols = append(cols, `"`+col+`" `+letters[letter])
		}
		b.WriteString("CREATE TABLE {db}.pgcat." + name + " (" + strings.Join(cols, ", ") + ");\n")
	}
	return b.String()
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
