package uninstall

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"depctl.dev/cli/explanation"
	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
)

// report writes what a removal has come to, and which Jobs it leaves suspended.
func (o *uninstallOptions) report(r *removal, called string) error {
	if _, err := fmt.Fprintln(o.streams.Out, summary(r)); err != nil {
		return err
	}
	if len(r.tally.stranded) == 0 {
		return nil
	}
	if _, err := fmt.Fprintf(o.streams.Out, "\nNothing releases these without the gate:\n"); err != nil {
		return err
	}
	if err := printStranded(o.streams.Out, r.world, r.tally.stranded); err != nil {
		return err
	}
	if r.DryRun != command.DryRunNone {
		return nil
	}
	var b strings.Builder
	if at := slices.IndexFunc(r.tally.stranded, gate.Job.IsJob); at >= 0 {
		first := r.tally.stranded[at]
		fmt.Fprintf(&b, "\nTo let one run:\n  %s release --force %s -n %s\n", strings.TrimSuffix(called, " uninstall"), first.Name, first.Namespace)
	}
	if at := slices.IndexFunc(r.tally.stranded, func(job gate.Job) bool { return !job.IsJob() }); at >= 0 {
		first := r.tally.stranded[at]
		fmt.Fprintf(&b, "To let a %s start:\n  %s\n", first.Noun(), explanation.StartCommand(first))
	}
	if slices.ContainsFunc(r.tally.stranded, func(job gate.Job) bool { return !job.OnHold }) {
		fmt.Fprintf(&b, "To let all run that no person holds:\n  %s --release\n", called)
	}
	_, err := io.WriteString(o.streams.Out, b.String())
	return err
}

func summary(r *removal) string {
	switch {
	case r.DryRun != command.DryRunNone:
		return fmt.Sprintf("Nothing was changed%s: %s.", r.DryRun.Suffix(), r.tally.plan())
	case r.tally.isNothing():
		return "depctl was not found: nothing to uninstall."
	case r.tally.deleted == 0:
		return fmt.Sprintf("depctl was uninstalled before: %s.", r.tally.done())
	}
	return fmt.Sprintf("depctl is uninstalled: %s.\nThe API server forgets the policies within seconds; then new annotated Jobs run at once.", r.tally.done())
}
