package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"depctl.dev/test/sandbox"
)

// state is what status and down know of a sandbox, in DIR/sandbox.json.
type state struct {
	Kubeconfig string         `json:"kubeconfig"`
	Parts      []sandbox.Part `json:"parts"`
}

func statePath(dir string) string { return filepath.Join(dir, "sandbox.json") }

func readState(dir string) (state, error) {
	var st state
	text, err := os.ReadFile(statePath(dir))
	if err != nil {
		return st, err
	}
	if err := json.Unmarshal(text, &st); err != nil {
		return st, fmt.Errorf("read %s: %w", statePath(dir), err)
	}
	return st, nil
}

func (st state) write(dir string) error {
	text, err := json.MarshalIndent(st, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(statePath(dir), append(text, '\n'), 0o644)
}

func lockPath(dir string) string { return filepath.Join(dir, "lock") }

// acquire takes the lock of a directory for as long as this process lives. So
// the lock says for certain whether a sandbox runs there, and who its supervisor
// is, whatever became of process ids written down.
func acquire(dir string) (*os.File, error) {
	file, err := os.OpenFile(lockPath(dir), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err = syscall.FcntlFlock(file.Fd(), syscall.F_SETLK, wholeFile()); err == nil {
		return file, nil
	}
	file.Close()
	if pid, askErr := supervisor(dir); askErr == nil && pid != 0 {
		return nil, fmt.Errorf("a sandbox is already up in %s (pid %d); end it with: sandbox down --dir %s", dir, pid, dir)
	}
	return nil, fmt.Errorf("lock %s: %w", lockPath(dir), err)
}

// supervisor returns the process id of the supervisor of a directory; 0 if no
// sandbox runs in it. It takes no lock, so it is in nobody's way.
func supervisor(dir string) (int, error) {
	file, err := os.OpenFile(lockPath(dir), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer file.Close()
	lock := wholeFile()
	if err := syscall.FcntlFlock(file.Fd(), syscall.F_GETLK, lock); err != nil {
		return 0, fmt.Errorf("ask who holds %s: %w", lockPath(dir), err)
	}
	if lock.Type == syscall.F_UNLCK {
		return 0, nil
	}
	return int(lock.Pid), nil
}

func wholeFile() *syscall.Flock_t { return &syscall.Flock_t{Type: syscall.F_WRLCK} }
