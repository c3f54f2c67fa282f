package runs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

const pruneLong = `Delete the Jobs of old runs that "depctl run" made, with their pods. A run is old if it is
none of the latest that --keep counts, and ended longer ago than --older-than says; at
least one of the two is needed. One that is not over stays, and so does one that a Job
outside of it still waits for. All of a run goes, also what was tried before.

Runs of CronJobs are for the history limits of the CronJob.`

const pruneExample = `  # What would go
  depctl prune --keep 10 --older-than 30d --dry-run

  # All but the latest ten, without a question
  depctl prune --keep 10 -y`

// pruneOptions is what "depctl prune" was asked to do.
type pruneOptions struct {
	streams        genericiooptions.IOStreams
	clock          clock.PassiveClock
	keep           int
	olderThan      string
	dryRun, output string
	yes            bool

	// The rest is filled in by complete.
	age         time.Duration
	namespace   string
	reader      *cluster.Reader
	client      *cluster.JobClient
	interactive func(io.Reader) bool
	structured  printers.ResourcePrinter
	progress    *command.Progress
}

// NewPrune returns "depctl prune".
func NewPrune(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &pruneOptions{streams: streams, clock: f.Clock, interactive: f.Interactive}
	cmd := &cobra.Command{
		Use:                   "prune [--keep N] [--older-than DURATION] [-n NAMESPACE]",
		Short:                 "Delete the Jobs of old runs",
		Long:                  pruneLong,
		Example:               pruneExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		Args:                  command.NoArguments,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.validate(cmd); err != nil {
				return err
			}
			if err := o.complete(f); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&o.keep, "keep", 0, "Keep the latest `N` runs of the namespace.")
	flags.StringVar(&o.olderThan, "older-than", "", "Keep the runs that ended within this `DURATION`, as in 30d or 12h.")
	flags.StringVar(&o.dryRun, "dry-run", string(command.DryRunNone), "Delete nothing and print what would be: client, the default of --dry-run alone, or server, which also asks whether you may.")
	flags.Lookup("dry-run").NoOptDefVal = string(command.DryRunClient)
	flags.BoolVarP(&o.yes, "yes", "y", false, "Do not ask.")
	flags.StringVarP(&o.output, "output", "o", "", "Output format: name, json or yaml, of the Jobs that go.")
	return cmd
}

func (o *pruneOptions) validate(cmd *cobra.Command) error {
	switch {
	case !cmd.Flags().Changed("keep") && o.olderThan == "":
		return command.UsageErrorf("say which runs stay: the latest, with --keep, or those that ended a short time ago, with --older-than")
	case o.keep < 0:
		return command.UsageErrorf("--keep is %d, it must be 0 or more", o.keep)
	}
	if o.olderThan != "" {
		var err error
		if o.age, err = lang.ParseDuration(o.olderThan); err != nil {
			return command.UsageErrorf("--older-than is %q: %v", o.olderThan, err)
		}
	}
	if err := command.DryRun(o.dryRun).Validate(); err != nil {
		return err
	}
	return command.ValidateOutputs(o.output, "name", command.OutputJSON, command.OutputYAML)
}

func (o *pruneOptions) complete(f *cluster.Factory) error {
	var err error
	o.structured = cluster.Printer(o.output)
	o.progress = f.Progress(o.streams)
	o.streams = o.progress.Streams()
	if o.namespace, err = f.Namespace(); err != nil {
		return err
	}
	if o.reader, err = f.Reader(""); err != nil {
		return err
	}
	if o.client, err = f.JobClient(); err == nil {
		o.client.DryRun = command.DryRun(o.dryRun)
	}
	return err
}

func (o *pruneOptions) run(ctx context.Context) error {
	r, err := o.read(ctx)
	if err != nil {
		return err
	}
	old, notes := o.old(r.world, r.summaries(o.namespace))
	if err := command.PrintNotes(o.streams.ErrOut, append(r.notes, notes...)); err != nil {
		return err
	}
	if len(old) == 0 {
		return command.PrintNotes(o.streams.ErrOut, []string{"No runs to prune found in namespace " + o.namespace + "."})
	}
	var jobs []gate.Job
	var names []string
	for _, s := range old {
		names = append(names, s.name)
		for _, ref := range slices.Concat(s.history, s.steps) {
			jobs = append(jobs, r.world.Jobs[ref])
		}
	}
	if len(names) > 10 {
		names = append(names[:10:10], fmt.Sprintf("and %d more", len(names)-10))
	}
	plan := fmt.Sprintf("delete %s of %s: %s", command.Count(len(jobs), "Job"), command.Count(len(old), "run"), strings.Join(names, ", "))
	switch {
	case o.yes || command.DryRun(o.dryRun) != command.DryRunNone:
	case !o.interactive(o.streams.In):
		return command.UsageErrorf("nothing was changed: this would %s, and there is no terminal to ask on: say --yes, or --dry-run", plan)
	default:
		if err := command.Confirm(o.streams, "This would "+plan+"."); err != nil {
			return err
		}
	}
	return o.remove(ctx, jobs)
}

// read reads all namespaces, whose Jobs may wait for those that are old, or as many as the
// user may.
func (o *pruneOptions) read(ctx context.Context) (*reading, error) {
	r, err := read(ctx, o.reader, o.clock.Now())
	if err == nil || !cluster.IsForbidden(err) {
		return r, err
	}
	o.reader.Namespace = o.namespace
	if r, err = read(ctx, o.reader, o.clock.Now()); err == nil {
		r.notes = append(r.notes, "You may not list the Jobs of all namespaces: those of others that wait are not looked at.")
	}
	return r, err
}

// old returns the runs to delete, and says which stay because somebody waits for them.
func (o *pruneOptions) old(w *snapshot.World, list []*summary) (old []*summary, notes []string) {
	kept := 0
	for _, s := range list {
		if s.cronJob != "" {
			continue
		}
		if kept++; kept <= o.keep || !s.isOver() || !w.Now.After(s.finished.Add(o.age)) {
			continue
		}
		if dependent, waits := s.waitedFor(w); waits {
			notes = append(notes, fmt.Sprintf("run %s stays: Job %s waits for it", s.name, dependent.Identity()))
			continue
		}
		old = append(old, s)
	}
	return old, notes
}

// waitedFor returns a Job outside of the run that waits for a step of it.
func (s *summary) waitedFor(w *snapshot.World) (gate.Job, bool) {
	for _, ref := range s.steps {
		for _, dependent := range w.Graph.Dependents(ref) {
			if job := w.Jobs[dependent]; job.Object != nil && job.Step().Run != s.name && job.Waits() {
				return job, true
			}
		}
	}
	return gate.Job{}, false
}

func (o *pruneOptions) remove(ctx context.Context, jobs []gate.Job) error {
	slices.SortFunc(jobs, func(a, b gate.Job) int { return a.Identity().Compare(b.Identity()) })
	o.progress.Begin("Deleting Jobs", len(jobs))
	defer o.progress.End()
	var failed []error
	for _, job := range jobs {
		t, err := o.ended(ctx, job)
		if err == nil {
			err = o.client.Remove(ctx, t)
		}
		if err == nil {
			err = o.say(t)
		}
		o.progress.Step()
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

// ended returns a Job that may go. One that has ended does not begin again, and is deleted by its
// UID: so it is read once more only to print it. A superseded one may have run when it was read.
func (o *pruneOptions) ended(ctx context.Context, job gate.Job) (cluster.LiveJob, error) {
	if job.Outcome() != lang.Undecided && o.structured == nil {
		return cluster.LiveJob{Job: job}, nil
	}
	t, err := o.client.Get(ctx, job.Identity())
	if err == nil && t.Outcome() == lang.Undecided {
		err = fmt.Errorf("job %s has not ended, and stays", job.Identity())
	}
	return t, err
}

// say writes that a Job was deleted, in kubectl's words, or the Job.
func (o *pruneOptions) say(t cluster.LiveJob) error {
	if o.structured != nil {
		return o.structured.PrintObj(t.Raw, o.streams.Out)
	}
	line := "job.batch/" + t.Name
	if o.output == "" {
		line += " deleted" + command.DryRun(o.dryRun).Suffix()
	}
	_, err := fmt.Fprintln(o.streams.Out, line)
	return err
}
