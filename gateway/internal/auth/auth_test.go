package auth

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/xdg-go/scram"

	"github.com/angelerator/tavana/internal/pgtest"
)

// login runs a whole exchange as a client with this password.
func login(t *testing.T, u *Users, user, password string) bool {
	t.Helper()
	c, err := scram.SHA256.NewClientUnprepped("", password, "")
	if err != nil {
		t.Fatal(err)
	}
	client := c.NewConversation()
	server, err := u.NewConversation(user, nil)
	if err != nil {
		t.Fatal(err)
	}
	msg := ""
	for !client.Done() {
		if msg, err = client.Step(msg); err != nil {
			return false
		}
		if client.Done() {
			break
		}
		if msg, err = server.Step(msg); err != nil {
			return false
		}
	}
	return server.Valid()
}

func TestWhoKnowsThePasswordGetsIn(t *testing.T) {
	v, err := NewVerifier("sécret")
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseVerifier(v.String())
	if err != nil {
		t.Fatal(err)
	}
	users, err := NewUsers(User{Name: "ann", Verifier: again})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		user, password string
		want           bool
	}{{"ann", "sécret", true}, {"ann", "secret", false}, {"bob", "sécret", false}, {"", "", false}} {
		if got := login(t, users, c.user, c.password); got != c.want {
			t.Errorf("%s with %q: %v", c.user, c.password, got)
		}
	}
	if !again.Check("sécret") || again.Check("other") {
		t.Error("Check does not tell right from wrong")
	}
}

// An unknown user must look like a known one until the end: the same salt at each try, and no error before the proof.
func TestAnUnknownUserIsNotGivenAway(t *testing.T) {
	users, err := NewUsers()
	if err != nil {
		t.Fatal(err)
	}
	first := func() string {
		c, err := users.NewConversation("nobody", nil)
		if err != nil {
			t.Fatal(err)
		}
		out, err := c.Step("n,,n=,r=abc")
		if err != nil {
			t.Fatal(err)
		}
		_, salt, _ := strings.Cut(out, ",s=")
		return salt
	}
	if a, b := first(), first(); a != b || !strings.HasSuffix(a, "i=4096") {
		t.Errorf("salts %q and %q", a, b)
	}
}

func TestMalformedVerifiersAreRefused(t *testing.T) {
	for _, bad := range []string{
		"", "md5abc", "SCRAM-SHA-256$4096:2ljyIpLL5TwmJxhKRlYqLg==$", "SCRAM-SHA-256$0:YQ==$YQ==:YQ==", "SCRAM-SHA-256$x:YQ==$YQ==:YQ==",
		"SCRAM-SHA-256$99999999999:YQ==$a:b",
	} {
		if _, err := ParseVerifier(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// The form is PostgreSQL's own: what a server has stored can be put into a users file.
func TestVerifiersOfPostgreSQLWork(t *testing.T) {
	pg, err := pgtest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer pg.Stop()
	conn, err := pgconn.Connect(t.Context(), pg.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	res := conn.ExecParams(t.Context(), "SELECT rolpassword FROM pg_authid WHERE rolname = current_user", nil, nil, nil, nil).Read()
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	v, err := ParseVerifier(string(res.Rows[0][0]))
	if err != nil {
		t.Fatal(err)
	}
	users, err := NewUsers(User{Name: pgtest.User, Verifier: v})
	if err != nil {
		t.Fatal(err)
	}
	if !login(t, users, pgtest.User, pgtest.Password) || login(t, users, pgtest.User, "wrong") {
		t.Error("PostgreSQL's verifier does not tell right from wrong")
	}
}

func TestUsersFile(t *testing.T) {
	v, err := NewVerifier("x")
	if err != nil {
		t.Fatal(err)
	}
	ann := User{Name: "ann", Verifier: v}
	boss := User{Name: "the boss", Superuser: true, Verifier: v}
	list, err := parse(strings.NewReader("# users\n\n" + ann.String() + "\n" + boss.String() + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].Name != "ann" || list[0].Superuser || list[1].Name != "the boss" || !list[1].Superuser {
		t.Errorf("%+v", list)
	}
	for _, bad := range []string{"ann", "ann secret", "ann " + v.String() + " admin", `"ann ` + v.String(), " x y z"} {
		if _, err := parse(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if _, err := NewUsers(ann, ann); err == nil {
		t.Error("one name twice is taken")
	}
}

func FuzzUsersFile(f *testing.F) {
	v, err := NewVerifier("x")
	if err != nil {
		f.Fatal(err)
	}
	f.Add("ann " + v.String() + " superuser")
	f.Add(`"a b" ` + v.String())
	f.Fuzz(func(t *testing.T, line string) {
		list, err := parse(strings.NewReader(line))
		if err != nil {
			return
		}
		for _, u := range list {
			again, err := parse(strings.NewReader(u.String()))
			if err != nil || len(again) != 1 || again[0].Name != u.Name || again[0].Superuser != u.Superuser {
				t.Fatalf("%q came back as %+v (%v)", u.String(), again, err)
			}
		}
	})
}

func FuzzSCRAM(f *testing.F) {
	f.Add("n,,n=,r=abc", "c=biws,r=abc,p=YQ==")
	f.Add("p=tls-server-end-point,,n=,r=x", "")
	f.Fuzz(func(t *testing.T, first, final string) {
		users, err := NewUsers()
		if err != nil {
			t.Fatal(err)
		}
		c, err := users.NewConversation("x", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Step(first); err == nil {
			_, _ = c.Step(final)
		}
		if c.Valid() {
			t.Fatal("nobody got in")
		}
	})
}
