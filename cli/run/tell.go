package run

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/cli/internal/command"
)

// soFar says what was done before something failed.
func (o *runOptions) soFar(r *run, applied, made int) string {
	left := len(r.jobs) - len(r.there) - made
	text := fmt.Sprintf("of run %s, %s made, and %d not yet", r.name, wasOf(made+len(r.there), "step"), left)
	if applied > 0 {
		text = fmt.Sprintf("%s applied; %s", wasOf(applied, "object"), text)
	}
	return text + fmt.Sprintf("; nothing of it is over before all are there. To make the rest, run the same with --run %s; to take it back: %s cancel --run %s", r.name, o.command, r.name)
}

func wasOf(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " was"
	}
	return command.Count(n, noun) + " were"
}

// tell says how the run is called.
func (o *runOptions) tell(r *run, made int) error {
	text := fmt.Sprintf("run %s: %s", r.name, command.Count(len(r.jobs), "step"))
	switch {
	case made == 0 && len(r.there) > 0:
		text += ", and all are there already"
	case made == 1 && len(r.there) > 0:
		text += ", of which 1 was missing"
	case len(r.there) > 0:
		text += fmt.Sprintf(", of which %d were missing", made)
	}
	return command.PrintNotes(o.streams.ErrOut, []string{text})
}

// say writes what was done to an object, in kubectl's words, or the object.
func (o *runOptions) say(raw *unstructured.Unstructured, done string) error {
	if o.structured != nil {
		return o.structured.PrintObj(raw, o.streams.Out)
	}
	kind := strings.ToLower(raw.GetKind())
	if group := raw.GroupVersionKind().Group; group != "" {
		kind += "." + group
	}
	line := kind + "/" + raw.GetName()
	if o.output == "" {
		line += " " + done
		if ns := raw.GetNamespace(); ns != "" && ns != o.namespace {
			line += " in " + ns + " namespace"
		}
		line += command.DryRun(o.dryRun).Suffix()
	}
	_, err := fmt.Fprintln(o.streams.Out, line)
	return err
}
