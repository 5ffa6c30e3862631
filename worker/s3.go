package worker

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/angelerator/tavana/worker/internal/duck"
)

// secrets returns the SQL that gives DuckDB the S3 keys, and the prefix that statements may use by them. The secret holds
// for the one bucket, where one is named.
func (c *Config) secrets() (sql, allow []string, err error) {
	s := c.S3
	if err := s.Load(); err != nil {
		return nil, nil, err
	}
	if s.Endpoint == "" && s.Bucket == "" && s.AccessKey == "" {
		return nil, nil, nil
	}
	if !slices.Contains(c.extensions(), "httpfs") {
		return nil, nil, fmt.Errorf("s3 needs DuckDB's extension httpfs in %s", c.ExtensionsDir)
	}
	style := "vhost"
	if s.PathStyle {
		style = "path"
	}
	host, tls := s.Host()
	create := "CREATE SECRET tavana_s3 (TYPE s3, PROVIDER config, REGION " + duck.Quote(s.Region) + ", URL_STYLE " + duck.Quote(style) + ", USE_SSL " + strconv.FormatBool(tls)
	for _, kv := range [][2]string{{"ENDPOINT", host}, {"KEY_ID", s.AccessKey}, {"SECRET", s.SecretKey}, {"SESSION_TOKEN", s.SessionToken}} {
		if kv[1] != "" {
			create += ", " + kv[0] + " " + duck.Quote(kv[1])
		}
	}
	if s.Bucket != "" {
		allow = []string{"s3://" + s.Bucket}
		create += ", SCOPE " + duck.Quote(allow[0]+"/")
	}
	return []string{create + ")"}, allow, nil
}
