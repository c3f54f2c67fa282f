package uninstall

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// guarded returns the Jobs that carry the gate's finalizer, sorted.
func guarded(w *snapshot.World) []gate.Job {
	return selected(w, func(job gate.Job) bool { return job.Guarded })
}

// stranded returns the Jobs that wait for a gate to release them, sorted.
func stranded(w *snapshot.World) []gate.Job {
	return selected(w, isStranded)
}

// isStranded reports whether nobody but a gate would release the Job, or all of
// its elements.
func isStranded(job gate.Job) bool {
	return (job.AsksToWait() && job.Suspended && !job.Released || snapshot.ByElement(job)) && !job.BeingDeleted &&
		job.Outcome() == lang.Undecided && job.ForeignOwner == "" &&
		job.Namespace != metav1.NamespaceSystem // nothing holds Jobs there: it was a person
}

func selected(w *snapshot.World, is func(gate.Job) bool) []gate.Job {
	var found []gate.Job
	for _, ref := range slices.SortedFunc(maps.Keys(w.Jobs), lang.Ref.Compare) {
		if job := w.Jobs[ref]; is(job) {
			found = append(found, job)
		}
	}
	return found
}

// waitsFor returns, in words, what the Job waits for: a person, or the checks of
// its expression that are not met.
func waitsFor(w *snapshot.World, job gate.Job, states map[lang.Ref]gate.State) string {
	if job.OnHold {
		return "a person: " + picture.OneLine(gate.HoldAnnotation+"="+job.Hold)
	}
	if snapshot.ByElement(job) {
		return "a gate to take " + gate.SchedulingGate + " from its pods"
	}
	if w.Invalid[job.Ref()] != nil {
		return "a valid expression"
	}
	items := w.UnmetChecks(job.Ref(), states)
	if len(items) == 0 {
		return "nothing (all met)"
	}
	return strings.Join(items, ", ")
}

// printStranded writes Jobs as a table.
func printStranded(out io.Writer, w *snapshot.World, stranded []gate.Job) error {
	states := w.States()
	column := len("NAME")
	for _, job := range stranded {
		column = max(column, picture.Width(job.Ref().String()))
	}
	var b strings.Builder
	row := func(name, waits string) { fmt.Fprintf(&b, "%-*s%s\n", column+command.Gap, name, waits) }
	row("NAME", "WAITS FOR")
	for _, job := range stranded {
		row(job.Ref().String(), waitsFor(w, job, states))
	}
	_, err := io.WriteString(out, b.String())
	return err
}
