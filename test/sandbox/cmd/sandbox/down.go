package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"
	"time"

	"depctl.dev/test/sandbox"
)

const (
	// stopTimeout is how long the supervisor may take to stop everything.
	stopTimeout = 20 * time.Second
	// checkInterval is how often it is looked whether it has.
	checkInterval = 20 * time.Millisecond
)

// down stops the sandbox of a directory, and returns when nothing of it is left.
// It is no error if none runs there.
func down(ctx context.Context, o options, out io.Writer) error {
	st, err := readState(o.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	pid, err := supervisor(o.dir)
	if err != nil {
		return err
	}
	if pid == 0 {
		_, err := fmt.Fprintf(out, "no sandbox is up in %s\n", o.dir)
		return err
	}
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop the supervisor (pid %d): %w", pid, err)
		}
		gone, err := waitGone(ctx, o.dir)
		if err != nil {
			return err
		}
		if gone {
			return reportDown(ctx, o, st.Parts, out)
		}
	}
	return fmt.Errorf("the supervisor (pid %d) cannot be stopped", pid)
}

// waitGone waits until no supervisor holds the directory, and reports whether
// that came true within stopTimeout.
func waitGone(ctx context.Context, dir string) (bool, error) {
	ticker := time.NewTicker(checkInterval)
	defer ticker.Stop()
	deadline := time.After(stopTimeout)
	for {
		pid, err := supervisor(dir)
		if err != nil || pid == 0 {
			return err == nil, err
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-deadline:
			return false, nil
		case <-ticker.C:
		}
	}
}

// reportDown says that all is down, or what still answers.
func reportDown(ctx context.Context, o options, parts []sandbox.Part, out io.Writer) error {
	var remained []error
	for _, part := range parts {
		if connection, err := part.Dial(ctx); err == nil {
			connection.Close()
			remained = append(remained, fmt.Errorf("%s (pid %d) still serves at %s", part.Name, part.PID, part.Address))
		}
	}
	if len(remained) > 0 {
		return errors.Join(remained...)
	}
	_, err := fmt.Fprintf(out, "the sandbox in %s is down\n", o.dir)
	return err
}
