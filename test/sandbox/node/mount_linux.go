package node

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Where the node finds its directories, whatever they are called outside.
const (
	nodeDir = "/run/node"
	binDir  = "/run/bin"
	logsDir = "/run/logs"
)

// hidden are the directories of the machine that the node has an empty one of:
// fixed paths that some of its programs write to.
var hidden = []string{"/run", "/var/lib", "/var/log"}

// sysctls are those that a kubelet sets for the whole machine.
var sysctls = map[string]string{
	"vm/overcommit_memory":      "1",
	"vm/panic_on_oom":           "0",
	"kernel/panic":              "10",
	"kernel/panic_on_oops":      "1",
	"kernel/keys/root_maxkeys":  "1000000",
	"kernel/keys/root_maxbytes": "25000000",
}

// mountAll makes the mounts of the node, in its namespace.
func mountAll(c Config) error {
	if err := mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE); err != nil {
		return err
	}
	if err := mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC); err != nil {
		return err
	}
	// Opened first: they may be below what gets hidden.
	places := map[string]*os.File{}
	for place, path := range map[string]string{nodeDir: c.Dir, binDir: c.Bin, logsDir: c.Logs} {
		dir, err := os.Open(path)
		if err != nil {
			return err
		}
		defer dir.Close()
		places[place] = dir
	}
	for _, dir := range hidden {
		if _, err := os.Stat(dir); err != nil {
			continue
		}
		if err := mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV); err != nil {
			return err
		}
	}
	for place, dir := range places {
		if err := bind(fmt.Sprintf("/proc/self/fd/%d", dir.Fd()), place); err != nil {
			return err
		}
	}
	for _, dir := range []string{"/run/tmp", "/run/cni", "/run/netns", "/run/lock", "/run/sysctl"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	return feignSysctls()
}

// feignSysctls shows the kubelet the values it wants, in place of the machine's.
func feignSysctls() error {
	for name, value := range sysctls {
		path := filepath.Join("/proc/sys", name)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		feigned := filepath.Join("/run/sysctl", filepath.Base(name))
		if err := os.WriteFile(feigned, []byte(value+"\n"), 0o644); err != nil {
			return err
		}
		if err := mount(feigned, path, "", unix.MS_BIND); err != nil {
			return err
		}
	}
	return nil
}

func bind(from, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	return mount(from, to, "", unix.MS_BIND)
}

func mount(what, where, kind string, flags uintptr) error {
	if err := unix.Mount(what, where, kind, flags, ""); err != nil {
		return fmt.Errorf("mount %s: %w", where, err)
	}
	return nil
}
