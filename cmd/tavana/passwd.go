package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/angelerator/tavana/gateway"
	"github.com/angelerator/tavana/internal/config"
)

// passwd prints a users-file line for a password that it reads: without echo from a terminal, else from standard input.
func passwd(args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	var name string
	var superuser bool
	var t config.Table
	t.String(&name, "user", "", "the user's name")
	t.Bool(&superuser, "superuser", false, "may load extensions, attach databases, write files and see other sessions")
	if err := t.Load("tavana passwd", args, getenv, stderr); err != nil {
		return err
	}
	password, err := readPassword(stdin, stderr)
	if err != nil {
		return err
	}
	line, err := gateway.NewUserLine(name, password, superuser)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, line)
	return err
}

func readPassword(stdin io.Reader, stderr io.Writer) (string, error) {
	if f, ok := stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(stderr, "Password: ")
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(stderr)
		return nonEmpty(string(b), err)
	}
	line, err := bufio.NewReader(stdin).ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return nonEmpty(strings.TrimRight(line, "\r\n"), err)
}

func nonEmpty(password string, err error) (string, error) {
	if err == nil && password == "" {
		err = errors.New("no password given on standard input")
	}
	return password, err
}
