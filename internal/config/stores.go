package config

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// Stores says where objects lie that statements read by URL, and with which keys.
type Stores struct {
	S3    S3
	GCS   GCS
	Azure Azure
}

// Settings adds the rows to t.
func (s *Stores) Settings(t *Table) {
	s.S3.Settings(t)
	s.GCS.settings(t)
	s.Azure.settings(t)
}

// Load reads the files of keys, and reports what is wrong.
func (s *Stores) Load() error { return errors.Join(s.S3.load(), s.GCS.load(), s.Azure.load()) }

// Environ returns the settings as a child process's environment.
func (s *Stores) Environ() []string {
	return append(append(s.S3.environ(), s.GCS.environ()...), s.Azure.environ()...)
}

// GCS says where gs:// URLs lead: Google Cloud Storage by its XML API, which speaks S3, and with HMAC keys, which are what DuckDB
// reads it with. The zero GCS: nowhere.
type GCS struct {
	Endpoint      string
	Bucket        string
	AccessKey     string
	AccessKeyFile string
	SecretKey     string
	SecretKeyFile string
}

func (g *GCS) settings(t *Table) {
	t.String(&g.Endpoint, "gcs-endpoint", "", "server of gs:// URLs: host:port or URL (http:// is without TLS)").ShowDefault("storage.googleapis.com")
	t.String(&g.Bucket, "gcs-bucket", "", "bucket of Google Cloud Storage that the keys are for, and that statements may use as gs://; empty: those that allow names").Alias("GCS_BUCKET", nil)
	t.String(&g.AccessKey, "gcs-access-key", "", "access id of an HMAC key; empty: there are no keys").Alias("GCS_ACCESS_KEY_ID", nil)
	t.String(&g.AccessKeyFile, "gcs-access-key-file", "", "file with the access id of an HMAC key")
	t.String(&g.SecretKey, "gcs-secret-key", "", "secret of an HMAC key").Alias("GCS_SECRET_ACCESS_KEY", nil).Secret()
	t.String(&g.SecretKeyFile, "gcs-secret-key-file", "", "file with the secret of an HMAC key")
}

// Used tells whether there is anything of Google's.
func (g *GCS) Used() bool { return g.Endpoint != "" || g.Bucket != "" || g.AccessKey != "" }

func (g *GCS) load() error {
	return loadKeys("gcs", g.AccessKeyFile, &g.AccessKey, g.SecretKeyFile, &g.SecretKey)
}

func (g *GCS) environ() []string {
	return []string{
		"TAVANA_GCS_ENDPOINT=" + g.Endpoint, "TAVANA_GCS_BUCKET=" + g.Bucket, "TAVANA_GCS_ACCESS_KEY=" + g.AccessKey,
		"TAVANA_GCS_ACCESS_KEY_FILE=" + g.AccessKeyFile, "TAVANA_GCS_SECRET_KEY=" + g.SecretKey, "TAVANA_GCS_SECRET_KEY_FILE=" + g.SecretKeyFile,
	}
}

// S3 returns the same as a server that speaks S3. Google takes any region; this is the one that DuckDB signs for.
func (g *GCS) S3() S3 {
	s := S3{Endpoint: g.Endpoint, Bucket: g.Bucket, PathStyle: true, Region: "us-east-1", AccessKey: g.AccessKey, SecretKey: g.SecretKey}
	if s.Endpoint == "" {
		s.Endpoint = "storage.googleapis.com"
	}
	return s
}

// Azure says where az:// URLs lead. The zero Azure: nowhere.
type Azure struct {
	// ConnectionString names account, key or signature, and server, as Azure's own tools take it.
	ConnectionString     string
	ConnectionStringFile string
	Container            string
}

func (a *Azure) settings(t *Table) {
	t.String(&a.ConnectionString, "azure-connection-string", "", "account, key and server of Azure's storage; empty: there is none").Alias("AZURE_STORAGE_CONNECTION_STRING", nil).Secret()
	t.String(&a.ConnectionStringFile, "azure-connection-string-file", "", "file with the connection string")
	t.String(&a.Container, "azure-container", "", "container that statements may use as az://, azure:// and abfss://; empty: those that allow names").Alias("AZURE_STORAGE_CONTAINER", nil)
}

// Used tells whether there is anything of Azure's.
func (a *Azure) Used() bool { return a.ConnectionString != "" }

func (a *Azure) load() error {
	if err := read(a.ConnectionStringFile, &a.ConnectionString); err != nil {
		return fmt.Errorf("reading a connection string of Azure: %w", err)
	}
	if a.Container != "" && a.ConnectionString == "" {
		return errors.New("azure-container: needs an azure-connection-string")
	}
	return nil
}

func (a *Azure) environ() []string {
	return []string{
		"TAVANA_AZURE_CONNECTION_STRING=" + a.ConnectionString, "TAVANA_AZURE_CONNECTION_STRING_FILE=" + a.ConnectionStringFile,
		"TAVANA_AZURE_CONTAINER=" + a.Container,
	}
}

// read reads a file with one value; no name: there is no file.
func read(file string, to *string) error {
	if file == "" {
		return nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	*to = strings.TrimSpace(string(b))
	return nil
}
