package lifecycle

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

func TestListenTakesOverADeadSocketOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	first, err := Listen("unix://"+path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v %v", st.Mode(), err)
	}
	if _, err := Listen("unix://"+path, 0o600); err == nil {
		t.Error("a socket that is served was taken over")
	}
	first.(*net.UnixListener).SetUnlinkOnClose(false) // as a killed process leaves it
	_ = first.Close()
	again, err := Listen("unix://"+path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_ = again.Close()
	tcp, err := Listen("127.0.0.1:0", 0)
	if err != nil {
		t.Fatal(err)
	}
	_ = tcp.Close()
}
