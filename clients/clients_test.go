// Package clients runs real PostgreSQL clients against Tavana: each program here does with one driver what a person would,
// and checks the content of what comes back. They run against `tavana up`, with TLS, by `make test-clients`; with
// -postgres they run against a real PostgreSQL instead, where every check passes.
package clients

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"github.com/angelerator/tavana/internal/pgtest"
	"github.com/angelerator/tavana/internal/workertest"
)

var postgres = flag.Bool("postgres", false, "run the programs against PostgreSQL 15")

// cache is where scripts/clients has installed the drivers.
var cache = os.Getenv("TAVANA_CLIENTS")

// programs are the checks' programs; {cache} is where drivers are installed.
var programs = []struct {
	name    string
	command []string
}{
	{"psql", []string{"bash", "shell/psql_check.sh"}},
	{"pgbench", []string{"bash", "shell/pgbench_check.sh"}},
	{"pgx", []string{"go", "run", "./gopgx"}},
	{"lib/pq", []string{"go", "run", "./gopq"}},
	{"psycopg2", []string{"{cache}/python/bin/python", "python/psycopg2_check.py"}},
	{"psycopg3", []string{"{cache}/python/bin/python", "python/psycopg3_check.py"}},
	{"asyncpg", []string{"{cache}/python/bin/python", "python/asyncpg_check.py"}},
	{"pg8000", []string{"{cache}/python/bin/python", "python/pg8000_check.py"}},
	{"adbc", []string{"{cache}/python/bin/python", "python/adbc_check.py"}},
	{"odbc", []string{"{cache}/python/bin/python", "python/odbc_check.py"}},
	{"duckdb", []string{"{cache}/python/bin/python", "python/duckdb_check.py"}},
	{"sqlalchemy", []string{"{cache}/pydata/bin/python", "python/sqlalchemy_check.py"}},
	{"pandas", []string{"{cache}/pydata/bin/python", "python/pandas_check.py"}},
	{"polars", []string{"{cache}/pydata/bin/python", "python/polars_check.py"}},
	{"ibis", []string{"{cache}/pydata/bin/python", "python/ibis_check.py"}},
	{"superset", []string{"{cache}/superset/bin/python", "python/superset_check.py"}},
	{"dbt", []string{"{cache}/dbt/bin/python", "python/dbt_check.py"}},
	{"pgadmin", []string{"{cache}/pgadmin/bin/python", "python/pgadmin_check.py"}},
	{"odbc-catalog", []string{"{cache}/python/bin/python", "python/odbc_catalog_check.py"}},
	{"backslash", []string{"bash", "shell/backslash_check.sh"}},
	{"postgres_fdw", []string{"bash", "shell/fdw_check.sh"}},
	{"node-pg", []string{"node", "{cache}/node/pg_check.mjs"}},
	{"postgres.js", []string{"node", "{cache}/node/postgres_check.mjs"}},
	{"jdbc", []string{"java", "-cp", "{cache}/java/postgresql.jar", "java/JdbcCheck.java"}},
	{"flight-python", []string{"{cache}/python/bin/python", "python/flight_check.py"}},
	{"flight-dbapi", []string{"{cache}/flightsql/bin/python", "python/flightsql_dbapi_check.py"}},
	{"flight-jdbc", []string{"java", "--add-opens=java.base/java.nio=ALL-UNNAMED", "-cp", "{cache}/java/flight-sql-jdbc-driver.jar", "java/FlightCheck.java"}},
	{"jdbc-metadata", []string{"java", "-cp", "{cache}/java/postgresql.jar", "java/MetadataCheck.java"}},
}

func TestClients(t *testing.T) {
	if cache == "" {
		t.Skip("make test-clients installs the drivers and runs this")
	}
	s := start(t)
	// What each has passed, and how long it took, for who runs this without -v.
	report, err := os.Create(filepath.Join(cache, "checks.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer report.Close()
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			if *postgres && strings.HasPrefix(p.name, "flight-") {
				t.Skip("PostgreSQL does not speak Flight SQL")
			}
			command := make([]string, len(p.command))
			for i, w := range p.command {
				command[i] = strings.ReplaceAll(w, "{cache}", cache)
			}
			begun := time.Now()
			passed := s.run(t, command, differences[p.name])
			fmt.Fprintf(report, "%-16s %4d checks pass, %3d differ, %4.0f s\n", p.name, passed, len(differences[p.name]), time.Since(begun).Seconds())
		})
	}
}

// server is where the programs connect to.
type server struct{ host, port, flight, cert, token string }

// line is what a program says of a check.
var line = regexp.MustCompile(`(?m)^(ok|not ok) ([^\s:]+)(?:: (.*))?$`)

// run returns how many checks have passed.
func (s *server) run(t *testing.T, command []string, differs map[string]string) (passed int) {
	const limit = 15 * time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Env = append(os.Environ(), "PGHOST="+s.host, "PGPORT="+s.port, "FLIGHTPORT="+s.flight, "FLIGHT_JWT="+s.token, "PGUSER="+pgtest.User, "PGPASSWORD="+pgtest.Password,
		"PGDATABASE="+pgtest.Database, "PGSSLMODE=require", "PGSSLROOTCERT="+s.cert, "CHECK_TMP="+t.TempDir(), "GOFLAGS=")
	err := cmd.Run()
	for _, m := range line.FindAllStringSubmatch(out.String(), -1) {
		name, why := m[2], differs[m[2]]
		switch {
		case m[1] == "ok" && why != "" && !*postgres:
			t.Errorf("%s passes, and is on the list of differences", name)
		case m[1] == "ok":
			passed++
		case why == "" || *postgres:
			t.Errorf("%s: %s", name, m[3])
		}
	}
	if passed == 0 {
		t.Errorf("no check has passed: %v\n%s", err, tail(errs.String()))
	}
	t.Logf("%d checks pass, %d differ", passed, len(differs))
	if t.Failed() {
		t.Logf("the program said: %v\n%s", err, tail(errs.String()))
	}
	return passed
}

func tail(s string) string {
	const most = 4000
	return s[max(0, len(s)-most):]
}

const issuer = "https://login.example"

// identityProvider returns the file of a provider's keys, and a token of its for the user.
func identityProvider(t *testing.T, dir string) (keys, token string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := jwkset.NewJWKFromKey(crypto.PublicKey(key.Public()), jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: "one"}})
	if err != nil {
		t.Fatal(err)
	}
	set, err := json.Marshal(jwkset.JWKSMarshal{Keys: []jwkset.JWKMarshal{public.Marshal()}})
	if err != nil {
		t.Fatal(err)
	}
	keys = filepath.Join(dir, "keys.json")
	if err := os.WriteFile(keys, set, 0o600); err != nil {
		t.Fatal(err)
	}
	tok := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"iss": issuer, "aud": "tavana", "sub": pgtest.User, "exp": time.Now().Add(3 * time.Hour).Unix()})
	tok.Header["kid"] = "one"
	if token, err = tok.SignedString(key); err != nil {
		t.Fatal(err)
	}
	return keys, token
}

func start(t *testing.T) *server {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	cert, key := certificate(t, dir)
	if *postgres {
		pg, err := pgtest.Start(t.Context(), "ssl=on", "ssl_cert_file="+cert, "ssl_key_file="+key)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pg.Stop)
		host, port, _ := net.SplitHostPort(pg.Addr)
		return &server{host: host, port: port, cert: cert}
	}
	keys, token := identityProvider(t, dir)
	out := &output{}
	cmd := exec.Command(workertest.Binary(t, "tavana"), "up", "--pg-listen", "127.0.0.1:0", "--flight-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0", "--data", filepath.Join(dir, "data"),
		"--workers", "2", "--worker-memory", "1500MB", "--tls", "files", "--tls-cert", cert, "--tls-key", key,
		"--jwks", keys, "--jwt-issuer", issuer, "--jwt-audience", "tavana", "--flight-direct")
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("tavana up said:\n%s", tail(out.String()))
		}
	})
	connect := regexp.MustCompile(`(?s)psql -h 127\.0\.0\.1 -p (\d+) .*grpc://127\.0\.0\.1:(\d+)`)
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if m := connect.FindStringSubmatch(out.String()); m != nil {
			return &server{"127.0.0.1", m[1], m[2], cert, token}
		}
		if time.Now().After(deadline) {
			t.Fatalf("tavana up did not start:\n%s", out)
		}
	}
}

// output keeps what a program says.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// certificate makes one for 127.0.0.1 that is its own authority.
func certificate(t *testing.T, dir string) (cert, key string) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(cert, 0o644); err != nil {
		t.Fatal(err)
	}
	return cert, key
}
