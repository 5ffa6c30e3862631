package config

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type settings struct {
	listen, token string
	n             int
	on            bool
	wait          time.Duration
	size          uint64
	list          []string
}

func (s *settings) table() *Table {
	var t Table
	t.String(&s.listen, "listen", "127.0.0.1:1", "address").Alias("THE_PORT", Port)
	t.String(&s.token, "token", "hush", "secret").Secret()
	t.Int(&s.n, "number", 3, "a number")
	t.Bool(&s.on, "on", false, "a switch")
	t.Duration(&s.wait, "wait", 5*time.Minute, "a time").Alias("WAIT_MS", Milliseconds)
	t.Bytes(&s.size, "size", 1<<30, "a size")
	t.List(&s.list, "list", []string{"a"}, "a list")
	return &t
}

func load(t *testing.T, yaml string, env map[string]string, args ...string) (settings, error) {
	t.Helper()
	var s settings
	if yaml != "" {
		file := filepath.Join(t.TempDir(), "c.yaml")
		if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--config", file)
	}
	err := s.table().Load("test", args, func(k string) string { return env[k] }, io.Discard)
	return s, err
}

func TestFlagWinsOverEnvironmentOverFileOverDefault(t *testing.T) {
	s, err := load(t, "number: 5\nlisten: file:1\nlist: [x, y]\nsize: 2GiB\n", map[string]string{"TAVANA_NUMBER": "6", "TAVANA_WAIT": "7s"}, "--number", "7", "--on")
	if err != nil {
		t.Fatal(err)
	}
	if s.n != 7 || s.listen != "file:1" || s.wait != 7*time.Second || !s.on || strings.Join(s.list, " ") != "x y" || s.size != 2<<30 || s.token != "hush" {
		t.Errorf("%+v", s)
	}
	if s, err = load(t, "number: 5", map[string]string{"TAVANA_NUMBER": "6"}); err != nil || s.n != 6 {
		t.Errorf("%+v %v", s, err)
	}
}

func TestAliases(t *testing.T) {
	s, err := load(t, "", map[string]string{"THE_PORT": "99", "WAIT_MS": "1500"})
	if err != nil || s.listen != "127.0.0.1:99" || s.wait != 1500*time.Millisecond {
		t.Errorf("%+v %v", s, err)
	}
	s, err = load(t, "", map[string]string{"THE_PORT": "99", "TAVANA_LISTEN": "0.0.0.0:1"})
	if err != nil || s.listen != "0.0.0.0:1" {
		t.Errorf("the setting's own name must win: %+v %v", s, err)
	}
}

func TestListsAreRepeatedOrWithCommas(t *testing.T) {
	s, err := load(t, "", nil, "--list", "a,b", "--list", "c")
	if err != nil || strings.Join(s.list, " ") != "a b c" {
		t.Errorf("%v %v", s.list, err)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	for _, c := range []struct {
		yaml string
		env  map[string]string
		args []string
		want string
	}{
		{"nothing: 1", nil, nil, `unknown setting "nothing"`},
		{"number: x", nil, nil, "number"},
		{"number: {a: 1}", nil, nil, "must be a value or a list"},
		{"", map[string]string{"TAVANA_SIZE": "many"}, nil, "TAVANA_SIZE"},
		{"", map[string]string{"WAIT_MS": "soon"}, nil, "WAIT_MS"},
		{"", nil, []string{"--wait", "soon"}, "--wait"},
		{"", nil, []string{"--nothing", "1"}, "nothing"},
		{"", nil, []string{"stray"}, "stray"},
		{"", nil, []string{"--config", "/no/such/file"}, "/no/such/file"},
	} {
		if _, err := load(t, c.yaml, c.env, c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestSizes(t *testing.T) {
	for in, want := range map[string]uint64{"512MB": 512e6, "512 MiB": 512 << 20, "1.5GB": 15e8, "0": 0, "77": 77, "2kib": 2048, "10B": 10} {
		var v bytesValue
		if err := v.Set(in); err != nil || uint64(v) != want {
			t.Errorf("%s: %d, %v", in, v, err)
		}
	}
	for _, bad := range []string{"", "GB", "-1", "1XB", "NaN", "1e30GB"} {
		var v bytesValue
		if err := v.Set(bad); err == nil {
			t.Errorf("%q is taken as %d", bad, v)
		}
	}
	for n, want := range map[bytesValue]string{0: "0", 1 << 30: "1GiB", 100 << 30: "100GiB", 128 << 20: "128MiB", 1000: "1KB", 1001: "1001"} {
		if got := n.String(); got != want {
			t.Errorf("%d prints as %s, want %s", uint64(n), got, want)
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	var s settings
	var out bytes.Buffer
	err := s.table().Load("test", []string{"--help"}, func(string) string { return "" }, &out)
	if !errors.Is(err, ErrHelp) {
		t.Fatal(err)
	}
	s.table().Markdown(&out)
	if text := out.String(); strings.Contains(text, "hush") || !strings.Contains(text, "***") || !strings.Contains(text, "TAVANA_TOKEN") || !strings.Contains(text, "--wait") {
		t.Error(text)
	}
}
