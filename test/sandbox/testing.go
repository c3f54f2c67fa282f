package sandbox

import (
	"os"
	"path/filepath"
	"testing"
)

// New starts a sandbox for a test, which fails if it cannot be started, and
// stops it when the test ends. Without Options.Dir, its logs are removed, unless
// the test has failed; then they are kept, and the test says where.
func New(t testing.TB, o Options) *Sandbox {
	t.Helper()
	temporary := o.Dir == ""
	if temporary {
		dir, err := os.MkdirTemp("", "depctl-sandbox-")
		if err != nil {
			t.Fatal(err)
		}
		o.Dir = dir
		t.Cleanup(func() { tidy(t, dir) })
	}
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			s.logExits(t)
		}
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// logExits names the programs that have ended by themselves, which often
// explains the rest.
func (s *Sandbox) logExits(t testing.TB) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.processes {
		if !p.running() && !p.asked.Load() {
			t.Logf("at the end of the test: %v", p.exitError())
		}
	}
}

// tidy removes a sandbox's directory, or all but its logs if the test has failed.
func tidy(t testing.TB, dir string) {
	if !t.Failed() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
		return
	}
	for _, name := range []string{"credentials", "etcd", "image", "kubectl-cache"} {
		_ = os.RemoveAll(filepath.Join(dir, name))
	}
	t.Logf("the logs of the sandbox are kept in %s", filepath.Join(dir, "logs"))
}
