// Command tavana-worker runs one query worker: DuckDB behind Arrow Flight.
package main

import (
	"context"
	"io"
	"log/slog"

	"github.com/angelerator/tavana/internal/config"
	"github.com/angelerator/tavana/internal/lifecycle"
	"github.com/angelerator/tavana/worker"
)

func main() { lifecycle.Main("tavana-worker", run) }

func run(ctx context.Context, args []string, getenv func(string) string, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "sample-data" {
		return sampleData(args[1:], getenv, stderr)
	}
	var cfg worker.Config
	var t config.Table
	cfg.Settings(&t)
	if err := t.Load("tavana-worker", args, getenv, stderr); err != nil {
		return err
	}
	cfg.OwnProcess = true
	w, err := worker.New(cfg, slog.New(slog.NewTextHandler(stderr, nil)))
	if err != nil {
		return err
	}
	return w.Run(ctx)
}

func sampleData(args []string, getenv func(string) string, stderr io.Writer) error {
	var cfg worker.SampleConfig
	var t config.Table
	cfg.Settings(&t)
	if err := t.Load("tavana-worker sample-data", args, getenv, stderr); err != nil {
		return err
	}
	return worker.WriteSample(cfg)
}
