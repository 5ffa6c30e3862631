package gateway_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/angelerator/tavana/gateway"
)

// authority signs certificates.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, file: filepath.Join(t.TempDir(), "ca.pem")}
	a.key = newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	writePEM(t, a.file, "CERTIFICATE", der)
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func writePEM(t *testing.T, file, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// issue writes a certificate of name and its key.
func (a *authority) issue(name, certFile, keyFile string, serial int64) {
	a.t.Helper()
	key := newKey(a.t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	b, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	writePEM(a.t, certFile, "CERTIFICATE", der)
	writePEM(a.t, keyFile, "EC PRIVATE KEY", b)
}

func TestCertificatesAreReadAgainWhenTheyChange(t *testing.T) {
	ca := newAuthority(t)
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "server.pem"), filepath.Join(dir, "server.key")
	ca.issue("one", cert, key, 1)
	w := open(t, 1, func(c *gateway.Config) { c.TLS, c.TLSCert, c.TLSKey = "files", cert, key })
	shown := func() string {
		t.Helper()
		c, err := pgconn.Connect(t.Context(), w.tlsURL("sslmode=verify-full&channel_binding=require&sslrootcert="+ca.file))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(t.Context())
		return c.Conn().(*tls.Conn).ConnectionState().PeerCertificates[0].Subject.CommonName
	}
	if got := shown(); got != "one" {
		t.Errorf("certificate %s", got)
	}
	ca.issue("two", cert, key, 2)
	eventually(t, "the new certificate is shown", func() bool { return shown() == "two" })
	// A broken one is not taken, and the good one stays.
	if err := os.WriteFile(cert, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(1500 * time.Millisecond); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if got := shown(); got != "two" {
			t.Fatalf("certificate %s", got)
		}
	}
	ca.issue("three", cert, key, 3)
	eventually(t, "the mended certificate is shown", func() bool { return shown() == "three" })
}

func (w *world) tlsURL(options string) string {
	return "postgres://tavana:tavana@" + w.addr + "/tavana?" + options
}

func TestClientCertificates(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	ca.issue("server", file("server.pem"), file("server.key"), 1)
	ca.issue("tavana", file("tavana.pem"), file("tavana.key"), 2)
	ca.issue("bob", file("bob.pem"), file("bob.key"), 3)
	other.issue("tavana", file("forged.pem"), file("forged.key"), 4)
	for _, c := range []struct {
		verify, client string
		ok             bool
	}{
		{"verify-full", "tavana", true},
		{"verify-full", "bob", false},
		{"verify-ca", "bob", true},
		{"verify-full", "forged", false},
		{"verify-ca", "forged", false},
		{"verify-full", "", false},
	} {
		w := open(t, 1, func(cfg *gateway.Config) {
			cfg.TLS, cfg.TLSCert, cfg.TLSKey = "files", file("server.pem"), file("server.key")
			cfg.TLSClientCA, cfg.TLSClientCert = ca.file, c.verify
		})
		options := "sslmode=verify-full&sslrootcert=" + ca.file
		if c.client != "" {
			options += "&sslcert=" + file(c.client+".pem") + "&sslkey=" + file(c.client+".key")
		}
		conn, err := pgconn.Connect(t.Context(), w.tlsURL(options))
		if (err == nil) != c.ok {
			t.Errorf("%s with the certificate of %q: %v", c.verify, c.client, err)
		}
		if err == nil {
			_ = conn.Close(t.Context())
		}
		if _, err := pgconn.Connect(t.Context(), w.url("")); codeOf(err) != "28000" {
			t.Errorf("without TLS: %v", err)
		}
	}
}
