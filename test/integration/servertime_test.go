package integration

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"

	"depctl.dev/gate"
	"depctl.dev/gate/controller"
	"depctl.dev/gate/transport"
)

// wrongClock is the machine's clock, set wrong.
type wrongClock struct {
	clock.PassiveClock
	by time.Duration
}

func (w wrongClock) Now() time.Time { return w.PassiveClock.Now().Add(w.by) }

// A gate on a machine whose clock is an hour off opens delays and ends waits when
// it is time to.
func TestAGateWhoseClockIsAnHourOff(t *testing.T) {
	t.Parallel()
	for name, off := range map[string]time.Duration{"fast": time.Hour, "slow": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := ownCluster(t)
			s := c.namespace(t)
			config, err := c.ConfigFor(t.Context(), "depctl-system", "depctl-gate")
			require.NoError(t, err)
			config = rest.CopyConfig(config)
			now := transport.NewServerTime(wrongClock{clock.RealClock{}, off})
			config.Wrap(now.Wrap)
			client, err := kubernetes.NewForConfig(config)
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			g := controller.New(client, controller.Options{Clock: now})
			ended := make(chan struct{})
			go g.Watch(ctx)
			go func() {
				defer close(ended)
				g.Lead(ctx)
			}()
			defer func() {
				cancel()
				<-ended
			}()

			s.make("a", "")
			s.make("delayed", "a + 5s")
			s.make("at", "time("+time.Now().Add(8*time.Second).UTC().Format(time.RFC3339)+")")
			s.make("in-time", "never", annotate(gate.WaitTimeoutAnnotation, "6s"))
			s.make("far", "a + 30m")
			s.completes("delayed", "at")
			s.fails("in-time")
			s.held("far")

			last := s.history.Last()
			ofA := last[s.name+"/a"].Job.Status.CompletionTime.Time
			require.GreaterOrEqual(t, last[s.name+"/delayed"].Job.Status.StartTime.Sub(ofA), 5*time.Second)
			failed := last[s.name+"/in-time"].Job
			require.GreaterOrEqual(t, failed.Status.StartTime.Sub(failed.CreationTimestamp.Time), 6*time.Second)
		})
	}
}
