package gateway

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/angelerator/tavana/gateway/internal/sizer"
	"github.com/angelerator/tavana/internal/config"
)

// Sizing is how statements are sized before they run.
type Sizing struct {
	// Off makes every statement reserve the workers' default share.
	Off bool
	// Patience is how long a statement waits for its size.
	Patience time.Duration
	// Allow are the folders and URL prefixes that workers let statements read: nothing else is looked at.
	Allow []string
	// Stores are those that workers read.
	Stores config.Stores
}

// Settings adds the rows of s that are its own to t.
func (s *Sizing) Settings(t *config.Table) {
	t.Bool(&s.Off, "no-sizing", false, "do not estimate what memory statements need: each reserves the workers' query-memory")
	t.Duration(&s.Patience, "sizing-patience", 200*time.Millisecond, "how long a statement waits for the estimate of what it needs; then it reserves query-memory")
}

// sizer returns what sizes statements; nil: nothing does.
func (s *Sizing) sizer() (*sizer.Sizer, error) {
	if s.Off {
		return nil, nil
	}
	cfg := sizer.Config{Patience: s.Patience, Stores: map[string]sizer.Store{"": sizer.Local{}}}
	for _, a := range s.Allow {
		if !strings.Contains(a, "://") {
			abs, err := filepath.Abs(a)
			if err != nil {
				return nil, err
			}
			a = abs
		}
		cfg.Allow = append(cfg.Allow, strings.TrimRight(a, "/")+"/")
	}
	at := s.Stores
	if err := at.Load(); err != nil {
		return nil, err
	}
	add := func(store sizer.Store, bucket string, schemes ...string) {
		for _, scheme := range schemes {
			cfg.Stores[scheme] = store
			if bucket != "" {
				cfg.Allow = append(cfg.Allow, scheme+bucket+"/")
			}
		}
	}
	if at.S3.Used() {
		add(sizer.NewS3(at.S3), at.S3.Bucket, "s3://")
	}
	if at.GCS.Used() {
		google := at.GCS.S3()
		add(sizer.NewS3(google), google.Bucket, "gs://", "gcs://")
	}
	if at.Azure.Used() {
		azure, err := sizer.NewAzure(at.Azure)
		if err != nil {
			return nil, fmt.Errorf("azure-connection-string: %w", err)
		}
		add(azure, at.Azure.Container, "az://", "azure://", "abfss://")
	}
	return sizer.New(cfg), nil
}
