package sizer

import (
	"context"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/angelerator/tavana/internal/config"
)

// S3 has the objects of a server that speaks S3, Google's among them. It asks nobody else: keys and region are those of its
// configuration.
type S3 struct{ client *s3.Client }

var _ Store = (*S3)(nil)

// NewS3 returns the store at a server.
func NewS3(c config.S3) *S3 {
	o := s3.Options{Region: c.Region, UsePathStyle: c.PathStyle, Credentials: aws.AnonymousCredentials{}}
	if c.AccessKey != "" {
		o.Credentials = credentials.NewStaticCredentialsProvider(c.AccessKey, c.SecretKey, c.SessionToken)
	}
	if host, tls := c.Host(); host != "" {
		scheme := "http://"
		if tls {
			scheme = "https://"
		}
		o.BaseEndpoint = aws.String(scheme + host)
	}
	const tries = 2
	o.RetryMaxAttempts = tries
	return &S3{s3.New(o)}
}

// List implements Store.
func (s *S3) List(ctx context.Context, glob string, most int) (files []File, more bool, err error) {
	bucket, key, base := place(glob)
	if !hasGlob(key) {
		head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
		if err != nil {
			return nil, false, err
		}
		return []File{{glob, aws.ToInt64(head.ContentLength)}}, false, nil
	}
	prefix := beforeGlob(key)
	pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix})
	m := matches{glob: key, base: base, most: most}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, false, err
		}
		for _, o := range page.Contents {
			if !m.add(aws.ToString(o.Key), aws.ToInt64(o.Size)) {
				return m.files, true, nil
			}
		}
	}
	return m.files, false, nil
}

// Open implements Store.
func (s *S3) Open(ctx context.Context, f File) (Reader, error) { return &object{ctx, s, f}, nil }

// get implements ranger.
func (s *S3) get(ctx context.Context, bucket, key string, at, end int64) (io.ReadCloser, error) {
	got, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key, Range: aws.String(fmt.Sprintf("bytes=%d-%d", at, end-1))})
	if err != nil {
		return nil, err
	}
	return got.Body, nil
}
