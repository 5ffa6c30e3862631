// Command settings writes docs/configuration.md from the tables of settings that the binaries themselves use.
package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/angelerator/tavana/cmd/tavana/up"
	"github.com/angelerator/tavana/gateway"
	"github.com/angelerator/tavana/internal/config"
	"github.com/angelerator/tavana/worker"
)

const intro = `# Configuration

Every setting is a flag, a name in the environment, and a key in the YAML file that --config (or TAVANA_CONFIG) names. A
flag wins over the environment, the environment over the file, the file over the default. An unknown key or a malformed
value stops the program with an error that names it. Sizes take units (512MB, 2GiB), durations too (300ms, 5m); lists are
repeated flags or one value with commas.

This page is made by ` + "`make generate`" + ` from the same table that the programs read.
`

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: settings FILE")
		os.Exit(2)
	}
	var b bytes.Buffer
	b.WriteString(intro)
	section := func(title, about string, add func(*config.Table)) {
		var t config.Table
		add(&t)
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", title, about)
		t.Markdown(&b)
	}
	var u up.Config
	section("tavana up", "The gateway and workers on one machine.", u.Settings)
	var g gateway.Config
	section("tavana-gateway", "One gateway.", g.Settings)
	var w worker.Config
	section("tavana-worker", "One worker.", w.Settings)
	if err := os.WriteFile(os.Args[1], b.Bytes(), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "settings:", err)
		os.Exit(1)
	}
}
