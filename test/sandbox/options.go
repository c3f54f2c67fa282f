package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// Options says what kind of sandbox to start. The zero value is a control plane
// with one node that is never full, in a temporary directory.
type Options struct {
	// Dir is where everything is kept: kubeconfig, logs, etcd's data. What an
	// earlier sandbox left there is removed at the start. If it is empty, a
	// temporary directory is made, and removed by Stop.
	Dir string
	// Bin is the directory of the binaries kube, kwok and depctl-gate. If it is
	// empty, it is $DEPCTL_BIN, or else bin at the root of the module
	// depctl.dev, found from the working directory upwards.
	Bin string
	// NodeKinds are the kinds of nodes; empty means Simulated. If there are both,
	// the real one has a taint, so that pods run on it only if they ask for it.
	NodeKinds []NodeKind
	// Nodes is the number of simulated nodes; 0 means 1. There is one real one.
	Nodes int
	// NodeCPU is the allocatable CPU of each simulated node, as a Kubernetes quantity.
	// Pods that request more in all than there is stay Pending. Empty means
	// more than any test asks for.
	NodeCPU string
	// APIOnly leaves out controllers, scheduler and nodes: Jobs are stored, and
	// nothing ever happens to them.
	APIOnly bool
	// Audit makes kube-apiserver log every request, at level Metadata, to
	// audit.log in Dir.
	Audit bool
	// Kueue and JobSet run the real managers of these projects too, with their webhooks for Jobs and
	// JobSets. They need Go and the source, and the programs that `make test-peers` builds.
	Kueue, JobSet bool
	// Ranked installs deploy/scheduler beside the overlay, which must be Full, and has gates write
	// ranks to pods. StartScheduler runs it. It needs the program that `make scheduler` builds.
	Ranked bool
	// Overlay is what Install installs; empty means Arrays.
	Overlay Overlay
	// Source is the root of depctl's source whose deploy is installed, such as that of an older version. If it is
	// empty, it is found from the working directory, or from Bin, upwards.
	Source string
	// Flags holds more flags by the name of the program, such as
	// kube-controller-manager. They come last, so they win.
	Flags map[string][]string
}

// resolve fills in what was left empty, and checks what can be checked before
// anything is started.
func (o Options) resolve() (Options, error) {
	if o.Nodes < 0 {
		return o, fmt.Errorf("%d nodes: want at least 1", o.Nodes)
	}
	if o.Overlay == "" {
		o.Overlay = Arrays
	}
	if o.Nodes == 0 {
		o.Nodes = 1
	}
	if len(o.NodeKinds) == 0 {
		o.NodeKinds = []NodeKind{Simulated}
	}
	for _, kind := range o.NodeKinds {
		if kind != Simulated && kind != Real {
			return o, fmt.Errorf("no kind of node is called %q, only %s and %s", kind, Simulated, Real)
		}
	}
	if o.NodeCPU != "" {
		if _, err := resource.ParseQuantity(o.NodeCPU); err != nil {
			return o, fmt.Errorf("CPU of a node %q: %w", o.NodeCPU, err)
		}
	}
	if o.Bin == "" {
		o.Bin = os.Getenv("DEPCTL_BIN")
	}
	if o.Bin == "" {
		root, err := moduleRoot(".")
		if err != nil {
			return o, fmt.Errorf("find the binaries: %w; set DEPCTL_BIN to their directory", err)
		}
		o.Bin = filepath.Join(root, "bin")
	}
	var err error
	if o.Bin, err = filepath.Abs(o.Bin); err != nil {
		return o, err
	}
	binaries := []string{"kube"}
	if o.has(Simulated) {
		binaries = append(binaries, "kwok")
	}
	if o.has(Real) {
		binaries = append(binaries, "sandbox")
	}
	for _, name := range binaries {
		if err := checkBinary(filepath.Join(o.Bin, name)); err != nil {
			return o, err
		}
	}
	if o.Ranked {
		if o.Overlay != Full {
			return o, fmt.Errorf("depctl-scheduler needs a gate that ranks Jobs: the overlay must be %s", Full)
		}
		if _, err := os.Stat(filepath.Join(o.Bin, rankedName)); err != nil {
			return o, fmt.Errorf("no %s: run `make scheduler` at the root of the repository first (%w)", rankedName, err)
		}
	}
	for _, p := range o.peers() {
		if _, err := os.Stat(filepath.Join(o.Bin, p.name)); err != nil {
			return o, fmt.Errorf("no %s: run `test/sandbox/build.sh bin %s` at the root of the repository first (%w)", p.name, p.name, err)
		}
	}
	return o, nil
}

// has reports whether there is to be a node of a kind.
func (o Options) has(kind NodeKind) bool { return slices.Contains(o.NodeKinds, kind) && !o.APIOnly }

func checkBinary(path string) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("no %s: run `make build` at the root of the repository first (%w)", path, err)
	}
	return nil
}

// moduleRoot returns the directory of depctl's go.mod, in dir or above it.
func moduleRoot(dir string) (string, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for dir = start; ; dir = filepath.Dir(dir) {
		if isModuleRoot(filepath.Join(dir, "go.mod")) {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("not in depctl's source: no go.mod of depctl.dev in " + start + " or above")
		}
	}
}

func isModuleRoot(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) == 2 && fields[0] == "module" {
			return fields[1] == "depctl.dev"
		}
	}
	return false
}
