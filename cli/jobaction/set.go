package jobaction

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/cli/reference"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

const setLong = `Change what a Job waits for, and what becomes of it otherwise. The expression is
checked first; what changes, and what the gate makes of the Job then, is said
before anything is written. If the gate would fail the Job at once, which cannot
be undone, you are asked.

A Job that was released already is refused: an edit changes nothing there. Elements
of one that is released element by element go by the new text.

A JOB is NAME, NAMESPACE/NAME, job/NAME or KIND/NAME. For several there are -l and --all.

An option with an empty value takes its annotation away. The expression cannot be
removed: nobody would release the Job. "depctl release --force" runs it.`

const setExample = `  # Wait for another Job, too
  depctl set load 'extract, validate'

  # See what would become of it
  depctl set load 'extract or fallback' --dry-run

  # Run whatever came of what it waits for, but not after tomorrow
  depctl set load --on-failure run --wait-timeout 24h`

// setOptions is what "depctl set" was asked to do.
type setOptions struct {
	acting
	onFailure, waitTimeout, arrayLimit string
	// edits are the annotations to write; nil takes one away.
	edits map[string]*string
}

// NewSet returns "depctl set".
func NewSet(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &setOptions{acting: newActing(f, streams, "set", "set"), edits: map[string]*string{}}
	o.held, o.one = true, true
	cmd := &cobra.Command{
		Use:         "set JOB | -l LABELS | --all [EXPRESSION | -] [--on-failure POLICY] [--wait-timeout TIME] [--array-limit N]",
		Short:       "Change what a Job waits for",
		Long:        setLong,
		Example:     setExample,
		Annotations: map[string]string{command.AsksCluster: ""},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective) {
			return completeSet(f, cmd, args, given)
		},
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			names := min(len(args), 1)
			if o.selector != "" || o.all {
				names = 0
			}
			if err := o.complete(f, cmd, names); err != nil {
				return err
			}
			if err := o.readEdits(cmd, args[names:]); err != nil {
				return err
			}
			return o.apply(cmd.Context(), args[:names])
		},
	}
	o.addFlags(cmd.Flags())
	flags := cmd.Flags()
	flags.StringVar(&o.onFailure, "on-failure", "", "What becomes of the Job if it can no longer run: fail, wait or run.")
	flags.StringVar(&o.waitTimeout, "wait-timeout", "", "How long it waits, from when it was made: 90s, 10m or 2h.")
	flags.StringVar(&o.arrayLimit, "array-limit", "", "How many elements run at once.")
	return cmd
}

// readEdits fills in what is to be written.
func (o *setOptions) readEdits(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return command.UsageErrorf("there are %d arguments after the Job, put the expression in quotes", len(args))
	}
	if len(args) == 1 {
		text := args[0]
		if text == "-" {
			read, err := io.ReadAll(o.streams.In)
			if err != nil {
				return fmt.Errorf("reading the expression: %w", err)
			}
			text = strings.TrimSpace(string(read))
		}
		text = reference.InExpression(text)
		o.edits[gate.DependsOnAnnotation] = &text
	}
	for name, setting := range map[string]struct{ key, value string }{
		"on-failure":   {gate.OnFailureAnnotation, o.onFailure},
		"wait-timeout": {gate.WaitTimeoutAnnotation, o.waitTimeout},
		"array-limit":  {gate.ArrayLimitAnnotation, o.arrayLimit},
	} {
		if cmd.Flags().Changed(name) {
			o.edits[setting.key] = nil
			if setting.value != "" {
				o.edits[setting.key] = &setting.value
			}
		}
	}
	if len(o.edits) == 0 {
		return command.UsageErrorf("there is nothing to set: give an expression, --on-failure, --wait-timeout or --array-limit")
	}
	return nil
}

func (o *setOptions) apply(ctx context.Context, names []string) error {
	found, err := o.find(ctx, names, func(t cluster.LiveJob) error { return o.settable(t) })
	if err != nil || len(found) == 0 {
		return err
	}
	fails, err := o.preview(ctx, found)
	if err != nil {
		return err
	}
	if fails && len(found) == 1 {
		err = o.agree("have the gate fail job " + found[0].Identity().String() + " at once")
	} else {
		err = o.ask("change", refsOf(found))
	}
	if err != nil {
		return err
	}
	return o.each(found, func(t cluster.LiveJob) error {
		after, changed, err := o.client.Apply(ctx, t, cluster.Change{Kind: types.MergePatchType, Patch: func(t cluster.LiveJob) ([]byte, error) {
			if err := o.settable(t); err != nil || !o.differs(t) {
				return nil, err
			}
			return gate.EditPatch(t.Job, o.edits)
		}})
		if err != nil {
			return err
		}
		return o.say(after, unlessUnchanged(changed, o.done))
	})
}

// settable returns why an edit of a Job would change nothing. One that is
// suspended and waits for nothing may begin to wait.
func (o *setOptions) settable(t cluster.LiveJob) error {
	_, begins := o.edits[gate.DependsOnAnnotation]
	if begins && !t.Annotated && t.Suspended {
		with := t.Job
		with.Annotated = true
		return snapshot.NotWaiting(with)
	}
	return snapshot.NotWaiting(t.Job)
}

func (o *setOptions) differs(t cluster.LiveJob) bool {
	for key, value := range o.edits {
		old, there := t.Raw.GetAnnotations()[key]
		if there != (value != nil) || value != nil && old != *value {
			return true
		}
	}
	return false
}

// preview checks the edits, says of each Job what changes and what the gate makes
// of it then, and reports whether it would fail one at once.
func (o *setOptions) preview(ctx context.Context, found []cluster.LiveJob) (fails bool, err error) {
	edited := make([]cluster.LiveJob, len(found))
	for i, t := range found {
		patch, err := gate.EditPatch(t.Job, o.edits)
		if err != nil {
			return false, err
		}
		if edited[i], err = cluster.Locally(t, types.MergePatchType, patch); err != nil {
			return false, err
		}
		if err := o.vet(edited[i], i == 0); err != nil {
			return false, err
		}
	}
	w, err := o.read(ctx, commonNamespace(found))
	if err != nil {
		return false, err
	}
	if w != nil {
		for _, t := range edited {
			t.Condition = nil // it speaks of another text
			w.Add(t.Job)
		}
		w.Settle()
		w.Access = snapshot.Hopeful{Access: w.Access}
	}
	for i, t := range found {
		notes := append([]string{o.short(t.Identity()) + ":"}, o.diff(t)...)
		if w != nil {
			d := w.Decide(w.RefOf(t.Identity()))
			fails = fails || d.Action == gate.Failing
			notes = append(notes, "  "+effect(d))
			if len(t.Questions(w.Graph.Expr(w.RefOf(t.Identity())), w.Kinds)) > 0 {
				notes = append(notes, fmt.Sprintf("  if service account %s/%s may look into the other namespaces", t.Namespace, edited[i].ServiceAccount))
			}
		}
		if err := command.PrintNotes(o.streams.ErrOut, notes); err != nil {
			return false, err
		}
	}
	return fails, nil
}

// vet writes the mistakes in what would be written, and with doubts those too.
func (o *setOptions) vet(after cluster.LiveJob, doubts bool) error {
	if text, given := o.edits[gate.DependsOnAnnotation]; given {
		m := &manifest.Manifest{Name: "expression", Text: *text, Lines: manifest.FileLines(*text)}
		var found []manifest.Finding
		expr, err := after.Parse()
		for _, diagnostic := range manifest.DiagnoseText(expr, err, lang.Context{Subject: after.Subject()}) {
			if doubts || diagnostic.Severity == lang.Error {
				found = append(found, manifest.Finding{Manifest: m, Diagnostic: diagnostic})
			}
		}
		if _, err := io.WriteString(o.streams.ErrOut, manifest.DrawFindings(found, false)); err != nil {
			return fmt.Errorf("writing the mistakes: %w", err)
		}
		if slices.ContainsFunc(found, func(f manifest.Finding) bool { return f.Severity == lang.Error }) {
			return command.ErrUnchanged
		}
	}
	var mistake *gate.Mistake
	if err := after.Mistake(); errors.As(err, &mistake) && o.edits[mistake.Annotation] != nil {
		return fmt.Errorf("%w: %w", command.ErrUnchanged, err)
	}
	return nil
}

// diff returns what changes, a line for each value before and after.
func (o *setOptions) diff(t cluster.LiveJob) []string {
	var lines []string
	for _, key := range []string{gate.DependsOnAnnotation, gate.OnFailureAnnotation, gate.WaitTimeoutAnnotation, gate.ArrayLimitAnnotation} {
		value, given := o.edits[key]
		old, there := t.Raw.GetAnnotations()[key]
		if !given || there == (value != nil) && (value == nil || old == *value) {
			continue
		}
		if there {
			lines = append(lines, "- "+key+": "+picture.OneLine(old))
		}
		if value != nil {
			lines = append(lines, "+ "+key+": "+picture.OneLine(*value))
		}
	}
	return lines
}

// effect says in words what the gate does now.
func effect(d gate.Decision) string {
	switch d.Action {
	case gate.Releasing:
		return "the gate releases it now: " + strings.TrimPrefix(d.Message, "released: ")
	case gate.Failing:
		return "the gate fails it now, " + d.Message
	default:
		return d.Message
	}
}

// completeSet completes the Job, and as the expression another one.
func completeSet(f *cluster.Factory, cmd *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return f.CompleteWaiting(func(job gate.Job) bool { return snapshot.NotWaiting(job) == nil })(cmd, args, given)
	case 1:
		return f.CompleteJobs(func(gate.Job) bool { return true })(cmd, args, given)
	}
	return nil, cluster.NoFiles
}
