package node

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

// Install is what brings the programs of a node to Debian and Ubuntu.
const Install = "apt-get install -y --no-install-recommends containerd runc containernetworking-plugins busybox-static"

// Finding is one thing that a node needs of the machine.
type Finding struct {
	// Need is its name.
	Need string
	// Found says what is there.
	Found string
	// Lack says what is not; nil if nothing is wrong.
	Lack error
	// Package is whether installing packages helps.
	Package bool
}

// Findings are what Examine returns.
type Findings []Finding

// Lack returns nil if a node can run, else an error that names all that is
// missing, and the cure if there is one.
func (f Findings) Lack() error {
	var lacks []string
	install := false
	for _, finding := range f {
		if finding.Lack != nil {
			lacks = append(lacks, finding.Lack.Error())
			install = install || finding.Package
		}
	}
	switch {
	case len(lacks) == 0:
		return nil
	case install:
		return fmt.Errorf("%s; on Debian and Ubuntu: %s", strings.Join(lacks, "; "), Install)
	default:
		return errors.New(strings.Join(lacks, "; "))
	}
}

// Print writes a table of what is there and what is not.
func (f Findings) Print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, finding := range f {
		if finding.Lack != nil {
			fmt.Fprintf(table, "%s\tNO\t%v\n", finding.Need, finding.Lack)
		} else {
			fmt.Fprintf(table, "%s\tyes\t%s\n", finding.Need, finding.Found)
		}
	}
	return table.Flush()
}

// programs looks for the programs of the distribution.
func programs() Findings {
	var f Findings
	for _, need := range []struct {
		name string
		find func() (string, error)
	}{
		{"containerd", func() (string, error) { return findAll("containerd", "containerd-shim-runc-v2", "ctr") }},
		{"runc", func() (string, error) { return findAll("runc") }},
		{"CNI plugins", findCNI},
		{"busybox", findBusybox},
	} {
		found, err := need.find()
		f = append(f, Finding{Need: need.name, Found: found, Lack: err, Package: true})
	}
	return f
}

// findAll returns the path of the first of these programs, if all are there.
func findAll(names ...string) (string, error) {
	first := ""
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			return "", fmt.Errorf("no %s in PATH", name)
		}
		if first == "" {
			first = path
		}
	}
	return first, nil
}

// findCNI returns the directory of the network plugins: Debian's, or upstream's.
func findCNI() (string, error) {
	dirs := []string{"/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"}
	for _, dir := range dirs {
		found := true
		for _, plugin := range []string{"bridge", "host-local", "loopback"} {
			_, err := os.Stat(filepath.Join(dir, plugin))
			found = found && err == nil
		}
		if found {
			return dir, nil
		}
	}
	return "", fmt.Errorf("no CNI plugins bridge, host-local and loopback in %s", strings.Join(dirs, ", "))
}

// findBusybox returns a busybox that runs where there is nothing else.
func findBusybox() (string, error) {
	path, err := exec.LookPath("busybox")
	if err != nil {
		return "", errors.New("no busybox in PATH")
	}
	file, err := elf.Open(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	defer file.Close()
	for _, part := range file.Progs {
		if part.Type == elf.PT_INTERP {
			return "", fmt.Errorf("%s needs libraries, and images have none: a static one is needed", path)
		}
	}
	return path, nil
}
