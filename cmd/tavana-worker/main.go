// Command tavana-worker runs one query worker: DuckDB behind Arrow Flight.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/angelerator/tavana/internal/config"
	"github.com/angelerator/tavana/worker"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stderr); err != nil && !errors.Is(err, config.ErrHelp) {
		fmt.Fprintln(os.Stderr, "tavana-worker:", err)
		os.Exit(1)
	}
}

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
