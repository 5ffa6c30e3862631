package dispatch

import (
	"strconv"
	"strings"

	"github.com/angelerator/tavana/gateway/internal/catalog"
	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
)

// rewrite returns a statement's text as the worker gets it, with the portal's parameters cast. run says that it is about to run:
// then set_config acts.
func (s *Session) rewrite(st *session.Statement, p *session.Portal, run bool) (sqltext.Rewritten, error) {
	rules := sqltext.Rules{
		Catalog: catalog.Catalog, Information: catalog.Information, InCatalog: catalog.InCatalog, InInformation: catalog.InInformation, Own: catalog.OwnSchema, InOwn: catalog.InOwn, IsRelation: catalog.IsRelation,
		Scalar: catalog.Scalar, Value: s.value, Setting: s.setting, Array: pgenc.ListLiteral, Literal: pgenc.Literal,
		Typed: func(n int) bool { return n >= 1 && n <= len(st.Declared) && isText(st.Declared[n-1]) },
	}
	if run {
		rules.SetConfig, rules.Params = s.setConfig, p.Texts
	}
	text, err := st.Rewrite(&rules, p.Casts)
	if st.IsAny(0, "CREATE", "ALTER") {
		text.Text = catalog.Stored(text.Text)
	}
	return text, err
}

// value is what a name such as current_user stands for in this session.
func (s *Session) value(name string) (sql string, ok bool) {
	switch name {
	case "current_user", "session_user", "user", "current_role":
		return sqltext.Quote(s.User), true
	case "current_database", "current_catalog":
		return sqltext.Quote(s.Database), true
	case "current_schema":
		path := s.searchPath()
		if len(path) == 0 {
			return "NULL::VARCHAR", true
		}
		return sqltext.Quote(path[0]), true
	case "current_schemas(true)":
		return list(append([]string{"pg_catalog"}, s.searchPath()...)), true
	case "current_schemas(false)":
		return list(s.searchPath()), true
	case "version":
		return sqltext.Quote("PostgreSQL " + session.Version + " (Tavana) on x86_64-pc-linux-gnu, 64-bit"), true
	case "pg_backend_pid":
		return strconv.FormatUint(uint64(s.client.PID), 10) + "::INTEGER", true
	}
	return "", false
}

// searchPath are the schemas of search_path, without the user's own, which nobody has.
func (s *Session) searchPath() []string {
	path, _ := s.Settings.Get("search_path")
	var out []string
	for part := range strings.SplitSeq(path, ",") {
		part = strings.TrimSpace(part)
		if name := strings.ReplaceAll(strings.Trim(part, `"`), `""`, `"`); name != "" && name != "$user" {
			out = append(out, name)
		}
	}
	return out
}

func (s *Session) setting(name string) (string, bool) {
	v, err := s.Settings.Get(name)
	return v, err == nil
}

func (s *Session) setConfig(name, value string, local bool) (string, error) {
	if err := s.Settings.Set(name, value, local); err != nil {
		return "", err
	}
	return s.Settings.Get(name)
}
