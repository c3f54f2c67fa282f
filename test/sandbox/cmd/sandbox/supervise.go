package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"depctl.dev/test/sandbox"
)

// superviseCommand is what up runs itself as, detached, to keep the sandbox.
const superviseCommand = "supervise"

// supervise keeps a sandbox until SIGTERM. What it has to say goes to out: that
// all is ready, or why it is not.
func supervise(ctx context.Context, o options, out io.Writer) error {
	// If up is killed, writing to it must not kill this process before it has
	// stopped the others.
	signal.Ignore(syscall.SIGPIPE)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		if line, _ := bufio.NewReader(os.Stdin).ReadString('\n'); line != stay {
			cancel()
		}
	}()

	lock, err := acquire(o.dir)
	if err == nil {
		defer lock.Close()
		err = keep(ctx, o, out)
	}
	if err != nil {
		fmt.Fprintln(out, err)
	}
	return err
}

// keep starts a sandbox, and stops it when ctx ends.
func keep(ctx context.Context, o options, out io.Writer) (err error) {
	if err := os.RemoveAll(statePath(o.dir)); err != nil {
		return err
	}
	var kinds []sandbox.NodeKind
	for _, kind := range o.kinds {
		kinds = append(kinds, sandbox.NodeKind(kind))
	}
	s, err := sandbox.Start(ctx, sandbox.Options{
		Dir: o.dir, Bin: o.bin, NodeKinds: kinds, Nodes: o.nodes, NodeCPU: o.nodeCPU, Audit: o.audit, Overlay: sandbox.Full,
		Kueue: o.kueue, JobSet: o.jobSet, Ranked: o.ranked,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop(), os.RemoveAll(statePath(o.dir))) }()
	if o.gate {
		gate, err := s.StartGate(ctx, sandbox.GateOptions{})
		if err != nil {
			return err
		}
		if err := gate.WaitReady(ctx); err != nil {
			return err
		}
	}
	if o.ranked {
		if err := s.StartScheduler(ctx, sandbox.SchedulerOptions{}); err != nil {
			return err
		}
	}
	if err := (state{Kubeconfig: s.Kubeconfig(), Parts: s.Parts()}).write(o.dir); err != nil {
		return err
	}
	if _, err := io.WriteString(out, ready); err != nil {
		return fmt.Errorf("nobody waits any more: %w", err)
	}
	<-ctx.Done()
	return nil
}
