package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"depctl.dev/test/sandbox"
	"depctl.dev/test/sandbox/node"
)

// runNode is a real node, as process 1 of its own namespaces, until standard
// input ends: who started it is gone then.
func runNode(ctx context.Context, o options) error {
	c, err := node.Read(o.config)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	return node.Run(ctx, c)
}

// load imports an archive of images into the real node of a sandbox.
func load(ctx context.Context, o options, _ io.Writer) error {
	if o.archive == "" {
		return fmt.Errorf("%w: load needs the file of an archive", errUsage)
	}
	st, err := readState(o.dir)
	if err != nil {
		return fmt.Errorf("no sandbox is up in %s: %w", o.dir, err)
	}
	for _, part := range st.Parts {
		if part.Name == sandbox.RealNode {
			return part.Load(ctx, o.archive)
		}
	}
	return errors.New("the sandbox has no real node; start one with: sandbox up --node real --dir " + o.dir)
}

// doctor says whether a real node can run on this machine, and fails if not.
func doctor(o options, out io.Writer) error {
	if o.dir == "" {
		o.dir = os.TempDir()
	}
	findings := node.Examine(o.dir)
	lack := findings.Lack()
	if !o.brief {
		if err := findings.Print(out); err != nil {
			return err
		}
	}
	if lack != nil {
		return fmt.Errorf("a real node cannot run here, so tests that need one are skipped: %w", lack)
	}
	_, err := fmt.Fprintln(out, "a real node can run here: sandbox up --node real")
	return err
}
