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

	"github.com/angelerator/tavana/cmd/tavana/up"
	"github.com/angelerator/tavana/internal/config"
	"github.com/angelerator/tavana/internal/lifecycle"
)

const usage = `usage: tavana COMMAND [flags]

  up        run the gateway and workers on this machine
  passwd    make a line for a users file

tavana COMMAND --help explains a command's flags.
`

func main() { lifecycle.Main("tavana", run) }

func run(ctx context.Context, args []string, getenv func(string) string, stderr io.Writer) error {
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
		lifecycle.CollectOften(getenv)
		return up.Run(ctx, cfg, os.Stdout, stderr)
	case "passwd":
		return passwd(args[1:], getenv, os.Stdin, os.Stdout, stderr)
	case "help", "-h", "-help", "--help":
		fmt.Print(usage)
		return nil
	}
	fmt.Fprint(stderr, usage)
	return fmt.Errorf("unknown command %q", args[0])
}
