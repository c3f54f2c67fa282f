package integration

import (
	"flag"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

var upgraded = flag.Int("upgraded", 400, "Jobs in the tests of an upgrade")

// An upgrade from 0.0.1, and back to it, by kubectl apply and another program, while Jobs wait and run and
// the gate is killed between two releases. ownCluster judges that nothing started early or twice.
func TestAnUpgradeAndARollback(t *testing.T) {
	t.Parallel()
	old, now := oldVersion(t), root(t)
	oldGate := filepath.Join(old, "bin", "depctl-gate")
	for name, test := range map[string]struct {
		from, to      string // sources
		before, after string // programs, empty for that of bin
	}{
		"from 0.0.1": {old, now, oldGate, ""},
		"back to it": {now, old, "", oldGate},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := ownClusterWith(t, sandbox.Options{Overlay: sandbox.Arrays, Source: test.from})
			first, err := c.StartGate(t.Context(), sandbox.GateOptions{Program: test.before})
			require.NoError(t, err)
			require.NoError(t, first.WaitReady(t.Context()))
			s := c.namespace(t)
			all := s.makesBlocks(*upgraded)
			s.eventually("some Jobs are released", func(last map[string]history.Event) bool { return s.released(last) >= *upgraded/8 })
			require.NoError(t, first.Kill())

			require.NoError(t, c.Upgrade(t.Context(), test.to))
			s.tell("root-1") // ends while no gate runs, and is cleaned away at once; the finalizer of the first gate keeps it
			s.eventually("root-1 is being deleted", func(last map[string]history.Event) bool {
				e, there := last[s.name+"/root-1"]
				return there && e.Job.DeletionTimestamp != nil
			})
			second, err := c.StartGate(t.Context(), sandbox.GateOptions{Program: test.after})
			require.NoError(t, err)
			require.NoError(t, second.WaitReady(t.Context()))
			s.tell("root-3")
			s.eventually("all Jobs are complete", func(last map[string]history.Event) bool {
				done := 0
				for _, name := range all {
					if e, there := last[s.name+"/"+name]; there && ends(e.Job) == "Complete CompletionsReached" {
						done++
					}
				}
				return done == len(all)
			})
			s.held("for-ever")
		})
	}
}

// makesBlocks makes so many Jobs in four blocks, and returns those that must complete: of each block, a half waits for
// its root, and each of the other half for one of these. The roots of the odd blocks run until they are told.
func (s *space) makesBlocks(jobs int) (all []string) {
	s.make("for-ever", "root-0, not-there")
	var group errgroup.Group
	group.SetLimit(16)
	for b := range 4 {
		root := fmt.Sprintf("root-%d", b)
		if b%2 == 1 {
			s.make(root, "", untilTold, func(j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = new(int32) })
		} else {
			s.make(root, "")
			all = append(all, root)
		}
		for i := range jobs / 8 {
			mid, leaf := fmt.Sprintf("mid-%d-%d", b, i), fmt.Sprintf("leaf-%d-%d", b, i)
			all = append(all, mid, leaf)
			for name, waitsFor := range map[string]string{mid: root, leaf: "succeeded(" + mid + "), " + root} {
				job := newJob(name, waitsFor)
				group.Go(func() error {
					_, err := s.client.BatchV1().Jobs(s.name).Create(s.t.Context(), job, metav1.CreateOptions{})
					return err
				})
			}
		}
	}
	require.NoError(s.t, group.Wait())
	return all
}

// released counts the Jobs of the namespace that a gate has released.
func (s *space) released(last map[string]history.Event) (n int) {
	for _, e := range last {
		if e.Job.Namespace == s.name && e.Job.Annotations[gate.ReleasedAnnotation] != "" {
			n++
		}
	}
	return n
}

// The new command line reads what an old gate writes, and the old one what a new gate writes: neither
// fails, and both name what a Job waits for.
func TestTheCommandLineOfAnotherVersion(t *testing.T) {
	t.Parallel()
	old := oldVersion(t)
	for name, test := range map[string]struct{ source, gate, depctl string }{
		"the new one with the old gate": {old, filepath.Join(old, "bin", "depctl-gate"), filepath.Join(root(t), "bin", "depctl")},
		"the old one with the new gate": {root(t), "", filepath.Join(old, "bin", "depctl")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := ownClusterWith(t, sandbox.Options{Overlay: sandbox.Arrays, Source: test.source})
			g, err := c.StartGate(t.Context(), sandbox.GateOptions{Program: test.gate})
			require.NoError(t, err)
			require.NoError(t, g.WaitReady(t.Context()))
			s := c.namespace(t)
			s.make("first", "", untilTold)
			s.make("second", "first")
			s.make("broken", "first and and")
			s.runs("first")
			s.event("broken", gate.ReasonInvalidExpression)
			says := func(args ...string) string {
				cmd := exec.CommandContext(t.Context(), test.depctl, append(args, "--kubeconfig", s.Kubeconfig(), "-n", s.name)...)
				out, err := cmd.CombinedOutput()
				require.NoError(t, err, "%s: %s", strings.Join(args, " "), out)
				return string(out)
			}
			require.Regexp(t, `second[\s\S]*first`, says("explain", "second"))
			require.Contains(t, says("explain", "broken"), "and")
			require.Contains(t, says("graph"), "second")
			require.Contains(t, says("status"), "1")
			says("hold", "second")
			s.tell("first")
			s.completes("first")
			s.held("second")
			says("release", "second")
			s.completes("second")
		})
	}
}

// An annotation that the gate does not know, as a newer depctl might write, holds a Job, and the gate says so.
func TestAnAnnotationOfANewerVersionHoldsTheJob(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("first", "")
	s.make("second", "first", annotate("depctl.dev/window", "22:00-06:00"))
	s.completes("first")
	e := s.event("second", gate.ReasonInvalidAnnotation)
	require.Contains(t, e.Note, "depctl.dev/window is not known to this version of depctl")
	s.held("second")
	s.patch("second", `{"metadata":{"annotations":{"depctl.dev/window":null}}}`)
	s.completes("second")
}

// root returns the directory of depctl's source.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	require.NoError(t, err)
	return dir
}
