// Package container tests depctl with Jobs that really run: scripts in
// containers, on a real kubelet, with the gate in a Deployment beside them. What
// pods only play elsewhere (exit codes, output, memory, time) is real here.
//
// It needs what `bin/sandbox doctor` looks for. Where that is missing, every test
// is skipped, with the reason; `make test` says so in a line of its own.
package container

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

// patience is how long a test waits for something that must happen. A real Job
// takes 3 seconds, and some of them are tried three times.
const patience = 2 * time.Minute

var (
	// shared is the cluster of all tests that do not need one of their own.
	shared *cluster
	// lack says why there is none on this machine.
	lack error
)

// cluster is a sandbox with a real node, and what tests need of it.
type cluster struct {
	*sandbox.Sandbox
	client  kubernetes.Interface
	history *history.History
	// end stops the recording, which ends before what it records.
	end context.CancelFunc
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) (code int) {
	if lack = sandbox.CanRunReal(""); lack != nil {
		fmt.Println("skipped:", lack)
		return m.Run()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	var err error
	if shared, err = startCluster(ctx, sandbox.Arrays); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := shared.stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}()
	if err := shared.DeployGate(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// startCluster starts a sandbox with a real node only, and records its Jobs.
func startCluster(ctx context.Context, overlay sandbox.Overlay) (*cluster, error) {
	s, err := sandbox.Start(ctx, sandbox.Options{NodeKinds: []sandbox.NodeKind{sandbox.Real}, Overlay: overlay})
	if err != nil {
		return nil, err
	}
	recording, end := context.WithCancel(ctx)
	c := &cluster{Sandbox: s, end: end}
	if c.client, err = kubernetes.NewForConfig(s.Config()); err == nil {
		c.history, err = history.Record(recording, c.client)
	}
	if err != nil {
		end()
		_ = s.Stop()
		return nil, err
	}
	return c, nil
}

// stop ends the sandbox, and returns an error if its history broke the rules.
func (c *cluster) stop() error {
	releases, violations := history.Judge(c.history.Events())
	c.end()
	if err := c.Stop(); err != nil {
		return err
	}
	if len(violations) > 0 {
		return fmt.Errorf("%d releases broke rules:\n%s", len(releases), strings.Join(violations, "\n"))
	}
	return nil
}

// needsRealNode skips a test that this machine cannot run.
func needsRealNode(t *testing.T) {
	t.Helper()
	if lack != nil {
		t.Skip(lack)
	}
}
