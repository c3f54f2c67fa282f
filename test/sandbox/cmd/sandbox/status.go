package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"text/tabwriter"
)

// status prints each part of the sandbox in a directory. It fails if none runs
// there, or if a part is not well.
func status(ctx context.Context, o options, out io.Writer) error {
	pid, err := supervisor(o.dir)
	if err != nil {
		return err
	}
	if pid == 0 {
		return fmt.Errorf("no sandbox is up in %s; start one with: sandbox up --dir %s", o.dir, o.dir)
	}
	st, err := readState(o.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the sandbox in %s (pid %d) is still starting, or stopping", o.dir, pid)
	}
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PART\tPID\tADDRESS\tSTATE")
	unwell := 0
	for _, part := range st.Parts {
		health := "healthy"
		if err := part.Healthy(ctx); err != nil {
			health = err.Error()
			unwell++
		}
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\n", part.Name, part.PID, part.Address, health)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if unwell > 0 {
		return fmt.Errorf("%d of %d parts are not well; logs are in %s/logs", unwell, len(st.Parts), o.dir)
	}
	return nil
}
