package sizer

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/bmatcuk/doublestar/v4"

	"github.com/angelerator/tavana/internal/config"
)

// S3 has the objects of an S3 server. It asks nobody else: keys and region are those of its configuration.
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

// place divides s3://bucket/key.
func place(name string) (bucket, key string) {
	bucket, key, _ = strings.Cut(strings.TrimPrefix(name, "s3://"), "/")
	return bucket, key
}

// List implements Store.
func (s *S3) List(ctx context.Context, glob string, most int) (files []File, more bool, err error) {
	bucket, key := place(glob)
	if !hasGlob(key) {
		head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
		if err != nil {
			return nil, false, err
		}
		return []File{{glob, aws.ToInt64(head.ContentLength)}}, false, nil
	}
	prefix := key[:strings.IndexAny(key, "*?[")]
	pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix})
	for seen := 0; pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, false, err
		}
		for _, o := range page.Contents {
			if ok, err := doublestar.Match(key, aws.ToString(o.Key)); err != nil || !ok {
				continue
			}
			if len(files) == most {
				return files, true, nil
			}
			files = append(files, File{"s3://" + bucket + "/" + aws.ToString(o.Key), aws.ToInt64(o.Size)})
		}
		if seen += len(page.Contents); seen > 10*most {
			return files, true, nil
		}
	}
	return files, false, nil
}

// Open implements Store.
func (s *S3) Open(ctx context.Context, f File) (Reader, error) { return &object{ctx, s, f}, nil }

// object reads an object piece by piece.
type object struct {
	ctx  context.Context // the estimate's
	s    *S3
	file File
}

// ReadAt implements io.ReaderAt.
func (o *object) ReadAt(b []byte, at int64) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	bucket, key := place(o.file.Name)
	end := min(at+int64(len(b)), o.file.Size)
	if at >= end {
		return 0, io.EOF
	}
	got, err := o.s.client.GetObject(o.ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key, Range: aws.String(fmt.Sprintf("bytes=%d-%d", at, end-1))})
	if err != nil {
		return 0, err
	}
	defer got.Body.Close()
	n, err := io.ReadFull(got.Body, b[:end-at])
	if err == nil && n < len(b) {
		err = io.EOF
	}
	return n, err
}

// Close implements io.Closer.
func (o *object) Close() error { return nil }
