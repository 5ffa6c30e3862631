package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// S3 says where s3:// URLs lead, and with which keys. The zero S3: nowhere.
type S3 struct {
	Endpoint      string
	Bucket        string
	PathStyle     bool
	Region        string
	AccessKey     string
	AccessKeyFile string
	SecretKey     string
	SecretKeyFile string
	SessionToken  string
}

// Settings adds the rows to t.
func (s *S3) Settings(t *Table) {
	t.String(&s.Endpoint, "s3-endpoint", "", "S3 server: host:port or URL (http:// is without TLS); empty: AWS").Alias("S3_ENDPOINT", nil)
	t.String(&s.Bucket, "s3-bucket", "", "bucket that the keys are for, and that statements may use; empty: those that allow names").Alias("S3_BUCKET", nil)
	t.Bool(&s.PathStyle, "s3-path-style", false, "write the bucket into the path, not into the host's name").Alias("S3_PATH_STYLE", nil)
	t.String(&s.Region, "s3-region", "us-east-1", "region that requests are signed for").Alias("AWS_REGION", nil)
	t.String(&s.AccessKey, "s3-access-key", "", "access key; empty: there are no keys").Alias("AWS_ACCESS_KEY_ID", nil)
	t.String(&s.AccessKeyFile, "s3-access-key-file", "", "file with the access key")
	t.String(&s.SecretKey, "s3-secret-key", "", "secret key").Alias("AWS_SECRET_ACCESS_KEY", nil).Secret()
	t.String(&s.SecretKeyFile, "s3-secret-key-file", "", "file with the secret key")
	t.String(&s.SessionToken, "s3-session-token", "", "token of temporary keys").Alias("AWS_SESSION_TOKEN", nil).Secret()
}

// Used tells whether there is anything of S3's.
func (s *S3) Used() bool { return s.Endpoint != "" || s.Bucket != "" || s.AccessKey != "" }

// load reads the keys' files, and reports what is wrong.
func (s *S3) load() error {
	return loadKeys("s3", s.AccessKeyFile, &s.AccessKey, s.SecretKeyFile, &s.SecretKey)
}

// loadKeys reads the files of a pair of keys, whose settings begin with prefix.
func loadKeys(prefix, accessFile string, access *string, secretFile string, secret *string) error {
	if err := errors.Join(read(accessFile, access), read(secretFile, secret)); err != nil {
		return fmt.Errorf("reading a key of %s: %w", prefix, err)
	}
	if (*access == "") != (*secret == "") {
		return fmt.Errorf("%[1]s-access-key and %[1]s-secret-key: need each other", prefix)
	}
	return nil
}

// Host returns the endpoint without its scheme, and whether it is spoken to by TLS.
func (s *S3) Host() (host string, tls bool) {
	if host, ok := strings.CutPrefix(s.Endpoint, "http://"); ok {
		return strings.TrimRight(host, "/"), false
	}
	return strings.TrimRight(strings.TrimPrefix(s.Endpoint, "https://"), "/"), true
}

func (s *S3) environ() []string {
	return []string{
		"TAVANA_S3_ENDPOINT=" + s.Endpoint, "TAVANA_S3_BUCKET=" + s.Bucket, "TAVANA_S3_PATH_STYLE=" + strconv.FormatBool(s.PathStyle),
		"TAVANA_S3_REGION=" + s.Region, "TAVANA_S3_ACCESS_KEY=" + s.AccessKey, "TAVANA_S3_ACCESS_KEY_FILE=" + s.AccessKeyFile,
		"TAVANA_S3_SECRET_KEY=" + s.SecretKey, "TAVANA_S3_SECRET_KEY_FILE=" + s.SecretKeyFile, "TAVANA_S3_SESSION_TOKEN=" + s.SessionToken,
	}
}
