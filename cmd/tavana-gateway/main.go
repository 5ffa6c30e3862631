// Command tavana-gateway runs one gateway: PostgreSQL clients in front, workers behind.
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

	"github.com/angelerator/tavana/gateway"
	"github.com/angelerator/tavana/internal/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stderr); err != nil && !errors.Is(err, config.ErrHelp) {
		fmt.Fprintln(os.Stderr, "tavana-gateway:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, stderr io.Writer) error {
	var cfg gateway.Config
	var t config.Table
	cfg.Settings(&t)
	if err := t.Load("tavana-gateway", args, getenv, stderr); err != nil {
		return err
	}
	g, err := gateway.New(cfg, slog.New(slog.NewTextHandler(stderr, nil)))
	if err != nil {
		return err
	}
	return g.Run(ctx)
}
