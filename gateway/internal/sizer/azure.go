package sizer

import (
	"context"
	"io"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"

	"github.com/angelerator/tavana/internal/config"
)

// Azure has the blobs of a storage account. It asks nobody else: server and key are those of its configuration.
type Azure struct{ client *azblob.Client }

var _ Store = (*Azure)(nil)

// NewAzure returns the store of an account. It fails where the connection string is none.
func NewAzure(c config.Azure) (*Azure, error) {
	o := azblob.ClientOptions{}
	o.Retry = policy.RetryOptions{MaxRetries: 1}
	client, err := azblob.NewClientFromConnectionString(c.ConnectionString, &o)
	if err != nil {
		return nil, err
	}
	return &Azure{client}, nil
}

// List implements Store.
func (a *Azure) List(ctx context.Context, glob string, most int) (files []File, more bool, err error) {
	bucket, key, base := place(glob)
	if !hasGlob(key) {
		p, err := a.blob(bucket, key).GetProperties(ctx, nil)
		if err != nil {
			return nil, false, err
		}
		return []File{{glob, value(p.ContentLength)}}, false, nil
	}
	prefix := beforeGlob(key)
	pages := a.client.NewListBlobsFlatPager(bucket, &container.ListBlobsFlatOptions{Prefix: &prefix})
	m := matches{glob: key, base: base, most: most}
	for pages.More() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, false, err
		}
		for _, b := range page.Segment.BlobItems {
			if !m.add(value(b.Name), value(b.Properties.ContentLength)) {
				return m.files, true, nil
			}
		}
	}
	return m.files, false, nil
}

// Open implements Store.
func (a *Azure) Open(ctx context.Context, f File) (Reader, error) { return &object{ctx, a, f}, nil }

// get implements ranger.
func (a *Azure) get(ctx context.Context, bucket, key string, at, end int64) (io.ReadCloser, error) {
	got, err := a.blob(bucket, key).DownloadStream(ctx, &blob.DownloadStreamOptions{Range: blob.HTTPRange{Offset: at, Count: end - at}})
	if err != nil {
		return nil, err
	}
	return got.Body, nil
}

func (a *Azure) blob(bucket, key string) *blob.Client {
	return a.client.ServiceClient().NewContainerClient(bucket).NewBlobClient(key)
}

// value returns what p points to; the zero T: nothing.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
