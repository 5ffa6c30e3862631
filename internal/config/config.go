// Package config reads settings: flag before environment before YAML file before default, all from one Table per
// binary. A setting is described once, where its Config field is; -help, docs/configuration.md and the names in the
// environment and in YAML come from that row.
//
// The setting "pg-listen" is the flag --pg-listen, the environment's TAVANA_PG_LISTEN and YAML's pg_listen.
// An unknown YAML key, flag or malformed value is an error that names where it was found.
package config

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"gopkg.in/yaml.v3"
)

// Table is the settings of one binary. The zero Table has the one setting every binary has: --config.
type Table struct {
	settings []*Setting
	file     string
}

// Setting is one row.
type Setting struct {
	Name string
	Help string
	// Value parses and prints; its text when the row is added is the default.
	Value flag.Value
	// Default is what -help and the docs show.
	Default string
	aliases []alias
	secret  bool
}

// alias is another name in the environment, with what turns its value into the setting's.
type alias struct {
	env     string
	convert func(current, value string) string
}

// Add adds a row, whose default is what v holds.
func (t *Table) Add(v flag.Value, name, help string) *Setting {
	s := &Setting{Name: name, Help: help, Value: v, Default: v.String()}
	t.settings = append(t.settings, s)
	return s
}

// Alias gives the setting another name in the environment. convert, if not nil, makes the setting's text of the current
// one and the alias's value.
func (s *Setting) Alias(env string, convert func(current, value string) string) *Setting {
	s.aliases = append(s.aliases, alias{env, convert})
	return s
}

// Secret keeps the value out of everything that prints settings.
func (s *Setting) Secret() *Setting {
	s.secret = true
	return s
}

// ShowDefault sets what help and docs show as the default, where the real one depends on the machine.
func (s *Setting) ShowDefault(text string) *Setting {
	s.Default = text
	return s
}

// Env returns the setting's own name in the environment.
func (s *Setting) Env() string {
	return "TAVANA_" + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))
}

// Key returns the setting's YAML key.
func (s *Setting) Key() string { return strings.ReplaceAll(s.Name, "-", "_") }

// ErrHelp is returned by Load when help was asked for and printed.
var ErrHelp = flag.ErrHelp

// Load reads all sources. name is the command as help shows it; help goes to out. Arguments that are no flags are an
// error. The settings' values are set through the pointers given to Add.
func (t *Table) Load(name string, args []string, getenv func(string) string, out io.Writer) error {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&t.file, "config", "", "")
	given := map[string][]string{}
	for _, s := range t.settings {
		fs.Var(recorder{s, given}, s.Name, "")
	}
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			t.Usage(name, out)
		}
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	if t.file == "" {
		t.file = getenv("TAVANA_CONFIG")
	}
	if err := t.loadFile(); err != nil {
		return err
	}
	if err := t.loadEnv(getenv); err != nil {
		return err
	}
	for _, s := range t.settings {
		if err := s.set(given[s.Name]); err != nil {
			return fmt.Errorf("--%s: %w", s.Name, err)
		}
	}
	return nil
}

func (t *Table) loadEnv(getenv func(string) string) error {
	for _, s := range t.settings {
		for _, a := range s.aliases {
			v := getenv(a.env)
			if v == "" {
				continue
			}
			if a.convert != nil {
				v = a.convert(s.Value.String(), v)
			}
			if err := s.set([]string{v}); err != nil {
				return fmt.Errorf("environment %s: %w", a.env, err)
			}
		}
		if v := getenv(s.Env()); v != "" {
			if err := s.set([]string{v}); err != nil {
				return fmt.Errorf("environment %s: %w", s.Env(), err)
			}
		}
	}
	return nil
}

func (t *Table) loadFile() error {
	if t.file == "" {
		return nil
	}
	b, err := os.ReadFile(t.file)
	if err != nil {
		return err
	}
	var doc map[string]yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return fmt.Errorf("%s: %w", t.file, err)
	}
	for key, node := range doc {
		i := slices.IndexFunc(t.settings, func(s *Setting) bool { return s.Key() == key })
		if i < 0 {
			return fmt.Errorf("%s:%d: unknown setting %q", t.file, node.Line, key)
		}
		values := []string{node.Value}
		if node.Kind == yaml.SequenceNode {
			if err := node.Decode(&values); err != nil {
				return fmt.Errorf("%s:%d: %s: %w", t.file, node.Line, key, err)
			}
		} else if node.Kind != yaml.ScalarNode {
			return fmt.Errorf("%s:%d: %s must be a value or a list", t.file, node.Line, key)
		}
		if err := t.settings[i].set(values); err != nil {
			return fmt.Errorf("%s:%d: %s: %w", t.file, node.Line, key, err)
		}
	}
	return nil
}

// set replaces the value by those of one source; no values: it stays.
func (s *Setting) set(values []string) error {
	if len(values) == 0 {
		return nil
	}
	if l, ok := s.Value.(*listValue); ok {
		*l.p = nil
	}
	for _, v := range values {
		if err := s.Value.Set(v); err != nil {
			return err
		}
	}
	return nil
}

// recorder keeps flags for later, since they win over sources that are read after them.
type recorder struct {
	s     *Setting
	given map[string][]string
}

func (r recorder) String() string { return "" }
func (r recorder) Set(v string) error {
	r.given[r.s.Name] = append(r.given[r.s.Name], v)
	return nil
}

func (r recorder) IsBoolFlag() bool {
	b, ok := r.s.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// Usage prints every setting.
func (t *Table) Usage(name string, out io.Writer) {
	fmt.Fprintf(out, "usage: %s [flags]\n\nEach flag is also a name in the environment (in brackets) and, without TAVANA_ and in lower case, a key in the\nYAML file of --config. A flag wins over the environment, that over the file, that over the default.\n\n", name)
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(w, "  --config FILE\t[TAVANA_CONFIG]\tYAML file of settings\n")
	for _, s := range t.settings {
		names := []string{s.Env()}
		for _, a := range s.aliases {
			names = append(names, a.env)
		}
		help := s.Help
		if s.Default != "" && !s.secret {
			help += " (default " + s.Default + ")"
		}
		fmt.Fprintf(w, "  --%s\t[%s]\t%s\n", s.Name, strings.Join(names, ", "), help)
	}
	_ = w.Flush()
}

// Markdown prints the table for docs/configuration.md.
func (t *Table) Markdown(out io.Writer) {
	fmt.Fprint(out, "| flag | environment | YAML | default | meaning |\n|---|---|---|---|---|\n")
	for _, s := range t.settings {
		env := "`" + s.Env() + "`"
		for _, a := range s.aliases {
			env += ", `" + a.env + "`"
		}
		def := s.Default
		if s.secret && def != "" {
			def = "***"
		}
		if def != "" {
			def = "`" + def + "`"
		}
		fmt.Fprintf(out, "| `--%s` | %s | `%s` | %s | %s |\n", s.Name, env, s.Key(), def, s.Help)
	}
}
