// Command bench measures Tavana beside its peers in one run, on this machine: DuckDB in one process for the worker's
// stream, PostgreSQL 15 for the wire. It prints a table and writes it as JSON and as a picture into --out.
//
//	go run ./bench --bin bin --out bench/out
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if socket := os.Getenv(relayOf); socket != "" {
		if err := relay(socket); err != nil && !errors.Is(err, io.EOF) {
			fmt.Fprintln(os.Stderr, "relay:", err)
			os.Exit(1)
		}
		return
	}
	bin := flag.String("bin", "bin", "folder of the binaries and of extensions")
	out := flag.String("out", filepath.Join("bench", "out"), "folder for data and reports")
	only := flag.String("only", "", "run the cases whose name contains this")
	flag.Parse()
	if err := run(ctx, *bin, *out, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// benchCase is one group of measurements.
type benchCase struct {
	name string
	run  func(ctx context.Context, e *env, r *report) error
}

func run(ctx context.Context, bin, out, only string) error {
	e, err := newEnv(ctx, bin, out)
	if err != nil {
		return err
	}
	defer e.close()
	r := newReport()
	var failed []error
	for _, c := range []benchCase{
		{"flight stream", flightStream},
		{"flight sql", flightSQL},
		{"pgwire rows", pgwireRows},
		{"flat memory", flatMemory},
		{"cursors", cursors},
		{"several cursors", severalCursors},
		{"latency", latency},
		{"tpch", tpch},
		{"s3", tpchOnS3},
		{"lasting", lasting},
		{"catalog", browsing},
		{"copy", copyCases},
		{"pgbench", pgbench},
		{"idle", idle},
		{"load: scenarios", scenarios},
		{"load: many queries", manyQueries},
		{"load: wake-up", wakeUp},
		{"load: mixed", mixed},
		{"load: estimates", estimates},
	} {
		if !strings.Contains(c.name, only) {
			continue
		}
		fmt.Fprintf(os.Stderr, "running %s …\n", c.name)
		if err := c.run(ctx, e, r); err != nil { // the others are worth knowing all the same
			failed = append(failed, fmt.Errorf("%s: %w", c.name, err))
		}
	}
	r.table(os.Stdout)
	return errors.Join(append(failed, r.write(out))...)
}
