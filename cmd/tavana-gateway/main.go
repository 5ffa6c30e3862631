// Command tavana-gateway runs one gateway: PostgreSQL clients in front, workers behind.
package main

import (
	"context"
	"io"
	"log/slog"

	"github.com/angelerator/tavana/gateway"
	"github.com/angelerator/tavana/internal/config"
	"github.com/angelerator/tavana/internal/lifecycle"
)

func main() { lifecycle.Main("tavana-gateway", run) }

func run(ctx context.Context, args []string, getenv func(string) string, stderr io.Writer) error {
	var cfg gateway.Config
	var t config.Table
	cfg.Settings(&t)
	if err := t.Load("tavana-gateway", args, getenv, stderr); err != nil {
		return err
	}
	lifecycle.CollectOften(getenv)
	g, err := gateway.New(cfg, slog.New(slog.NewTextHandler(stderr, nil)))
	if err != nil {
		return err
	}
	return g.Run(ctx)
}
