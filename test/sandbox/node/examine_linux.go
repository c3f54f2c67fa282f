package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
)

// Examine says what a node in dir, which need not exist yet, needs of this
// machine. It tries what it can, and leaves nothing behind.
func Examine(dir string) Findings {
	f := Findings{{Need: "Linux", Found: release()}}
	if uid := os.Geteuid(); uid != 0 {
		// The rest could not be tried.
		f = append(f, Finding{Need: "root", Lack: fmt.Errorf("this is user %d, and containers need root", uid)})
		return append(f, programs()...)
	}
	f = append(f, Finding{Need: "root"})
	unshared, overlay := tryNamespaces(dir)
	f = append(f, Finding{Need: "namespaces", Lack: unshared})
	if unshared == nil {
		f = append(f, Finding{Need: "overlayfs", Found: "in " + dir, Lack: overlay})
	}
	version, err := tryCgroup()
	f = append(f, Finding{Need: "cgroups", Found: version, Lack: err})
	return append(f, programs()...)
}

func release() string {
	var name unix.Utsname
	if unix.Uname(&name) != nil {
		return ""
	}
	return unix.ByteSliceToString(name.Release[:])
}

// tryNamespaces tries to make the namespaces of a node, and in them an overlay as
// containers have it on the disk of dir.
func tryNamespaces(dir string) (unshared, overlay error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		// The thread keeps the namespaces, so it must end: it is not unlocked.
		runtime.LockOSThread()
		if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET); err != nil {
			unshared = fmt.Errorf("cannot make mount, pid and network namespaces (unshare: %w); in a container, it must be a privileged one", err)
			return
		}
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			unshared = fmt.Errorf("cannot mount (%w)", err)
			return
		}
		if err := tryOverlay(dir); err != nil {
			overlay = fmt.Errorf("no overlayfs in %s (%w)", dir, err)
		}
	}()
	<-done
	return unshared, overlay
}

func tryOverlay(dir string) error {
	for { // up to what exists
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	root, err := os.MkdirTemp(dir, "depctl-overlay-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	for _, name := range []string{"lower", "upper", "work", "merged"} {
		if err := os.Mkdir(filepath.Join(root, name), 0o755); err != nil {
			return err
		}
	}
	merged := filepath.Join(root, "merged")
	options := fmt.Sprintf("lowerdir=%[1]s/lower,upperdir=%[1]s/upper,workdir=%[1]s/work", root)
	if err := unix.Mount("overlay", merged, "overlay", 0, options); err != nil {
		return err
	}
	return unix.Unmount(merged, unix.MNT_DETACH)
}

// tryCgroup makes a cgroup and removes it, and says which version there is.
func tryCgroup() (string, error) {
	tree, err := readHierarchies()
	if err != nil {
		return "", err
	}
	if err := tree.complete(); err != nil {
		return "", err
	}
	name := NewCgroup()
	for _, h := range tree {
		if err := os.Mkdir(filepath.Join(h.dir, name), 0o755); err != nil {
			return "", errors.Join(fmt.Errorf("cannot make a cgroup (%w)", err), Sweep(name))
		}
	}
	return tree.version(), Sweep(name)
}
