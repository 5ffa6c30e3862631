package catalog

import (
	"regexp"
	"strings"
)

// copiedView is a view of catalog.sql that a worker keeps a copy of: it says when the copy is made anew.
var copiedView = regexp.MustCompile(`(?ms)^-- copied (on_[a-z]+)\nCREATE VIEW \{db\}\.(pgcat|information)\.([a-z_0-9]+) AS(.*?);\n`)

// copied makes of such a view the view itself under another name, the table that it is copied to, and a view that reads one or
// the other. BootstrapRequest says what a worker knows of them.
func copied(sql string) string {
	return copiedView.ReplaceAllString(sql, `CREATE VIEW {db}.pgcat.tavana_live_$3 AS$4;
CREATE TABLE {db}_copy.$1.$3 AS FROM {db}.pgcat.tavana_live_$3 LIMIT 0;
CREATE VIEW {db}.$2.$3 AS FROM query_table({db}.pgcat.tavana_list('$1', '$3'));
`)
}

// Copies are some of the copied views, each a bit, by their order in catalog.sql.
type Copies uint64

// tables are the copies, as a worker knows them: "on_schema.tavana_columns". Each reads those before it at most.
var tables []string

// Tables returns the copies' names, those that others are made of first.
func (c Copies) Tables() []string {
	var names []string
	for i, t := range tables {
		if c&(1<<i) != 0 {
			names = append(names, t)
		}
	}
	return names
}

// read are the copies that each view and function reads, itself or by others.
var read = func() map[string]Copies {
	m := map[string]Copies{}
	for i, v := range copiedView.FindAllStringSubmatch(views, -1) {
		tables = append(tables, v[1]+"."+v[3])
		m[v[3]] = 1 << i
	}
	if len(tables) > 64 {
		panic("more copies than bits")
	}
	reads := map[string]map[string]bool{}
	name := regexp.MustCompile(`\{db\}\.(?:pgcat|information)\."?([a-z_0-9]+)`)
	for _, definition := range strings.Split(sql, "\nCREATE ") {
		var defined string
		for i, f := range name.FindAllStringSubmatch(definition, -1) {
			if i == 0 {
				defined = strings.TrimPrefix(f[1], "tavana_live_") // what the view of that name reads as well
				if reads[defined] == nil {
					reads[defined] = map[string]bool{}
				}
				continue
			}
			reads[defined][f[1]] = true
		}
	}
	for more := true; more; {
		more = false
		for n, others := range reads {
			for o := range others {
				if m[n]|m[o] != m[n] {
					m[n] |= m[o]
					more = true
				}
			}
		}
	}
	// A cast to regclass looks a name up.
	m["regclass"] = m["regclass_oid"]
	return m
}()

// CopiesOf returns the copies that a view or function of that name reads: 0 unless it asks what tables, views and columns there are.
func CopiesOf(name string) Copies { return read[strings.ToLower(name)] }

// CopiesIn returns those of the names in a text that have the catalog before them.
func CopiesIn(text string) (c Copies) {
	for {
		var found bool
		if _, text, found = strings.Cut(text, Database+"."); !found {
			return c
		}
		_, rest, _ := strings.Cut(text[:min(len(text), 80)], ".")
		end := strings.IndexFunc(rest, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') })
		if end < 0 {
			end = len(rest)
		}
		c |= read[rest[:end]]
	}
}
