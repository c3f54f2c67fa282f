// Package arch holds the import law of the project as a test: which package may
// import what, and why. docs/design.md tells the story behind it.
package arch

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "depctl.dev"

// rule says what one package may import.
type rule struct {
	pkg    string
	allows []string
	why    string
}

// law says which of the watched imports a package may have. A package that no
// line names, and a watched import that its line does not allow, are broken law.
var law = []rule{
	{"lang", []string{"github.com/alecthomas/participle/"}, "text and logic; it knows no Kubernetes object"},
	{"depgraph", []string{module + "/lang"}, "a pure structure, fuzzed against a naive model without a cluster"},
	{"gate", []string{module + "/lang", module + "/depgraph", "k8s.io/api/", "k8s.io/apimachinery/"}, "the decision is a pure function: no client, no clock, no log"},
	{"gate/controller", []string{module + "/lang", module + "/depgraph", module + "/gate", "k8s.io/"}, "the only package that writes to Jobs by itself; depctl does what a person says"},
	{"gate/admission", []string{module + "/gate", "k8s.io/"}, "answers the API server by the decision alone; it writes only its own certificate"},
	{"cli/picture", []string{module + "/lang", module + "/gate", "k8s.io/apimachinery/pkg/util/duration"}, "a drawing is a pure function of what is drawn"},
	{"cli/batch", []string{module + "/lang", module + "/gate", module + "/cli/reference", "k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/utils/", "sigs.k8s.io/"}, "text in, a Job out: what it must know of the cluster comes in as values"},
	{"cli", []string{module + "/lang", module + "/depgraph", module + "/gate", module + "/cli/", "k8s.io/", "sigs.k8s.io/", "github.com/spf13/"}, "reads files or a cluster and draws; it shares the decision, not the controller"},
	{"cli/internal/command", []string{module + "/lang", module + "/cli/picture", module + "/cli/reference", "k8s.io/apimachinery/pkg/apis/meta/v1", "k8s.io/cli-runtime/pkg/genericiooptions", "sigs.k8s.io/yaml", "github.com/spf13/"}, "what all commands share knows no cluster, and none of the commands"},
	{"cli/internal/snapshot", []string{module + "/lang", module + "/depgraph", module + "/gate", module + "/cli/picture", module + "/cli/forecast", module + "/cli/explanation", "k8s.io/api/", "k8s.io/apimachinery/"}, "pure: Jobs that were read, and what the gate would make of them"},
	{"cli/internal/manifest", []string{module + "/lang", module + "/gate", module + "/cli/picture", module + "/cli/internal/command", module + "/cli/internal/snapshot", "k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/cli-runtime/pkg/resource"}, "files alone: it asks no cluster, and no command"},
	{"cli/internal/cluster", []string{module + "/lang", module + "/gate", module + "/cli/picture", module + "/cli/reference", module + "/cli/batch", module + "/cli/checkup", module + "/cli/internal/command", module + "/cli/internal/snapshot", "k8s.io/", "sigs.k8s.io/", "github.com/spf13/"}, "talks to the cluster for all commands"},
	{"cli/rehearsal", []string{module + "/lang", module + "/depgraph", module + "/gate", module + "/cli/reference", module + "/cli/internal/snapshot"}, "pure: what would run when"},
	{"cli/check", []string{module + "/lang", module + "/gate", module + "/cli/", "k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/cli-runtime/", "k8s.io/utils/", "sigs.k8s.io/yaml", "github.com/spf13/"}, "a command: flags and printing"},
	{"cli/explain", []string{module + "/lang", module + "/gate", module + "/cli/", "k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/cli-runtime/", "k8s.io/utils/", "sigs.k8s.io/yaml", "github.com/spf13/"}, "a command: flags and printing"},
	{"cli/parse", []string{module + "/lang", module + "/gate", module + "/cli/", "k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/cli-runtime/", "k8s.io/utils/", "sigs.k8s.io/yaml", "github.com/spf13/"}, "a command: flags and printing"},
	{"cli/status", []string{module + "/lang", module + "/gate", module + "/cli/", "k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/cli-runtime/", "k8s.io/utils/", "sigs.k8s.io/yaml", "github.com/spf13/"}, "a command: flags and printing"},
	{"cli/submit", []string{module + "/lang", module + "/gate", module + "/cli/", "k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/cli-runtime/", "k8s.io/utils/", "sigs.k8s.io/yaml", "github.com/spf13/"}, "a command: flags and printing"},
	{"cli/uninstall", []string{module + "/lang", module + "/gate", module + "/cli/", "k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/cli-runtime/", "k8s.io/utils/", "sigs.k8s.io/yaml", "github.com/spf13/"}, "a command: flags and printing"},
	{"cli/wait", []string{module + "/lang", module + "/gate", module + "/cli/", "k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/cli-runtime/", "k8s.io/utils/", "sigs.k8s.io/yaml", "github.com/spf13/"}, "a command: flags and printing"},
	{"cli/jobaction", []string{module + "/lang", module + "/gate", module + "/cli/", "k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/cli-runtime/", "k8s.io/utils/", "sigs.k8s.io/yaml", "github.com/spf13/"}, "a command: flags and printing"},
	{"cli/reference", []string{module + "/lang"}, "pure: the names of Jobs that people give to commands"},
	{"cli/forecast", []string{module + "/lang", module + "/depgraph", module + "/gate"}, "pure: when Jobs may be expected, from what is known of others"},
	{"cli/explanation", []string{module + "/lang", module + "/gate", module + "/cli/forecast", "k8s.io/api/", "k8s.io/apimachinery/"}, "pure: a decision in words and as a tree"},
	{"cli/overview", []string{module + "/lang", module + "/gate", module + "/cli/forecast"}, "pure: how many Jobs stand how"},
	{"cli/vigil", []string{module + "/lang", module + "/depgraph", module + "/gate", "k8s.io/apimachinery/pkg/types"}, "pure: what depctl wait knows, and what it means"},
	{"cli/checkup", []string{module + "/gate", "k8s.io/api/", "k8s.io/apimachinery/"}, "pure: what was found of an installation, judged"},
	{"cmd/version", nil, "every program has it, so it needs nothing"},
	{"cmd/depctl", []string{module + "/cli", module + "/cmd/version"}, "three lines"},
	{"cmd/depctl-gate", []string{module + "/gate/controller", module + "/gate/admission", module + "/cmd/version", "k8s.io/", "github.com/spf13/pflag"}, "flags, wiring and signals"},
	{"test/sandbox/node", nil, "process 1 of a node: it needs the machine, and no cluster"},
}

// watched are the imports that the law speaks of. The standard library and
// small helpers are free.
var watched = []string{module + "/", "k8s.io/", "sigs.k8s.io/", "github.com/spf13/", "github.com/alecthomas/participle/"}

// files restricts imports to some files of a package.
var files = []struct {
	pkg, imports string
	in           []string
	why          string
}{
	{"cli", "k8s.io/client-go/", []string{"factory.go", "source.go", "follow.go", "inquirer.go", "follower.go", "inspector.go", "clusterwriter.go", "submitter.go", "jobclient.go"}, "reading from a cluster is in few places: lists, an inquiry, two watches, an inspection; uninstall's writing in another, what submit creates and what a person does to single Jobs in two more"},
}

type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
}

func TestImportsFollowTheLaw(t *testing.T) {
	t.Parallel()
	packages := list(t, module+"/...")
	for _, p := range packages {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		i := slices.IndexFunc(law, func(r rule) bool { return r.pkg == name })
		if i < 0 && strings.HasPrefix(name, "test/") {
			continue // tests and their tools may use everything, unless a line says otherwise
		}
		require.GreaterOrEqual(t, i, 0, "package %s has no law: add a line that says what it may import, and why", name)
		for _, imported := range p.Imports {
			if !matches(imported, watched) {
				continue
			}
			require.True(t, matches(imported, law[i].allows),
				"%s must not import %s: %s", name, imported, law[i].why)
		}
	}
	for _, l := range law {
		require.True(t, slices.ContainsFunc(packages, func(p listed) bool { return p.ImportPath == module+"/"+l.pkg }),
			"the law speaks of %s, which does not exist", l.pkg)
	}
}

func TestClientsAreMadeInFewFiles(t *testing.T) {
	t.Parallel()
	for _, rule := range files {
		p := list(t, module+"/"+rule.pkg)[0]
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ImportsOnly)
			require.NoError(t, err)
			for _, spec := range file.Imports {
				imported, err := strconv.Unquote(spec.Path.Value)
				require.NoError(t, err)
				if matches(imported, []string{rule.imports}) {
					require.Contains(t, rule.in, name, "%s/%s imports %s: %s", rule.pkg, name, imported, rule.why)
				}
			}
		}
	}
}

// TestThePureCoreReachesNoClient looks at everything that the core pulls in,
// not only at what it names.
func TestThePureCoreReachesNoClient(t *testing.T) {
	t.Parallel()
	for _, pure := range []string{"lang", "depgraph", "gate", "cli/batch"} {
		for _, p := range list(t, "-deps", module+"/"+pure) {
			require.False(t, strings.HasPrefix(p.ImportPath, "k8s.io/client-go"), "%s reaches %s: the core has no client", pure, p.ImportPath)
			if pure != "gate" && pure != "cli/batch" {
				require.False(t, strings.HasPrefix(p.ImportPath, "k8s.io/"), "%s reaches %s: it knows no Kubernetes object", pure, p.ImportPath)
			}
		}
	}
}

// matches reports whether an import is one of these packages, or below one.
func matches(imported string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool {
		return imported == strings.TrimSuffix(prefix, "/") || strings.HasSuffix(prefix, "/") && strings.HasPrefix(imported, prefix)
	})
}

func list(t *testing.T, args ...string) []listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Dir,GoFiles,Imports"}, args...)...)
	out, err := cmd.Output()
	require.NoError(t, err)
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	var packages []listed
	for {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else {
			require.NoError(t, err)
		}
		packages = append(packages, p)
	}
}
