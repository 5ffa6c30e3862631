// Command tavana runs Tavana on one machine, and holds the small tools beside it.
//
//	tavana up         gateway and workers, until it is stopped
//	tavana passwd     a line for the users file
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/angelerator/tavana/cmd/tavana/up"
	"github.com/angelerator/tavana/internal/config"
)

const usage = `usage: tavana COMMAND [flags]

  up        run the gateway and workers on this machine
  passwd    make a line for a users file

tavana COMMAND --help explains a command's flags.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr); err != nil && !errors.Is(err, config.ErrHelp) {
		fmt.Fprintln(os.Stderr, "tavana:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return errors.New("no command")
	}
	switch args[0] {
	case "up":
		var cfg up.Config
		var t config.Table
		cfg.Settings(&t)
		if err := t.Load("tavana up", args[1:], getenv, stderr); err != nil {
			return err
		}
		return up.Run(ctx, cfg, stdout, stderr)
	case "passwd":
		return passwd(args[1:], getenv, stdin, stdout, stderr)
	case "help", "-h", "-help", "--help":
		fmt.Fprint(stdout, usage)
		return nil
	}
	fmt.Fprint(stderr, usage)
	return fmt.Errorf("unknown command %q", args[0])
}
