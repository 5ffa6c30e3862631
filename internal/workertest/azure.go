package workertest

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
)

// Azure is a container on a real server of Azure's blobs.
type Azure struct {
	ConnectionString, Container string
}

// azuriteKey is the one key that Azurite knows, public like its account's name.
const azuriteKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

// StartAzure starts Azurite on loopback, with one empty container in its memory, and ends it with the test.
func StartAzure(t testing.TB) Azure {
	t.Helper()
	server := filepath.Join(Root(), ".cache", "azurite", "node_modules", ".bin", "azurite-blob")
	if _, err := os.Stat(server); err != nil {
		t.Fatalf("%s is missing: run make tools", server)
	}
	cmd := exec.Command(server, "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry")
	cmd.Dir, cmd.SysProcAttr = t.TempDir(), childAttributes()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	url := make(chan string, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if _, at, ok := strings.Cut(lines.Text(), "listens on "); ok {
				url <- at
				break
			}
		}
		_, _ = io.Copy(io.Discard, out)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		_ = cmd.Wait()
	})
	a := Azure{Container: "lake"}
	select {
	case at := <-url:
		a.ConnectionString = "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=" + azuriteKey + ";BlobEndpoint=" + at + "/devstoreaccount1;"
	case <-ended:
		t.Fatal("azurite ended")
	case <-time.After(time.Minute):
		t.Fatal("azurite does not say where it listens")
	}
	if _, err := a.client(t).CreateContainer(t.Context(), a.Container, nil); err != nil {
		t.Fatal(err)
	}
	return a
}

// Put writes a blob.
func (a Azure) Put(t testing.TB, name, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := a.client(t).UploadBuffer(ctx, a.Container, name, []byte(text), nil); err != nil {
		t.Fatal(err)
	}
}

func (a Azure) client(t testing.TB) *azblob.Client {
	t.Helper()
	c, err := azblob.NewClientFromConnectionString(a.ConnectionString, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
