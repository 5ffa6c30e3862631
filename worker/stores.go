package worker

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/angelerator/tavana/internal/config"
	"github.com/angelerator/tavana/worker/internal/duck"
)

// secrets returns the SQL that gives DuckDB the keys of object stores, and the prefixes that statements may use by them. A secret
// holds for the one bucket or container, where one is named.
func (c *Config) secrets() (sql, allow []string, err error) {
	s := c.Stores
	if err := s.Load(); err != nil {
		return nil, nil, err
	}
	add := func(extension, kind, bucket string, schemes []string, options ...string) {
		if !slices.Contains(c.extensions(), extension) && err == nil {
			err = fmt.Errorf("%s needs DuckDB's extension %s in %s", kind, extension, c.ExtensionsDir)
		}
		if bucket != "" {
			var scope []string
			for _, scheme := range schemes {
				allow = append(allow, scheme+bucket)
				scope = append(scope, duck.Quote(scheme+bucket+"/"))
			}
			options = append(options, "SCOPE ["+strings.Join(scope, ", ")+"]")
		}
		sql = append(sql, "CREATE SECRET tavana_"+kind+" (TYPE "+kind+", PROVIDER config, "+strings.Join(options, ", ")+")")
	}
	if s.S3.Used() {
		add("httpfs", "s3", s.S3.Bucket, []string{"s3://"}, s3Options(s.S3)...)
	}
	if s.GCS.Used() {
		at := s.GCS.S3()
		add("httpfs", "gcs", at.Bucket, []string{"gs://", "gcs://"}, s3Options(at)...)
	}
	if s.Azure.Used() {
		add("azure", "azure", s.Azure.Container, []string{"az://", "azure://", "abfss://"}, "CONNECTION_STRING "+duck.Quote(s.Azure.ConnectionString))
	}
	return sql, allow, err
}

// s3Options returns the options of a secret for a server that speaks S3.
func s3Options(s config.S3) []string {
	style := "vhost"
	if s.PathStyle {
		style = "path"
	}
	host, tls := s.Host()
	options := []string{"REGION " + duck.Quote(s.Region), "URL_STYLE " + duck.Quote(style), "USE_SSL " + strconv.FormatBool(tls)}
	for _, kv := range [][2]string{{"ENDPOINT", host}, {"KEY_ID", s.AccessKey}, {"SECRET", s.SecretKey}, {"SESSION_TOKEN", s.SessionToken}} {
		if kv[1] != "" {
			options = append(options, kv[0]+" "+duck.Quote(kv[1]))
		}
	}
	return options
}
