// Package archtest checks the borders between the parts: who may import whom. The compiler keeps most of them (internal
// folders); these are the rest.
package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/angelerator/tavana/internal/workertest"
)

const module = "github.com/angelerator/tavana/"

// pkg is what go list says of a package.
type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
	Standard   bool
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-tags=duckdb_arrow", "-json=ImportPath,Imports,Deps,Standard", "./...")
	cmd.Dir = workertest.Root()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module)
		all = append(all, p)
	}
	if len(all) < 15 {
		t.Fatalf("only %d packages", len(all))
	}
	return all
}

// in tells whether path is one of the folders or below one.
func in(path string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return path == f || strings.HasPrefix(path, f+"/") })
}

func TestWhoImportsWhom(t *testing.T) {
	components := []string{"gateway", "worker", "sidecar", "flightsql"}
	for _, p := range list(t) {
		for _, imp := range p.Imports {
			own, isOwn := strings.CutPrefix(imp, module)
			switch {
			case strings.HasPrefix(imp, "github.com/duckdb/") && !in(p.ImportPath, "worker/internal/duck", "bench/inprocess"):
				// A query can only hurt its worker; inprocess is the benchmark's peer.
				t.Errorf("%s imports the DuckDB binding", p.ImportPath)
			case imp == "testing" && !in(p.ImportPath, "internal/workertest"):
				t.Errorf("%s imports testing: no test code in production", p.ImportPath)
			case strings.HasPrefix(imp, "k8s.io/client-go") && !in(p.ImportPath, "gateway/internal/router", "gateway/internal/scaler", "sidecar/internal/resize"):
				t.Errorf("%s imports client-go: Kubernetes is behind router, scaler and resize", p.ImportPath)
			case isOwn && in(own, "internal/workertest", "internal/pgtest") && !in(p.ImportPath, "internal", "bench"):
				t.Errorf("%s imports %s: test helpers are for tests", p.ImportPath, own)
			case isOwn && in(p.ImportPath, "internal") && !in(own, "internal"):
				t.Errorf("%s imports %s: what is shared knows no component", p.ImportPath, own)
			}
			for _, a := range components {
				for _, b := range components {
					if a != b && in(p.ImportPath, a) && isOwn && in(own, b) && !(a == "gateway" && own == "flightsql") {
						t.Errorf("%s imports %s: components do not import one another", p.ImportPath, own)
					}
				}
			}
		}
	}
}

// Package extensions registers Arrow's extension types, process-wide: then batches of booleans, UUIDs and JSON are decoded as others
// than the gateway reads.
func TestNobodyRegistersExtensionTypes(t *testing.T) {
	for _, p := range list(t) {
		if !in(p.ImportPath, "bench") && slices.Contains(p.Deps, "github.com/apache/arrow-go/v18/arrow/extensions") {
			t.Errorf("%s depends on arrow/extensions", p.ImportPath)
		}
	}
}

// The gateway's parts build on one another in one direction.
func TestTheGatewaysLayers(t *testing.T) {
	// Each may import those that stand before it.
	order := []string{"sqltext", "sizer", "pgenc", "catalog", "session", "admission", "scaler", "router", "auth", "dispatch", "pgwire", "flight"}
	rank := map[string]int{}
	for i, name := range order {
		rank["gateway/internal/"+name] = i + 1
	}
	for _, p := range list(t) {
		mine, ok := rank[p.ImportPath]
		if !ok {
			if in(p.ImportPath, "gateway/internal") {
				t.Errorf("%s has no place in the order of layers", p.ImportPath)
			}
			continue
		}
		for _, imp := range p.Imports {
			if other := rank[strings.TrimPrefix(imp, module)]; other > mine {
				t.Errorf("%s imports %s", p.ImportPath, imp)
			}
		}
	}
}

func TestThePureGoPartsHaveNoCgo(t *testing.T) {
	for _, main := range []string{"./cmd/tavana", "./cmd/tavana-gateway"} {
		cmd := exec.Command("go", "list", "-deps", "-f", "{{if .CgoFiles}}{{.ImportPath}}{{end}}", main)
		cmd.Dir = workertest.Root()
		cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
		out, err := cmd.CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != "" {
			t.Errorf("%s: %v\n%s", main, err, out)
		}
		for dep := range strings.Lines(deps(t, main)) {
			if strings.HasPrefix(dep, "github.com/duckdb/") {
				t.Errorf("%s depends on %s", main, dep)
			}
		}
	}
}

func deps(t *testing.T, main string) string {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", main)
	cmd.Dir = workertest.Root()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
