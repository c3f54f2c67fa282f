// Command demo shows depctl at work on a real control plane: it starts a sandbox with
// the gate, in real containers where the machine can run them, and applies two of the
// examples of deploy/examples, each Job before those that it waits for. It shows the graph
// as it changes until all is complete, and ends with what the Jobs printed and what
// happened. It fails if a Job ran too early.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

func main() {
	bin := flag.String("bin", "bin", "directory of the programs that make build makes")
	examples := flag.String("examples", "deploy/examples", "directory of the examples")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	if err := run(ctx, *bin, *examples, newScreen(os.Stdout)); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, bin, examples string, out *screen) (err error) {
	kind, lack := sandbox.Real, sandbox.CanRunReal("")
	if lack == nil {
		fmt.Fprintln(out, "The Jobs run in real containers, on a node of this machine.")
	} else {
		kind = sandbox.Simulated
		fmt.Fprintf(out, "The pods are simulated, and nothing runs in them: %v\n", lack)
	}
	manifests, err := load(examples, kind)
	if err != nil {
		return err
	}
	started := time.Now()
	fmt.Fprintln(out, "Starting a control plane: etcd, Kubernetes and one node.")
	s, err := sandbox.Start(ctx, sandbox.Options{Bin: bin, NodeKinds: []sandbox.NodeKind{kind}})
	if err != nil {
		return err
	}
	defer func() {
		if stopped := s.Stop(); err == nil {
			err = stopped
		}
	}()
	fmt.Fprintf(out, "It is ready after %s. Installing the gate: kubectl apply -k deploy/base\n", since(started))
	if err := startGate(ctx, s, kind); err != nil {
		return err
	}
	fmt.Fprintf(out, "The gate is ready after %s.\n\n", since(started))

	client, err := kubernetes.NewForConfig(s.Config())
	if err != nil {
		return err
	}
	// The recording ends before what it records.
	recording, end := context.WithCancel(ctx)
	defer end()
	recorded, err := history.Record(recording, client)
	if err != nil {
		return err
	}
	var names []string
	for _, m := range manifests.jobs {
		names = append(names, m.key())
	}
	fmt.Fprintf(out, "Applying the Jobs of %s,\neach before those that it waits for:\n  %s\n\n", examples, strings.Join(names, "\n  "))
	if err := manifests.apply(ctx, s); err != nil {
		return err
	}
	if err := watch(ctx, recorded, names, out, func() (string, error) {
		return graph(ctx, bin, s.Kubeconfig())
	}); err != nil {
		return err
	}
	if kind == sandbox.Real {
		if err := show(ctx, s, recorded.Events(), out); err != nil {
			return err
		}
	}
	return summarize(recorded.Events(), names, out)
}

// startGate runs the gate in pods if there is a node for them, else as a process.
func startGate(ctx context.Context, s *sandbox.Sandbox, kind sandbox.NodeKind) error {
	if kind == sandbox.Real {
		return s.DeployGate(ctx)
	}
	gate, err := s.StartGate(ctx, sandbox.GateOptions{})
	if err != nil {
		return err
	}
	return gate.WaitReady(ctx)
}

// show prints what the Jobs have printed, in the order in which they ended.
func show(ctx context.Context, s *sandbox.Sandbox, events []history.Event, out io.Writer) error {
	fmt.Fprint(out, "\nWhat the Jobs printed, in the order in which they ended:\n\n")
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	shown := map[string]bool{}
	for _, e := range events {
		if !e.Is(batchv1.JobComplete) || shown[e.Key()] {
			continue
		}
		shown[e.Key()] = true
		text, err := s.Kubectl(ctx, nil, "logs", "--namespace", e.Job.Namespace, "job/"+e.Job.Name)
		if err != nil {
			return err
		}
		for line := range strings.Lines(text) {
			fmt.Fprintf(table, "  %s\t%s\n", e.Key(), strings.TrimRight(line, "\n"))
		}
	}
	return table.Flush()
}

// watch draws the graph whenever a Job has changed, until all are complete.
func watch(ctx context.Context, recorded *history.History, names []string, out *screen, draw func() (string, error)) error {
	drawn := ""
	for {
		var states string
		err := recorded.Wait(ctx, func(last map[string]history.Event) bool {
			states = summary(last, names)
			return states != drawn
		})
		if err != nil {
			return err
		}
		drawn = states
		picture, err := draw()
		if err != nil {
			return err
		}
		out.show(picture)
		switch done, failed := progress(recorded.Last(), names); {
		case failed != "":
			return fmt.Errorf("%s failed", failed)
		case done:
			return nil
		}
	}
}

// summary says in which state each Job is, to tell whether something changed.
func summary(last map[string]history.Event, names []string) string {
	var b strings.Builder
	for _, name := range names {
		if e, ok := last[name]; ok {
			ready := e.Job.Status.Ready != nil && *e.Job.Status.Ready > 0
			fmt.Fprintln(&b, name, e.Suspended(), ready, e.Is(batchv1.JobComplete), e.Is(batchv1.JobFailed))
		}
	}
	return b.String()
}

func progress(last map[string]history.Event, names []string) (done bool, failed string) {
	done = true
	for _, name := range names {
		e, ok := last[name]
		done = done && ok && e.Is(batchv1.JobComplete)
		if ok && e.Is(batchv1.JobFailed) {
			failed = name
		}
	}
	return done, failed
}

// graph runs depctl graph, as a user would.
func graph(ctx context.Context, bin, kubeconfig string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "depctl"), "graph", "-A", "--kubeconfig", kubeconfig)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("depctl graph: %w: %s", err, stderr.String())
	}
	return stdout.String(), nil
}

// summarize prints the order of the releases and how long each Job waited for
// nothing but the gate, and returns an error if the order was not right.
func summarize(events []history.Event, names []string, out io.Writer) error {
	releases, violations := history.Judge(events)
	fmt.Fprintf(out, "\n%d Jobs are complete. %d of them waited, and were released in this order:\n\n", len(names), len(releases))
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "\tJOB\tRELEASED AFTER ITS LAST PREREQUISITE WAS COMPLETE")
	for i, r := range releases {
		fmt.Fprintf(table, "%d\t%s\t%.1f ms\n", i+1, r.Job, float64(r.Latency().Microseconds())/1000)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(violations) > 0 {
		return fmt.Errorf("the order was broken: %s", strings.Join(violations, "; "))
	}
	fmt.Fprintln(out, "\nNo Job ran before what it waits for was complete.")
	return nil
}

func since(t time.Time) string { return fmt.Sprintf("%.1f s", time.Since(t).Seconds()) }
