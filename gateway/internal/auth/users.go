// Package auth knows the users and checks who a client is.
//
//	Users         a file of users with SCRAM verifiers, read by Load
//	Verifier      what is stored of a password, in PostgreSQL's own form
//	Conversation  SCRAM-SHA-256, with channel binding over TLS
//	JWTs          tokens of an identity provider, by its published keys
//
// Invariants: a password is never stored; an unknown user costs the same time and gets the same messages as a wrong
// password.
package auth

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// User is one entry of the users file.
type User struct {
	Name      string
	Superuser bool
	Verifier  Verifier
}

// Users are the known users. The zero value knows nobody. It is not changed once it is made.
type Users struct {
	byName map[string]User
	secret []byte
}

// NewUsers returns the given users; two of one name are an error.
func NewUsers(list ...User) (*Users, error) {
	u := &Users{byName: map[string]User{}, secret: random(32)}
	for _, x := range list {
		if _, ok := u.byName[x.Name]; ok {
			return nil, fmt.Errorf("user %q is listed twice", x.Name)
		}
		u.byName[x.Name] = x
	}
	return u, nil
}

// Load reads a users file: a line for each user, as `tavana passwd` makes it.
//
//	name SCRAM-SHA-256$4096:salt$StoredKey:ServerKey [superuser]
//
// A name with blanks is written in double quotes. Empty lines and those that begin with # are left out.
func Load(file string) (*Users, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := parse(f)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", file, err)
	}
	return NewUsers(list...)
}

func parse(r io.Reader) ([]User, error) {
	var list []User
	sc := bufio.NewScanner(r)
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimSpace(sc.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		u, err := parseUser(line)
		if err != nil {
			return nil, fmt.Errorf("%d: %w", n, err)
		}
		list = append(list, u)
	}
	return list, sc.Err()
}

func parseUser(line string) (User, error) {
	name, rest, ok := strings.Cut(line, " ")
	if line[0] == '"' {
		name, rest, ok = strings.Cut(line[1:], `" `)
	}
	fields := strings.Fields(rest)
	if !ok || name == "" || len(fields) == 0 || len(fields) > 2 {
		return User{}, fmt.Errorf("want: name verifier [superuser]")
	}
	v, err := ParseVerifier(fields[0])
	if err != nil {
		return User{}, err
	}
	if len(fields) == 2 && fields[1] != "superuser" {
		return User{}, fmt.Errorf("unknown word %q after the verifier", fields[1])
	}
	return User{Name: name, Superuser: len(fields) == 2, Verifier: v}, nil
}

// String returns the user's line of a users file.
func (u User) String() string {
	name := u.Name
	if strings.ContainsAny(name, " #") {
		name = `"` + name + `"`
	}
	line := name + " " + u.Verifier.String()
	if u.Superuser {
		line += " superuser"
	}
	return line
}

// All returns the users in the order of their names.
func (u *Users) All() []User {
	return slices.SortedFunc(maps.Values(u.byName), func(a, b User) int { return strings.Compare(a.Name, b.Name) })
}

// Check returns the user if the password is right. It takes as long for a user that there is not.
func (u *Users) Check(name, password string) (User, bool) {
	x, ok := u.byName[name]
	if !ok {
		Verifier{u.decoy(name)}.Check(password)
		return User{}, false
	}
	return x, x.Verifier.Check(password)
}

// Lookup returns a user by name.
func (u *Users) Lookup(name string) (User, bool) {
	x, ok := u.byName[name]
	return x, ok
}
