package fault_test

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/clusterworkload"
	"depctl.dev/test/fault"
	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

var (
	first  = flag.Uint64("seed", 1, "the first seed of the random graphs")
	rounds = flag.Uint64("rounds", 1, "how many graphs each fault is tried on")
	jobs   = flag.Int("jobs", 30, "how many Jobs a graph has")
	many   = flag.Int("many", 300, "how many Jobs the graph has of a gate that is killed")
)

// Whatever fails, the end is that of a calm run.
func TestTheEndIsThatOfACalmRun(t *testing.T) {
	s := sandbox.New(t, sandbox.Options{})
	require.NoError(t, s.Install(t.Context()))
	holdDeployments(t, s)
	etcd, err := s.Etcd()
	require.NoError(t, err)
	h, err := history.Follow(context.WithoutCancel(t.Context()), etcd)
	require.NoError(t, err)
	// Those that concern one gate run at once, each with its own gate and proxy.
	t.Run("gate", func(t *testing.T) {
		endure(t, s, h, fault.Kind{Name: "calm"})
		for _, kind := range fault.Kinds {
			if !kind.Cluster {
				endure(t, s, h, kind)
			}
		}
	})
	// The others one after the other.
	t.Run("cluster", func(t *testing.T) {
		for _, kind := range fault.Kinds {
			if kind.Cluster {
				endure(t, s, h, kind)
			}
		}
	})
}

func endure(t *testing.T, s *sandbox.Sandbox, h *history.History, kind fault.Kind) {
	for seed := *first; seed < *first+*rounds; seed++ {
		t.Run(fmt.Sprintf("%s/%d", kind.Name, seed), func(t *testing.T) {
			if !kind.Cluster {
				t.Parallel()
			}
			n := *jobs
			if kind.Name == "kill" {
				n = *many
			}
			client, err := kubernetes.NewForConfig(s.Config())
			require.NoError(t, err)
			graph, err := clusterworkload.NewWithDeployments(t.Context(), client, seed, n, 2)
			require.NoError(t, err)
			proxy, err := fault.NewProxy(s)
			require.NoError(t, err)
			t.Cleanup(proxy.Close)
			f := &fault.Field{Sandbox: s, Client: client, Proxy: proxy, Span: span(n)}
			for _, space := range graph.Spaces {
				f.Spaces = append(f.Spaces, space)
			}
			f.Args = []string{"--hold=deployment", "--namespaces", strings.Join(f.Spaces, ",")}
			f.Gate, err = s.StartGate(t.Context(), sandbox.GateOptions{ServerURL: proxy.URL, Args: f.Args})
			require.NoError(t, err)
			t.Cleanup(func() { _ = f.Gate.Kill() })
			require.NoError(t, f.Gate.WaitReady(t.Context()))
			o := f.Endure(t.Context(), h, graph, kind)
			t.Logf("%d Jobs, %d releases in %s, the slowest took %s; %v", o.Jobs, o.Releases,
				o.Took.Round(time.Millisecond), o.Slowest.Round(time.Millisecond), f.Hits())
			if len(o.Violations) > 0 {
				t.Logf("to repeat it: go test ./test/fault -run 'TheEnd//%s/' -seed=%d -jobs=%d -many=%d", kind.Name, seed, *jobs, *many)
				t.Fatalf("%s\n%s", strings.Join(o.Violations, "\n"), f.Gate.LogTail())
			}
			if kind.Ends { // for one is enough: deletions are not held up
				require.NoError(t, graph.Remove(t.Context(), h))
			}
		})
	}
}

// span is about how long a graph of so many Jobs runs.
func span(jobs int) time.Duration { return 5*time.Second + time.Duration(jobs)*50*time.Millisecond }
