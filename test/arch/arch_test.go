// Package arch holds the import law of the project as a test: which package may
// import what, and why. docs/design/README.md tells the story behind it.
package arch

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
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
// Only cli itself imports commands, and nothing imports cli but the program.
var law = []rule{
	{"lang/kind", nil, "data: a table of names and rules"},
	{"lang", []string{"github.com/alecthomas/participle/", module + "/lang/kind"}, "text and logic; it knows no Kubernetes object"},
	{"depgraph", []string{module + "/lang"}, "a pure structure, fuzzed against a naive model without a cluster"},
	{"gate/schedule", []string{module + "/lang", "k8s.io/api/", "k8s.io/apimachinery/", "github.com/robfig/cron/v3"}, "which runs a CronJob has is a pure function, and gate asks for it"},
	{"gate/limit", []string{"k8s.io/apimachinery/pkg/util/validation"}, "who may take tokens, and in which order, is a pure question: it knows no Job"},
	{"gate/rank", nil, "one number, written by the gate and read by the scheduler: it imports nothing"},
	{"gate/scheduler", []string{module + "/gate/rank", "k8s.io/api/core/v1", "k8s.io/apimachinery/pkg/runtime", "k8s.io/kube-scheduler/framework"}, "plugins by the framework alone: nothing of k8s.io/kubernetes, and nothing of the gate but the rank"},
	{"gate", []string{module + "/lang", module + "/lang/kind", module + "/depgraph", module + "/gate/limit", module + "/gate/rank", module + "/gate/schedule", "k8s.io/api/", "k8s.io/apimachinery/"}, "the decision is a pure function: no client, no clock, no log"},
	{"gate/status", []string{module + "/lang", module + "/lang/kind", "k8s.io/apimachinery/pkg/apis/meta/v1", "k8s.io/apimachinery/pkg/apis/meta/v1/unstructured", "github.com/fluxcd/cli-utils/pkg/kstatus/status"}, "an object in, what expressions may learn of it out: it asks nobody"},
	{"gate/stream", []string{"k8s.io/apimachinery/", "k8s.io/client-go/tools/cache"}, "lists and watches, whatever they are of"},
	{"gate/excerpt", []string{"google.golang.org/protobuf/encoding/protowire", "k8s.io/apimachinery/", "k8s.io/client-go/"}, "reads less of objects, and decides nothing"},
	{"gate/lookup", []string{module + "/lang", module + "/lang/kind", module + "/gate", module + "/gate/status", module + "/gate/stream", "k8s.io/"}, "looks up what is named, and puts it on a board: it knows no Job but by name"},
	{"gate/access", []string{module + "/lang", module + "/gate", module + "/gate/fairness", "k8s.io/api/authorization/v1", "k8s.io/apimachinery/pkg/apis/meta/v1", "k8s.io/client-go/util/workqueue", "k8s.io/klog/v2", "k8s.io/utils/clock"}, "asks for rights by one interface: it knows no Job but by name, and no client"},
	{"gate/event", []string{module + "/lang", module + "/gate", module + "/gate/metrics", "k8s.io/"}, "tells of decisions: it makes none, and writes to no Job"},
	{"gate/fairness", []string{module + "/lang", "k8s.io/client-go/util/workqueue"}, "order and time alone: it knows whose something is, and not what"},
	{"gate/metrics", []string{module + "/lang", module + "/gate", "k8s.io/component-base/metrics/", "k8s.io/utils/clock"}, "counts and measures: who reads it sends nothing"},
	{"gate/trace", []string{module + "/lang", module + "/gate", module + "/gate/metrics", "k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/klog/v2", "go.opentelemetry.io/proto/otlp/", "google.golang.org/protobuf/proto"}, "tells what has ended, by messages alone: no SDK, no gRPC, and no client of the cluster"},
	{"gate/transport", []string{"k8s.io/utils/clock", "k8s.io/apimachinery/pkg/apis/meta/v1"}, "requests and answers, whatever they are about"},
	{"gate/controller", append([]string{module + "/lang", module + "/lang/kind", module + "/depgraph", module + "/gate", module + "/gate/status", module + "/gate/limit", module + "/gate/schedule", "k8s.io/"}, inGate...), "the only package that writes to Jobs by itself; depctl does what a person says"},
	{"gate/admission", []string{module + "/gate", "k8s.io/"}, "answers the API server by the decision alone; it writes only its own certificate"},

	{"cli", slices.Concat(pureCLI, belowCommands, commands, imitations, []string{module + "/cli/imitation", "k8s.io/cli-runtime/", "github.com/spf13/"}), "wiring: it knows all commands, and leaves the rest to them"},
	{"cli/internal/cluster", slices.Concat(pureCLI, []string{module + "/lang/kind", module + "/gate/excerpt", module + "/gate/status", module + "/gate/lookup", module + "/cli/internal/command", module + "/cli/internal/snapshot", "k8s.io/", "sigs.k8s.io/", "github.com/spf13/"}), "the only package below cli with a client: whoever else needs one asks it"},
	{"cli/internal/command", []string{module + "/lang", module + "/lang/kind", module + "/gate", module + "/cli/picture", module + "/cli/reference", "k8s.io/apimachinery/pkg/apis/meta/v1", "k8s.io/apimachinery/pkg/util/duration", "k8s.io/cli-runtime/pkg/genericiooptions", "sigs.k8s.io/yaml", "github.com/spf13/"}, "what all commands share knows no cluster, and none of the commands"},
	{"cli/internal/diagram", []string{module + "/lang", module + "/gate", module + "/cli/internal/snapshot", module + "/cli/picture", "k8s.io/apimachinery/pkg/labels"}, "pure: what of a world is drawn, and how it hangs together"},
	{"cli/internal/manifest", []string{module + "/lang", module + "/lang/kind", module + "/gate", module + "/gate/status", module + "/cli/picture", module + "/cli/internal/command", module + "/cli/internal/snapshot", "k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/cli-runtime/pkg/resource"}, "files alone: it asks no cluster, and no command"},
	{"cli/internal/screen", []string{module + "/lang", module + "/gate", module + "/cli/internal/cluster", module + "/cli/internal/command", module + "/cli/internal/snapshot", module + "/cli/listing", module + "/cli/picture", module + "/cli/reference", "k8s.io/apimachinery/pkg/util/duration", "k8s.io/cli-runtime/pkg/genericiooptions", "k8s.io/utils/clock", "charm.land/", "github.com/charmbracelet/"}, "what --watch shows on a terminal: it reads through a LiveWorld, and acts by commands"},
	{"cli/internal/snapshot", []string{module + "/cli/reference", module + "/lang", module + "/lang/kind", module + "/depgraph", module + "/gate", module + "/gate/limit", module + "/gate/schedule", module + "/cli/cause", module + "/cli/picture", module + "/cli/simulate", module + "/cli/explanation", "k8s.io/api/", "k8s.io/apimachinery/"}, "pure: Jobs that were read, and what the gate would make of them"},

	{"cli/check", command, aCommand},
	{"cli/done", command, aCommand},
	{"cli/explain", command, aCommand},
	{"cli/get", append([]string{module + "/lang/kind", "k8s.io/client-go/util/jsonpath"}, command...), aCommand},
	{"cli/graph", command, aCommand},
	{"cli/importer", append(importers, command...), aCommand},
	{"cli/importer/output", slices.Concat(pureCLI, []string{"k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/utils/", "sigs.k8s.io/yaml"}), "pure: what importers make, as text too"},
	{"cli/importer/argo", anImporterMay, anImporter},
	{"cli/importer/crontab", append([]string{module + "/gate/schedule"}, anImporterMay...), anImporter},
	{"cli/importer/dagman", anImporterMay, anImporter},
	{"cli/importer/wfformat", anImporterMay, anImporter},
	{"cli/jobaction", command, aCommand},
	{"cli/kinds", append([]string{module + "/lang/kind"}, command...), aCommand},
	{"cli/limits", command, aCommand},
	{"cli/lint", append([]string{module + "/lang/kind"}, command...), aCommand},
	{"cli/logs", command, aCommand},
	{"cli/parse", command, aCommand},
	{"cli/plan", command, aCommand},
	{"cli/run", command, aCommand},
	{"cli/runs", command, aCommand},
	{"cli/serve", append([]string{module + "/cli/event"}, command...), aCommand},
	{"cli/status", command, aCommand},
	{"cli/submit", command, aCommand},
	{"cli/ui", append([]string{module + "/cli/ui/call", module + "/cli/ui/frame", module + "/cli/ui/web"}, command...), aCommand},
	{"cli/ui/frame", []string{module + "/lang", module + "/gate", module + "/cli/internal/diagram", module + "/cli/internal/snapshot", module + "/cli/listing", module + "/cli/picture"}, "pure: what a page shows, and what of it has changed"},
	{"cli/uninstall", command, aCommand},
	{"cli/wait", command, aCommand},

	{"cli/batch", slices.Concat(inBatch, dialects, []string{module + "/lang", module + "/gate", module + "/gate/limit", "k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/utils/", "sigs.k8s.io/"}), "text in, a Job out: what it must know of the cluster comes in as values"},
	{"cli/batch/notation", []string{"k8s.io/apimachinery/pkg/api/resource"}, "pure: how batch systems write numbers, times and amounts; it knows no option"},
	{"cli/batch/request", []string{module + "/cli/batch/notation", module + "/lang", module + "/gate", module + "/gate/limit", module + "/cli/reference", "k8s.io/api/batch/v1", "k8s.io/apimachinery/"}, "what options ask for, in no system's words: it knows no dialect"},
	{"cli/batch/depctl", append([]string{module + "/lang"}, dialect...), aDialect},
	{"cli/batch/gridengine", dialect, aDialect},
	{"cli/batch/lsf", dialect, aDialect},
	{"cli/batch/pbs", dialect, aDialect},
	{"cli/batch/slurm", dialect, aDialect},
	{"cli/imitation", append(inCLI("batch/notation"), command...), "what the commands of batch systems share: it reads and writes through cli/internal/cluster, and knows no system"},
	{"cli/imitation/desk", append(slices.Clone(command), module+"/cli/imitation", "k8s.io/client-go/"), "for the tests of the rooms alone: a cluster in memory"},
	{"cli/imitation/gridengine", imitation, anImitation},
	{"cli/imitation/lsf", imitation, anImitation},
	{"cli/imitation/pbs", imitation, anImitation},
	{"cli/imitation/slurm", imitation, anImitation},
	{"cli/cause", []string{module + "/lang", module + "/gate", "k8s.io/api/"}, "pure: what Kubernetes has said of a Job and its pods, summed up"},
	{"cli/checkup", []string{module + "/gate", "k8s.io/api/", "k8s.io/apimachinery/"}, "pure: what was found of an installation, judged"},
	{"cli/event", []string{module + "/cli/stamp", "k8s.io/apimachinery/pkg/util/validation"}, "pure: a request in, what it asks for out; it knows no cluster"},
	{"cli/explanation", []string{module + "/cli/cause", module + "/lang", module + "/lang/kind", module + "/gate", module + "/gate/schedule", module + "/cli/simulate", "k8s.io/api/", "k8s.io/apimachinery/"}, "pure: a decision in words and as a tree"},
	{"cli/listing", []string{module + "/lang", module + "/gate", module + "/cli/internal/command", module + "/cli/explanation", module + "/cli/picture", module + "/cli/reference", "k8s.io/apimachinery/pkg/"}, "pure: the Jobs of a cluster as lines of a table"},
	{"cli/overview", []string{module + "/cli/cause", module + "/lang", module + "/gate", module + "/cli/simulate"}, "pure: how many Jobs stand how"},
	{"cli/picture", []string{module + "/cli/cause", module + "/lang", module + "/gate", "k8s.io/apimachinery/pkg/util/duration"}, "a drawing is a pure function of what is drawn"},
	{"cli/reference", []string{module + "/lang"}, "pure: the names of Jobs that people give to commands"},
	{"cli/simulate", []string{module + "/lang", module + "/gate", module + "/gate/limit"}, "pure: when what would run, by the gate's own decisions"},
	{"cli/stamp", []string{module + "/lang", module + "/gate", "k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/utils/ptr"}, "pure: a manifest in, a step of a run out"},
	{"cli/ui/web", nil, "the page as files: it imports nothing, so that all who serve it can"},
	{"cli/ui/call", append(inCLI("internal/command", "reference"), module+"/lang"), "the commands that a page may have run, and HTTP: it knows no cluster, and runs what it is given"},
	{"cli/waiting", []string{module + "/lang", module + "/depgraph", module + "/gate", "k8s.io/apimachinery/pkg/types"}, "pure: what depctl wait knows, and what it means"},

	{"cmd/version", nil, "every program has it, so it needs nothing"},
	{"cmd/depctl", []string{module + "/cli", module + "/cmd/version"}, "three lines"},
	{"cmd/depctl-gate", []string{module + "/lang/kind", module + "/gate", module + "/gate/controller", module + "/gate/admission", module + "/gate/event", module + "/gate/excerpt", module + "/gate/metrics", module + "/gate/transport", module + "/cmd/version", "k8s.io/", "github.com/spf13/pflag", module + "/gate/trace"}, "flags, wiring and signals"},
	{"deploy/chart/generator", []string{"go.yaml.in/yaml/v3", "sigs.k8s.io/kustomize/"}, "manifests in, templates out"},
	{"test/sandbox/node", nil, "process 1 of a node: it needs the machine, and no cluster"},
}

// inGate are the packages that the controller is built on.
var inGate = []string{module + "/gate/access", module + "/gate/event", module + "/gate/fairness", module + "/gate/lookup", module + "/gate/metrics", module + "/gate/stream", module + "/gate/trace", "golang.org/x/time/rate"}

// commands are the packages of the commands of depctl, and command is what one of
// them may import: what is below it, and no other command.
var (
	commands      = inCLI("check", "done", "explain", "get", "graph", "importer", "jobaction", "kinds", "limits", "lint", "logs", "parse", "plan", "run", "runs", "serve", "status", "submit", "ui", "uninstall", "wait")
	belowCommands = inCLI("internal/cluster", "internal/command", "internal/diagram", "internal/manifest", "internal/screen", "internal/snapshot")
	pureCLI       = append(inCLI("batch", "batch/request", "cause", "checkup", "explanation", "listing", "overview", "picture", "reference", "simulate", "stamp", "waiting"), module+"/lang", module+"/depgraph", module+"/gate", module+"/gate/limit", module+"/gate/schedule")
	command       = slices.Concat(pureCLI, belowCommands, []string{"k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/cli-runtime/", "k8s.io/utils/", "sigs.k8s.io/yaml", "github.com/spf13/"})
)

// importers are the formats of depctl import, and anImporterMay is what one may import.
var (
	importers     = inCLI("importer/output", "importer/argo", "importer/crontab", "importer/dagman", "importer/wfformat")
	anImporterMay = []string{module + "/cli/importer/output", module + "/lang", module + "/gate", "k8s.io/api/", "k8s.io/apimachinery/", "k8s.io/utils/", "sigs.k8s.io/yaml"}
)

const anImporter = "text in, manifests and a report out: it reads no file and asks no cluster"

// dialects are the packages that batch combines, and dialect is what one of them may
// import: what is below it, and no other dialect.
var (
	dialects = inCLI("batch/depctl", "batch/gridengine", "batch/lsf", "batch/pbs", "batch/slurm")
	inBatch  = inCLI("batch/notation", "batch/request")
	dialect  = append([]string{"k8s.io/apimachinery/pkg/api/resource"}, inBatch...)
)

// imitations are the packages of the batch systems whose commands depctl imitates, and
// imitation is what one of them may import: no other system, and no client.
var (
	imitations = inCLI("imitation/gridengine", "imitation/lsf", "imitation/pbs", "imitation/slurm")
	imitation  = append(inCLI("imitation", "batch", "batch/request", "batch/notation", "batch/slurm", "picture"), module+"/gate", module+"/lang", "k8s.io/api/", "k8s.io/apimachinery/", "github.com/spf13/pflag")
)

const anImitation = "a system's commands read and write through package imitation: they know no client, and no other system"

const aDialect = "a dialect is one entry of the table in cli/batch: it makes a request, no Job, and knows no other dialect"

const aCommand = "a command has flags and prints; it reads the cluster through cli/internal/cluster, and knows no other command"

func inCLI(names ...string) []string {
	for i := range names {
		names[i] = module + "/cli/" + names[i]
	}
	return names
}

// watched are the imports that the law speaks of. The standard library and
// small helpers are free.
var watched = []string{module + "/", "k8s.io/", "sigs.k8s.io/", "github.com/spf13/", "github.com/alecthomas/participle/", "github.com/robfig/cron/v3", "github.com/fluxcd/", "charm.land/", "github.com/charmbracelet/"}

type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
}

func TestImportsFollowTheLaw(t *testing.T) {
	t.Parallel()
	packages := list(t, module+"/...")
	require.Empty(t, broken(packages))
	for _, l := range law {
		require.True(t, slices.ContainsFunc(packages, func(p listed) bool { return p.ImportPath == module+"/"+l.pkg }),
			"the law speaks of %s, which does not exist", l.pkg)
	}
}

// broken returns how packages break the law: what each must not import, and why.
func broken(packages []listed) []string {
	var all []string
	for _, p := range packages {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		i := slices.IndexFunc(law, func(r rule) bool { return r.pkg == name })
		switch {
		case i < 0 && strings.HasPrefix(name, "test/"):
			continue // tests and their tools may use everything, unless a line says otherwise
		case i < 0:
			all = append(all, fmt.Sprintf("package %s has no law: add a line that says what it may import, and why", name))
			continue
		}
		for _, imported := range p.Imports {
			if matches(imported, watched) && !matches(imported, law[i].allows) {
				all = append(all, fmt.Sprintf("%s must not import %s: %s", name, imported, law[i].why))
			}
		}
	}
	return all
}

// The law is only worth something if it finds what breaks it, whatever the import is
// called in the file.
func TestTheLawBites(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ pkg, file, says string }{
		"a client in a command": {
			"cli/graph", `import c "k8s.io/client-go/kubernetes"; var _ c.Interface`,
			"cli/graph must not import k8s.io/client-go/kubernetes: " + aCommand,
		},
		"a client in the core": {
			"gate", `import . "k8s.io/client-go/rest"; var _ Config`,
			"gate must not import k8s.io/client-go/rest: the decision is a pure function: no client, no clock, no log",
		},
		"a command that imports another": {
			"cli/lint", `import _ "depctl.dev/cli/graph"`,
			"cli/lint must not import depctl.dev/cli/graph: " + aCommand,
		},
		"a dialect that imports another": {
			"cli/batch/pbs", `import _ "depctl.dev/cli/batch/slurm"`,
			"cli/batch/pbs must not import depctl.dev/cli/batch/slurm: " + aDialect,
		},
		"a climb to a command": {
			"cli/internal/snapshot", `import _ "depctl.dev/cli/wait"`,
			"cli/internal/snapshot must not import depctl.dev/cli/wait: pure: Jobs that were read, and what the gate would make of them",
		},
		"a climb to the root": {
			"cli/internal/cluster", `import _ "depctl.dev/cli"`,
			"cli/internal/cluster must not import depctl.dev/cli: the only package below cli with a client: whoever else needs one asks it",
		},
		"a new package": {
			"cli/util", "",
			"package cli/util has no law: add a line that says what it may import, and why",
		},
		"what is allowed": {"cli/graph", `import _ "depctl.dev/cli/internal/cluster"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := parser.ParseFile(token.NewFileSet(), "scratch.go", "package scratch\n"+test.file, parser.ImportsOnly)
			require.NoError(t, err)
			p := listed{ImportPath: module + "/" + test.pkg}
			for _, spec := range file.Imports {
				imported, err := strconv.Unquote(spec.Path.Value)
				require.NoError(t, err)
				p.Imports = append(p.Imports, imported)
			}
			var want []string
			if test.says != "" {
				want = []string{test.says}
			}
			require.Equal(t, want, broken([]listed{p}))
		})
	}
}

// Whatever the lines of the law say, commands and dialects do not import one another,
// and nothing that they import imports a command, cli or cli/batch.
func TestNothingClimbs(t *testing.T) {
	t.Parallel()
	for _, l := range law {
		if l.pkg == "cli" || l.pkg == "cmd/depctl" {
			continue
		}
		for _, above := range append(slices.Clone(commands), module+"/cli") {
			require.False(t, matches(above, l.allows), "the law lets %s import %s", l.pkg, above)
		}
		if strings.HasPrefix(l.pkg, "cli/batch/") {
			for _, above := range append(slices.Clone(dialects), module+"/cli/batch") {
				require.False(t, matches(above, l.allows), "the law lets %s import %s", l.pkg, above)
			}
		}
		if l.pkg != "cli/internal/cluster" && l.pkg != "cli/imitation/desk" && strings.HasPrefix(l.pkg, "cli") {
			require.False(t, matches("k8s.io/client-go/kubernetes", l.allows), "the law lets %s import a client", l.pkg)
		}
	}
	for _, p := range list(t, module+"/cli/...") {
		if p.ImportPath != module+"/cli" {
			for _, above := range append(slices.Clone(commands), module+"/cli") {
				require.NotContains(t, p.Imports, above, "%s climbs", p.ImportPath)
			}
		}
	}
}

// TestThePureCoreReachesNoClient looks at everything that the core pulls in,
// not only at what it names.
func TestThePureCoreReachesNoClient(t *testing.T) {
	t.Parallel()
	for _, pure := range []string{"lang", "depgraph", "gate", "gate/limit", "gate/schedule", "cli/batch", "cli/internal/snapshot"} {
		for _, p := range list(t, "-deps", module+"/"+pure) {
			require.False(t, strings.HasPrefix(p.ImportPath, "k8s.io/client-go"), "%s reaches %s: the core has no client", pure, p.ImportPath)
			if pure == "lang" || pure == "depgraph" {
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
