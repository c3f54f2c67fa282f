// Package integration tests the gate on a real control plane: kube-apiserver,
// controller-manager, scheduler and etcd, with pods that KWOK plays. Each test
// has a namespace of its own; what happens to every Job in all of them is
// recorded, and judged at the end.
package integration

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

// patience is how long a test waits for something that must happen; longer with
// more than the usual -elements.
var patience = 3 * time.Minute

// shared is the sandbox of all tests that do not need one of their own.
var shared *cluster

// cluster is a sandbox with what tests need of it.
type cluster struct {
	*sandbox.Sandbox
	client  kubernetes.Interface
	history *history.History
	pods    *history.Pods
	// end stops the recording, which ends before what it records.
	end context.CancelFunc
	// forced are the namespaces in which a person starts or stops Jobs by force,
	// which the judge would hold against the gate: it does not see them.
	forced *sync.Map
}

// judge returns the releases so far, and what broke the rules.
func (c *cluster) judge() (releases []history.Release, violations []string) {
	byForce := func(namespace string) bool {
		_, forced := c.forced.Load(namespace)
		return forced
	}
	jobs := slices.DeleteFunc(c.history.Events(), func(e history.Event) bool { return byForce(e.Job.Namespace) })
	releases, violations = history.Judge(jobs)
	_, more := history.JudgeElements(jobs, slices.DeleteFunc(c.pods.Events(), func(e history.PodEvent) bool { return byForce(e.Pod.Namespace) }))
	return releases, append(violations, more...)
}

func TestMain(m *testing.M) {
	flag.Parse()
	if *elements > 100 {
		patience = 10 * time.Minute
	}
	os.Exit(run(m))
}

func run(m *testing.M) (code int) {
	ctx, cancel := context.WithTimeout(context.Background(), 45*time.Minute)
	defer cancel()
	var err error
	shared, err = startCluster(ctx, sandbox.Options{Overlay: sandbox.Arrays})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		shared.end()
		if err := shared.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}()
	gate, err := shared.StartGate(ctx, sandbox.GateOptions{})
	if err == nil {
		err = gate.WaitReady(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { code = max(code, full.end()) }()
	code = m.Run()
	return report(code, shared, gate, "")
}

// report judges what happened in a cluster. What broke the rules is said last, as CI shows the end.
func report(code int, c *cluster, gate *sandbox.Gate, of string) int {
	releases, violations := c.judge()
	if code = max(code, min(len(violations), 1)); code != 0 {
		fmt.Println("the end of the gate's log:\n" + gate.LogTail())
	}
	fmt.Printf("judged %d releases%s, %d violations\n", len(releases), of, len(violations))
	for _, violation := range violations {
		fmt.Println(violation)
	}
	return code
}

// full is the sandbox of all tests that need what deploy/full turns on, and leave its gate alone.
// The first of them starts it.
var full fullCluster

type fullCluster struct {
	once    sync.Once
	cluster *cluster
	gate    *sandbox.Gate
	err     error
}

// namespace makes a namespace in the sandbox of deploy/full.
func (f *fullCluster) namespace(t *testing.T) *space {
	t.Helper()
	f.once.Do(func() {
		ctx := context.Background() // it outlives the test that starts it
		if f.cluster, f.err = startCluster(ctx, sandbox.Options{Overlay: sandbox.Full}); f.err != nil {
			return
		}
		if f.gate, f.err = f.cluster.StartGate(ctx, sandbox.GateOptions{}); f.err == nil {
			f.err = f.gate.WaitReady(ctx)
		}
	})
	require.NoError(t, f.err)
	return f.cluster.namespace(t)
}

// end judges what happened there, stops it and returns 1 if something is wrong.
func (f *fullCluster) end() (code int) {
	if f.cluster == nil {
		return 0
	}
	code = report(0, f.cluster, f.gate, " with deploy/full")
	f.cluster.end()
	if err := f.cluster.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	return code
}

// startCluster starts a sandbox with an audit log and the gate's manifests, and
// records its Jobs. The gate is not running yet.
func startCluster(ctx context.Context, o sandbox.Options) (*cluster, error) {
	o.Audit = true
	s, err := sandbox.Start(ctx, asAsked(o))
	if err != nil {
		return nil, err
	}
	recording, end := context.WithCancel(ctx)
	c := &cluster{Sandbox: s, end: end, forced: &sync.Map{}}
	if err = s.Install(ctx); err == nil {
		if c.client, err = kubernetes.NewForConfig(s.Config()); err == nil {
			c.history, err = history.Record(recording, c.client)
		}
	}
	if err == nil {
		c.pods, err = history.RecordPods(recording, c.client)
	}
	if err != nil {
		end()
		_ = s.Stop()
		return nil, err
	}
	return c, nil
}

// What make matrix asks for.
var (
	webhooks = flag.Bool("webhooks", false, "hold Jobs by webhooks, on a cluster that has no policies for it")
	features = flag.String("feature-gates", "", "feature gates of the control plane beside the usual, as kube-apiserver takes them")
)

// asAsked returns the options of a cluster with what the flags ask for.
func asAsked(o sandbox.Options) sandbox.Options {
	if *webhooks {
		o.Overlay = sandbox.WebhookFull
	}
	if *features != "" && o.Flags == nil {
		gates := "--feature-gates=" + *features
		o.Flags = map[string][]string{
			sandbox.APIServer:         {gates, "--runtime-config=scheduling.k8s.io/v1beta1=true,scheduling.k8s.io/v1alpha3=true"},
			sandbox.ControllerManager: {gates},
			sandbox.Scheduler:         {gates},
		}
	}
	return o
}

// places are for the clusters that tests have of their own at one time: with more, two cores are too slow for gates
// to keep their Leases.
var places = make(chan struct{}, 3)

// ownCluster starts a sandbox for one test, which may do to its gate what it
// likes, and judges its history at the end.
func ownCluster(t *testing.T) *cluster {
	t.Helper()
	return ownClusterWith(t, sandbox.Options{Overlay: sandbox.Arrays})
}

// ownClusterWith starts one with another overlay of deploy, or with other flags.
func ownClusterWith(t *testing.T, o sandbox.Options) *cluster {
	t.Helper()
	places <- struct{}{}
	t.Cleanup(func() { <-places })
	ctx, cancel := context.WithCancel(context.Background())
	c, err := startCluster(ctx, o)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, violations := c.judge()
		for _, violation := range violations {
			t.Error(violation)
		}
		c.end()
		cancel()
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}
