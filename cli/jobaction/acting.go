package jobaction

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/lang"
)

// acting is what the commands that change Jobs have in common: which Jobs, whether
// to ask first, and how to say what was done.
type acting struct {
	streams genericiooptions.IOStreams
	clock   clock.PassiveClock
	// verb and done are what happens to a Job, before and after: hold, held.
	verb, done string
	// held: it can be done to what else waits, too.
	held bool
	// one: names are no patterns.
	one bool
	// chosen, if it is not nil, says more of what is meant by a selection or a pattern.
	chosen func(cluster.LiveJob) bool

	selector           string
	all, allNamespaces bool
	// run limits all to the steps of a run, whose names are then given.
	run            string
	dryRun, output string
	yes            bool

	// The rest is filled in by complete.
	command     string
	client      *cluster.JobClient
	namespace   string
	interactive bool
	structured  printers.ResourcePrinter
	progress    *command.Progress
	// limited reports whether it was said that not all namespaces are seen.
	limited bool
}

func newActing(f *cluster.Factory, streams genericiooptions.IOStreams, verb, done string) acting {
	return acting{streams: streams, clock: f.Clock, verb: verb, done: done}
}

func (a *acting) addFlags(flags *pflag.FlagSet) {
	flags.StringVarP(&a.selector, "selector", "l", "", "Take the Jobs with these `LABELS`, as kubectl does: app=etl,tier!=test.")
	command.AddRunFlag(flags, &a.run)
	flags.BoolVar(&a.all, "all", false, "Take all Jobs of the namespace.")
	flags.BoolVarP(&a.allNamespaces, "all-namespaces", "A", false, "With -l or --all: those of all namespaces.")
	flags.StringVar(&a.dryRun, "dry-run", string(command.DryRunNone),
		"Change nothing and print what would be done: client, the default of --dry-run alone, or server, which also asks whether you may.")
	flags.Lookup("dry-run").NoOptDefVal = string(command.DryRunClient)
	flags.BoolVarP(&a.yes, "yes", "y", false, "Do not ask.")
	flags.StringVarP(&a.output, "output", "o", "", "Output format: name, json or yaml, of the Jobs as they are then.")
}

// complete checks what was asked, and gets ready to do it. names says how many
// arguments are names of Jobs.
func (a *acting) complete(f *cluster.Factory, cmd *cobra.Command, names int) error {
	if err := command.ValidateRun(a.run); err != nil {
		return err
	}
	if a.run != "" && names == 0 {
		a.all = a.all || a.selector == ""
	}
	selects := a.selector != "" || a.all
	switch {
	case names > 0 && selects:
		return command.UsageErrorf("names exclude -l and --all")
	case names == 0 && !selects:
		return command.UsageErrorf("there is no Job to %s: name one, or select some with -l or --all", a.verb)
	case a.allNamespaces && !selects:
		return command.UsageErrorf("-A needs -l or --all")
	case a.selector != "" && a.all:
		return command.UsageErrorf("-l and --all exclude each other")
	}
	if _, err := labels.Parse(a.selector); err != nil {
		return command.UsageErrorf("-l %q is not a selector: %v", a.selector, err)
	}
	if err := command.DryRun(a.dryRun).Validate(); err != nil {
		return err
	}
	if a.structured = cluster.Printer(a.output); a.structured == nil && a.output != "" && a.output != "name" {
		return command.UnknownOutput(a.output, "name", command.OutputJSON, command.OutputYAML)
	}
	namespace, err := f.Namespace()
	if err != nil {
		return err
	}
	a.namespace, a.command = namespace, cmd.Root().CommandPath()
	a.interactive = f.Interactive(a.streams.In)
	a.progress = f.Progress(a.streams)
	a.streams = a.progress.Streams()
	if a.client, err = f.JobClient(); err == nil {
		a.client.DryRun = command.DryRun(a.dryRun)
	}
	return err
}

func (a *acting) changes() bool { return command.DryRun(a.dryRun) == command.DryRunNone }

// ask returns nil if the Jobs may be acted on: one is no question, and more are.
func (a *acting) ask(what string, refs []lang.Ref) error {
	if len(refs) < 2 {
		return nil
	}
	return a.agree(fmt.Sprintf("%s %s: %s", what, command.Count(len(refs), "Job"), a.names(refs)))
}

// agree asks whether to go on, unless that was said.
func (a *acting) agree(plan string) error {
	switch {
	case !a.changes() || a.yes:
		return nil
	case !a.interactive:
		return command.UsageErrorf("nothing was changed: this would %s, and there is no terminal to ask on: say --yes, or --dry-run", plan)
	}
	return command.Confirm(a.streams, "This would "+plan+".")
}

// names lists Jobs in words, ten at most.
func (a *acting) names(refs []lang.Ref) string {
	const most = 10
	var words []string
	for i, ref := range refs {
		if i == most && len(refs) > most+1 {
			return strings.Join(words, ", ") + fmt.Sprintf(" and %d more", len(refs)-most)
		}
		words = append(words, a.short(ref))
	}
	return strings.Join(words, ", ")
}

// short returns the name of a Job, with its namespace if that is another one than
// the current.
func (a *acting) short(ref lang.Ref) string {
	if ref.Namespace == a.namespace && ref.Kind == lang.KindJob {
		return ref.Name
	}
	if ref.Namespace == a.namespace {
		return ref.Kind + ":" + ref.Name
	}
	return ref.String()
}

// say writes that something was done to a Job, in kubectl's words, or the Job.
func (a *acting) say(t cluster.LiveJob, done string) error {
	return a.sayOf(t.Raw, cluster.ResourceOf(t.Job)+"/"+t.Name, done)
}

func (a *acting) sayOf(raw *unstructured.Unstructured, line, done string) error {
	if a.structured != nil {
		return a.structured.PrintObj(raw, a.streams.Out)
	}
	if a.output == "" {
		line += " " + done
		if raw.GetNamespace() != a.namespace {
			line += " in " + raw.GetNamespace() + " namespace"
		}
		line += command.DryRun(a.dryRun).Suffix()
	}
	_, err := fmt.Fprintln(a.streams.Out, line)
	return err
}

// note writes what is to be said beside that.
func (a *acting) note(format string, args ...any) error {
	return command.PrintNotes(a.streams.ErrOut, []string{fmt.Sprintf(format, args...)})
}

// read returns the Jobs of a namespace, and of others what those wait for. Of one
// that may not be listed it returns nil and says so: nothing depends on it but
// what is told.
func (a *acting) read(ctx context.Context, namespace string) (*snapshot.World, error) {
	w, notes, err := a.client.Reader(namespace).Read(ctx, a.clock.Now())
	if err != nil {
		return nil, a.note("What is waited for in %s is not known: %s", cmp.Or(namespace, "the cluster"), err)
	}
	return w, command.PrintNotes(a.streams.ErrOut, notes)
}

// commonNamespace returns the namespace of Jobs, empty for several.
func commonNamespace(all []cluster.LiveJob) string {
	for _, t := range all {
		if t.Namespace != all[0].Namespace {
			return ""
		}
	}
	return all[0].Namespace
}

// each does something to all of the Jobs, also if it cannot be done to one of them,
// unless nobody answers.
func (a *acting) each(all []cluster.LiveJob, do func(cluster.LiveJob) error) error {
	a.progress.Begin("Changing Jobs ("+a.verb+")", len(all))
	defer a.progress.End()
	var failed []error
	for _, t := range all {
		err := do(t)
		a.progress.Step()
		if err == nil {
			continue
		}
		failed = append(failed, err)
		var gone *cluster.Unreachable
		if errors.As(err, &gone) {
			break
		}
	}
	return command.Flatten(errors.Join(failed...))
}
