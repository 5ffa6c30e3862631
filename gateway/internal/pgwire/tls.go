package pgwire

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"sync"
	"time"

	"github.com/angelerator/tavana/internal/lifecycle"
)

// TLSFiles names the PEM files of TLS. They are read anew when they change.
type TLSFiles struct {
	// Cert and Key are the server's certificate with its chain, and the key; empty: a self-signed one, new at each start.
	Cert, Key string
	// ClientCA is the authorities that clients' certificates must come from; empty: clients need none.
	ClientCA string
}

// Certificates is what the server shows its clients and wants of them. It is safe for concurrent use.
type Certificates struct {
	files   TLSFiles
	changes *lifecycle.Files
	log     *slog.Logger

	mu      sync.Mutex
	current identity
}

// identity is one state of the files.
type identity struct {
	config *tls.Config
	leaf   *x509.Certificate
}

// NewCertificates reads the files. A bad one is an error: there is no falling back to another certificate.
func NewCertificates(files TLSFiles, log *slog.Logger) (*Certificates, error) {
	c := &Certificates{files: files, changes: lifecycle.WatchFiles(files.Cert, files.Key, files.ClientCA), log: log}
	var err error
	c.current, err = files.load()
	return c, err
}

// now returns the TLS configuration of a new connection and the certificate it shows. When the files have changed since,
// they are read; when that fails, it is logged, and the last good ones stay.
func (c *Certificates) now() identity {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.changes.Changed() {
		return c.current
	}
	id, err := c.files.load()
	if err != nil {
		c.log.Error("reading changed TLS files failed, the old ones stay", "error", err)
		return c.current
	}
	c.log.Info("TLS files were read again", "not_after", id.leaf.NotAfter)
	c.current = id
	return id
}

// Config returns TLS for a server of another protocol, which protos names: with what the Certificates show at each connection.
func (c *Certificates) Config(protos ...string) *tls.Config {
	current := func() *tls.Config {
		config := c.now().config.Clone()
		config.NextProtos = protos
		return config
	}
	config := current()
	config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return current(), nil }
	return config
}

func (f TLSFiles) load() (identity, error) {
	cert, err := f.certificate()
	if err != nil {
		return identity{}, err
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12,
		// PostgreSQL's own name for direct TLS; clients that ask by SSLRequest offer none.
		NextProtos: []string{"postgresql"},
	}
	if f.ClientCA != "" {
		pem, err := os.ReadFile(f.ClientCA)
		if err != nil {
			return identity{}, fmt.Errorf("reading the clients' authorities: %w", err)
		}
		config.ClientCAs, config.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
		if !config.ClientCAs.AppendCertsFromPEM(pem) {
			return identity{}, fmt.Errorf("%s has no certificate", f.ClientCA)
		}
	}
	return identity{config, cert.Leaf}, nil
}

func (f TLSFiles) certificate() (*tls.Certificate, error) {
	if f.Cert == "" {
		return selfSigned()
	}
	cert, err := tls.LoadX509KeyPair(f.Cert, f.Key)
	if err != nil {
		return nil, fmt.Errorf("reading the TLS certificate: %w", err)
	}
	if now := time.Now(); now.After(cert.Leaf.NotAfter) {
		return nil, fmt.Errorf("the TLS certificate %s has expired on %s", f.Cert, cert.Leaf.NotAfter.Format(time.DateOnly))
	}
	return &cert, nil
}

// selfSigned makes a certificate for this machine's names: clients can encrypt, not verify.
func selfSigned() (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	names := []string{"localhost"}
	if host, err := os.Hostname(); err == nil && host != "" {
		names = append(names, host)
	}
	now := time.Now()
	t := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Tavana, self-signed"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: names, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, err
}

// ClientCert is how much of a client's certificate is checked, by PostgreSQL's names.
type ClientCert string

// The ways: any of an authority's certificates, or one whose common name is the user.
const (
	VerifyCA   ClientCert = "verify-ca"
	VerifyFull ClientCert = "verify-full"
)

var errNoClientCert = errors.New("no client certificate")

// commonName returns the name in the client's certificate.
func commonName(t *tls.Conn) (string, error) {
	certs := t.ConnectionState().PeerCertificates
	if len(certs) == 0 {
		return "", errNoClientCert
	}
	return certs[0].Subject.CommonName, nil
}
