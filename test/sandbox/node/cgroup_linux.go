package node

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// hierarchy is a mounted tree of cgroups.
type hierarchy struct {
	dir string
	v2  bool
	// options are those of the mount; the controllers of v1 are among them.
	options []string
}

// hierarchies are those of the machine: one of version 2, or several of version
// 1, and then perhaps one of version 2 that has no controllers that matter.
type hierarchies []hierarchy

// needed are the controllers without which a kubelet does not run.
var needed = []string{"cpu", "cpuacct", "cpuset", "memory"}

func readHierarchies() (hierarchies, error) {
	file, err := os.Open("/proc/self/mounts")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var tree hierarchies
	for lines := bufio.NewScanner(file); lines.Scan(); {
		// device, directory, type, options
		fields := strings.Fields(lines.Text())
		if len(fields) > 3 && (fields[2] == "cgroup" || fields[2] == "cgroup2") {
			tree = append(tree, hierarchy{fields[1], fields[2] == "cgroup2", strings.Split(fields[3], ",")})
		}
	}
	return tree, nil
}

func (t hierarchies) version() string {
	for _, h := range t {
		if !h.v2 {
			return "v1"
		}
	}
	return "v2"
}

// complete returns an error if a controller is missing.
func (t hierarchies) complete() error {
	if len(t) == 0 {
		return errors.New("no cgroups are mounted")
	}
	var have []string
	for _, h := range t {
		if !h.v2 {
			have = append(have, h.options...)
		} else if t.version() == "v2" {
			text, err := os.ReadFile(filepath.Join(h.dir, "cgroup.controllers"))
			if err != nil {
				return err
			}
			have = append(strings.Fields(string(text)), "cpuacct") // part of cpu
		}
	}
	for _, controller := range needed {
		if !slices.Contains(have, controller) {
			return fmt.Errorf("no cgroup controller %s", controller)
		}
	}
	return nil
}

// cgroupPrefix begins the names of nodes' cgroups.
const cgroupPrefix = "depctl-node-"

// NewCgroup returns a name for the cgroup of a node that this process keeps.
func NewCgroup() string {
	return fmt.Sprintf("%s%d-%s", cgroupPrefix, os.Getpid(), strings.ToLower(rand.Text()[:6]))
}

// enter makes the cgroup in all hierarchies, and moves this process into a
// subgroup: the node's own programs. Its pods become others.
func (t hierarchies) enter(name string) error {
	for _, h := range t {
		if h.v2 && t.version() == "v1" {
			continue // runc makes what it needs there
		}
		parent, node := filepath.Join(h.dir, name), filepath.Join(h.dir, name, "node")
		for _, dir := range []string{parent, node} {
			if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
			if err := h.prepare(dir); err != nil {
				return fmt.Errorf("prepare cgroup %s: %w", dir, err)
			}
		}
		if err := h.join(node); err != nil {
			return err
		}
	}
	return nil
}

// prepare makes a new cgroup usable.
func (h hierarchy) prepare(dir string) error {
	if h.v2 {
		return enable(filepath.Dir(dir))
	}
	if !slices.Contains(h.options, "cpuset") {
		return nil
	}
	// A new cpuset of version 1 is empty, and takes no process.
	for _, name := range []string{"cpuset.cpus", "cpuset.mems"} {
		value, err := os.ReadFile(filepath.Join(filepath.Dir(dir), name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), value, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// enable hands the controllers of a cgroup of version 2 down to its children.
func enable(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	if err != nil {
		return err
	}
	for controller := range strings.FieldsSeq(string(text)) {
		if slices.Contains(slices.Concat(needed, []string{"io", "pids"}), controller) {
			if err := os.WriteFile(filepath.Join(dir, "cgroup.subtree_control"), []byte("+"+controller), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// join moves this process.
func (h hierarchy) join(dir string) error {
	return os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte("0"), 0o644)
}

// leave moves this process to the top of all hierarchies, so that the node's
// cgroup can be removed.
func (t hierarchies) leave() {
	for _, h := range t {
		_ = h.join(h.dir) // what remains, SweepStale finds
	}
}

// sweepTimeout bounds how long a cgroup may be busy after its last process.
const sweepTimeout = 5 * time.Second

// Sweep removes a node's cgroup, once no process is in it. Who started the node
// calls it when the node is gone; if who started it is gone, the node does so
// itself; if both were killed at once, SweepStale does at the next start.
func Sweep(name string) error {
	tree, err := readHierarchies()
	if err != nil {
		return err
	}
	var remained []error
	for _, h := range tree {
		remained = append(remained, sweep(filepath.Join(h.dir, name), sweepTimeout))
	}
	return errors.Join(remained...)
}

func sweep(top string, timeout time.Duration) error {
	for deadline := time.Now().Add(timeout); ; time.Sleep(10 * time.Millisecond) {
		var dirs []string
		err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				dirs = append(dirs, path)
			}
			return nil // it may go while this looks at it
		})
		for _, dir := range slices.Backward(dirs) {
			if gone := syscall.Rmdir(dir); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
				err = fmt.Errorf("remove cgroup %s: %w", dir, gone)
			}
		}
		if err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

// SweepStale removes the cgroups of nodes that were killed together with the
// processes that kept them.
func SweepStale() error {
	tree, err := readHierarchies()
	if err != nil {
		return err
	}
	for _, h := range tree {
		found, err := filepath.Glob(filepath.Join(h.dir, cgroupPrefix+"*"))
		if err != nil {
			return err
		}
		for _, dir := range found {
			pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), cgroupPrefix), "-")
			number, err := strconv.Atoi(pid)
			if err == nil && errors.Is(syscall.Kill(number, 0), syscall.ESRCH) {
				_ = sweep(dir, 0) // if something is still in it, the next start is soon enough
			}
		}
	}
	return nil
}
