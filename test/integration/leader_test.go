package integration

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

// candidate starts a gate that leads if no other one does, with a lease that is
// over soon.
func (c *cluster) candidate(t *testing.T, args ...string) *sandbox.Gate {
	t.Helper()
	gate, err := c.StartGate(t.Context(), sandbox.GateOptions{Args: append([]string{
		"--leader-elect", "--leader-elect-lease-duration=3s", "--leader-elect-renew-deadline=2s", "--leader-elect-retry-period=500ms",
	}, args...)})
	require.NoError(t, err)
	require.NoError(t, gate.WaitReady(t.Context()))
	return gate
}

// leader returns who holds the lease; empty if nobody does.
func (c *cluster) leader(t *testing.T) string {
	t.Helper()
	leases, err := c.client.CoordinationV1().Leases("depctl-system").List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	for _, lease := range leases.Items {
		if lease.Name == "depctl-gate" && lease.Spec.HolderIdentity != nil {
			return *lease.Spec.HolderIdentity
		}
	}
	return ""
}

// leads waits until somebody other than before holds the lease.
func (c *cluster) leads(t *testing.T, before string) string {
	t.Helper()
	var now string
	require.Eventually(t, func() bool {
		now = c.leader(t)
		return now != "" && now != before
	}, patience, 50*time.Millisecond, "nobody takes over from %q", before)
	return now
}

func TestAStandbyTakesOver(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	s := c.namespace(t)
	first := c.candidate(t)
	leader := c.leads(t, "")
	second := c.candidate(t)
	s.make("a", "")
	s.make("b", "a")
	s.completes("b")

	// A crash: the lease must run out first.
	require.NoError(t, first.Kill())
	killed := time.Now()
	s.make("c", "b")
	s.completes("c")
	leader = c.leads(t, leader)
	t.Logf("lease of 3 s: c was complete %s after the leader was killed", time.Since(killed).Round(time.Millisecond))

	// A rollout: the leader gives the lease up.
	c.candidate(t)
	require.NoError(t, second.Stop())
	stopped := time.Now()
	require.Contains(t, second.LogTail(), "Stopped")
	c.leads(t, leader)
	t.Logf("another gate led %s after the leader had ended", time.Since(stopped).Round(time.Millisecond))
	s.make("d", "c")
	s.completes("d")
}

// A gate that cannot renew its lease ends, and loses nothing by that.
func TestAGateThatLosesItsLeaseEnds(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	s := c.namespace(t)
	gate := c.candidate(t)
	leader := c.leads(t, "")
	s.make("b", "a")
	s.held("b")
	rights := c.client.RbacV1().RoleBindings("depctl-system")
	binding, err := rights.Get(t.Context(), "depctl-gate", metav1.GetOptions{})
	require.NoError(t, err)
	require.NoError(t, rights.Delete(t.Context(), binding.Name, metav1.DeleteOptions{}))
	select {
	case <-gate.Done():
	case <-time.After(patience):
		t.Fatal("the gate goes on without a lease")
	}
	require.Contains(t, gate.LogTail(), "error: lost the lease; another gate may lead now")
	s.make("a", "")
	s.completes("a")
	binding.ResourceVersion = ""
	_, err = rights.Create(t.Context(), binding, metav1.CreateOptions{})
	require.NoError(t, err)
	c.candidate(t)
	c.leads(t, leader)
	s.completes("b")
}

// What was to be decided when a gate is told to stop is decided still.
func TestAGateThatStopsDrainsItsQueue(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	s := c.namespace(t)
	p := newProxy(t, c)
	gate, err := c.StartGate(t.Context(), sandbox.GateOptions{ServerURL: p.URL, Args: []string{"--workers=1"}})
	require.NoError(t, err)
	require.NoError(t, gate.WaitReady(t.Context()))
	s.make("first", "a")
	s.make("second", "a")
	s.make("a", "")
	var stopped chan error
	for range 2 {
		select {
		case <-p.arrived:
		case <-time.After(patience):
			t.Fatal("no patch arrived")
		}
		if stopped == nil {
			// The one worker is in the middle of a patch.
			stopped = make(chan error, 1)
			go func() { stopped <- gate.Stop() }()
			require.Eventually(t, func() bool { return strings.Contains(gate.LogTail(), "Draining") }, patience, 10*time.Millisecond)
		}
		p.pass <- true
	}
	require.NoError(t, <-stopped)
	s.eventually("both are released", func(last map[string]history.Event) bool {
		return released(last[s.name+"/first"]) && released(last[s.name+"/second"])
	})
}
