package integration

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
	"depctl.dev/test/sandbox"
)

func (c *cluster) gate(t *testing.T, o sandbox.GateOptions) *sandbox.Gate {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	g, err := c.StartGate(ctx, o)
	require.NoError(t, err)
	require.NoError(t, g.WaitReady(ctx))
	return g
}

// One sandbox, one story after the other: the gates in it are killed.
func TestCrashesAndConflicts(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)

	// The gate has seen the completion and sends the patch. It is killed before
	// the patch arrives (false), or after it left and before its answer (true).
	for _, arrives := range []bool{false, true} {
		t.Run(fmt.Sprintf("gate killed while it patches, patch arrives: %t", arrives), func(t *testing.T) {
			s, p := c.namespace(t), newProxy(t, c)
			g := c.gate(t, withoutNudge(p))
			s.make("load", "extract")
			s.make("index", "load")
			s.make("extract", "")
			p.stops(t, "load")
			require.NoError(t, g.Kill())
			p.pass <- arrives
			if arrives {
				s.completes("load")
			} else {
				require.True(t, *s.get("load").Spec.Suspend)
			}
			again := c.gate(t, sandbox.GateOptions{Args: []string{"--nudge=false"}})
			s.completes("load", "index")
			patches := 0
			for _, r := range s.requests() {
				if r.ObjectRef.Name == "load" && r.ObjectRef.Resource == "jobs" {
					patches++
				}
			}
			require.Equal(t, 1, patches, "patches of load that reached the API server")
			require.NoError(t, again.Stop())
		})
	}

	t.Run("what happens while no gate runs is caught up with", func(t *testing.T) {
		s := c.namespace(t)
		g := c.gate(t, sandbox.GateOptions{})
		s.make("load", "extract")
		s.settle()
		require.NoError(t, g.Kill())
		s.make("report", "load")
		s.make("extract", "")
		s.completes("extract")
		require.True(t, *s.get("load").Spec.Suspend)
		g = c.gate(t, sandbox.GateOptions{})
		s.completes("load", "report")
		require.NoError(t, g.Stop())
	})

	t.Run("what is deleted by hand while no gate runs is absent", func(t *testing.T) {
		s := c.namespace(t)
		g := c.gate(t, sandbox.GateOptions{})
		s.make("load", "extract")
		s.make("extract", "", untilTold)
		s.settle()
		require.NoError(t, g.Kill())
		s.tell("extract")
		s.completes("extract")
		s.remove("extract")
		g = c.gate(t, sandbox.GateOptions{})
		s.held("load")
		s.make("extract", "")
		s.completes("load")
		require.NoError(t, g.Stop())
	})

	t.Run("two gates at once release a Job once", func(t *testing.T) {
		s := c.namespace(t)
		one, two := c.gate(t, sandbox.GateOptions{}), c.gate(t, sandbox.GateOptions{})
		for i := range 20 {
			s.make(fmt.Sprintf("load-%d", i), "extract")
		}
		s.make("extract", "")
		for i := range 20 {
			s.completes(fmt.Sprintf("load-%d", i))
		}
		require.NoError(t, one.Stop())
		require.NoError(t, two.Stop())
	})

	// The Job changes between the decision and the patch.
	for name, test := range map[string]struct {
		edit string
		undo string
	}{
		"the expression is edited": {
			edit: `{"metadata":{"annotations":{"depctl.dev/depends-on":"extract, later"}}}`,
			undo: `{"metadata":{"annotations":{"depctl.dev/depends-on":"extract"}}}`,
		},
		"somebody holds it": {
			edit: `{"metadata":{"annotations":{"depctl.dev/hold":""}}}`,
			undo: `{"metadata":{"annotations":{"depctl.dev/hold":null}}}`,
		},
	} {
		t.Run("patch is on its way when "+name, func(t *testing.T) {
			s, p := c.namespace(t), newProxy(t, c)
			g := c.gate(t, withoutNudge(p))
			s.make("load", "extract")
			s.make("extract", "")
			p.stops(t, "load")
			s.patch("load", test.edit)
			p.pass <- true
			let := passAll(t, p)
			s.held("load")
			s.patch("load", test.undo)
			s.completes("load")
			let()
			require.NoError(t, g.Stop())
		})
	}

	t.Run("patch is on its way when something else is edited", func(t *testing.T) {
		s, p := c.namespace(t), newProxy(t, c)
		g := c.gate(t, withoutNudge(p))
		s.make("load", "extract")
		s.make("extract", "")
		p.stops(t, "load")
		s.patch("load", `{"metadata":{"labels":{"team":"data"}}}`)
		p.pass <- true
		s.completes("load")
		require.Equal(t, "data", s.get("load").Labels["team"])
		require.NotEmpty(t, s.get("load").Annotations[gate.ReleasedAnnotation])
		require.NoError(t, g.Stop())
	})

	// A Job is deleted and recreated between the decision and the patch.
	t.Run("patch is on its way when the Job is replaced", func(t *testing.T) {
		s, p := c.namespace(t), newProxy(t, c)
		g := c.gate(t, withoutNudge(p))
		s.make("load", "extract")
		s.make("extract", "")
		p.stops(t, "load")
		s.remove("load")
		s.remove("extract")
		s.make("load", "extract")
		p.pass <- true
		let := passAll(t, p)
		s.held("load")
		s.make("extract", "")
		s.completes("load")
		let()
		require.NoError(t, g.Stop())
	})
}

// withoutNudge runs a gate through a proxy, where each patch of a Job is one that
// releases it.
func withoutNudge(p *proxy) sandbox.GateOptions {
	return sandbox.GateOptions{ServerURL: p.URL, Args: []string{"--nudge=false"}}
}

// passAll lets every further patch through, until the function it returns is
// called.
func passAll(t *testing.T, p *proxy) (stop func()) {
	t.Helper()
	stopped, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-p.arrived:
				p.pass <- true
			case <-stopped:
				return
			}
		}
	}()
	return func() {
		close(stopped)
		<-ended
	}
}
