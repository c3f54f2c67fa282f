package explain

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/utils/clock"

	"depctl.dev/cli/explanation"
	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/cli/reference"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

type explainOptions struct {
	streams   genericiooptions.IOStreams
	clock     clock.PassiveClock
	output    string
	recursive bool
	index     int64
	expr      string
	runName   string
	selector  string
	// allNamespaces: a pattern of CronJobs means those of all of them.
	allNamespaces bool

	// The rest is filled in by complete.
	namespace      string
	refs, cronJobs []lang.Ref
	// order has both as they were asked for.
	order []lang.Ref
	// several: labels or a pattern may mean several, as few as there are.
	several  bool
	client   cluster.Client
	inquirer *cluster.Inquirer
	// over says why the Job that --expr is tried on waits no more; empty if it does.
	over     string
	terminal command.Terminal
}

// New returns "depctl explain".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &explainOptions{streams: streams, clock: f.Clock}
	cmd := &cobra.Command{
		Use:                   "explain (JOB | KIND/NAME)... | -l LABELS [--run NAME] [-r] [--index N] [--expr EXPRESSION] [-o json|yaml]",
		Short:                 "Say why a Job, or what else can wait, waits, ran, or never will",
		Long:                  explainLong,
		Example:               explainExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.validate(cmd, args); err != nil {
				return err
			}
			if err := o.complete(f, args); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.selector, "selector", "l", "", "Explain the Jobs of the namespace with these `LABELS`, as in app=etl,tier!=test.")
	command.AddRunFlag(flags, &o.runName)
	flags.BoolVarP(&o.recursive, "recursive", "r", false, "Show below each check what its objects wait for themselves.")
	flags.Int64Var(&o.index, "index", -1, "Explain this element of an array.")
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "With cronjob/PATTERN: the CronJobs of all namespaces.")
	flags.StringVar(&o.expr, "expr", "", "Explain what this `EXPRESSION` would mean for the Job; nothing is changed.")
	flags.StringVarP(&o.output, "output", "o", "", "Output format: json or yaml.")
	cmd.ValidArgsFunction = f.OrCronJobs(f.CompleteWaiting(func(gate.Job) bool { return true }))
	_ = cmd.RegisterFlagCompletionFunc("index", f.CompleteIndexes)
	return cmd
}

func (o *explainOptions) validate(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0 && o.selector == "":
		return command.UsageErrorf("name a Job; those that wait: depctl status")
	case len(args) > 0 && o.selector != "":
		return command.UsageErrorf("names exclude -l")
	case o.allNamespaces && (len(args) == 0 || slices.ContainsFunc(args, func(arg string) bool { return !isCronJobs(arg) })):
		return command.UsageErrorf("-A is for CronJobs by a pattern, as in 'cronjob/*'")
	case o.index < -1 || cmd.Flags().Changed("index") && o.index < 0:
		return command.UsageErrorf("--index must be 0 or more")
	case (len(args) != 1 || reference.IsPattern(args[0])) && (o.index >= 0 || cmd.Flags().Changed("expr")):
		return command.UsageErrorf("--index and --expr are about one Job")
	}
	if _, err := labels.Parse(o.selector); err != nil {
		return command.UsageErrorf("-l %s cannot be read: %v", o.selector, err)
	}
	if err := command.ValidateRun(o.runName); err != nil {
		return err
	}
	if !cmd.Flags().Changed("expr") {
		return command.ValidateOutputs(o.output, command.OutputJSON, command.OutputYAML)
	}
	o.expr = reference.InExpression(o.expr)
	if _, err := lang.Parse(o.expr); err != nil {
		return command.NotReadable("--expr", err)
	}
	return command.ValidateOutputs(o.output, command.OutputJSON, command.OutputYAML)
}

func (o *explainOptions) complete(f *cluster.Factory, args []string) error {
	namespace, err := f.Namespace()
	if err != nil {
		return err
	}
	if o.allNamespaces {
		namespace = ""
	}
	o.namespace, o.several = namespace, o.selector != ""
	for _, arg := range args {
		if name, ok := command.CronJobNamed(arg); ok {
			if err := reference.CheckPattern(name); err != nil {
				return command.UsageErrorf("%s", err)
			}
			o.several = o.several || reference.IsPattern(name)
			ref := gate.CronJobRef(namespace, name)
			o.cronJobs, o.order = append(o.cronJobs, ref), append(o.order, ref)
			continue
		}
		ref, err := command.Named(arg, namespace)
		if err != nil {
			return err
		}
		if ref.Kind != lang.KindJob && (o.runName != "" || o.index >= 0 || o.expr != "") {
			return command.UsageErrorf("--run, --index and --expr are about Jobs, and %s is none", ref)
		}
		o.several = o.several || reference.IsPattern(ref.Name)
		o.refs, o.order = append(o.refs, ref), append(o.order, ref)
	}
	if len(o.cronJobs) > 0 && (o.runName != "" || o.index >= 0 || o.expr != "") {
		return command.UsageErrorf("--run, --index and --expr are about Jobs, and %s is a CronJob", o.cronJobs[0].Name)
	}
	o.terminal = f.Terminal(o.streams.Out)
	if o.client, err = f.Client(); err != nil {
		return err
	}
	o.inquirer, err = f.Inquirer(o.client)
	return err
}

func (o *explainOptions) run(ctx context.Context) error {
	patterns := o.refs
	if o.several || o.runName != "" {
		if err := o.find(ctx); err != nil {
			return err
		}
	}
	if o.several && len(o.order) == 0 {
		what := "Jobs"
		if len(patterns) == 0 && o.selector == "" {
			what = "CronJobs"
		}
		notes := []string{"No " + what + " found" + command.In(o.namespace) + "."}
		for _, ref := range patterns {
			if name, index, is := reference.Element(ref.Name); is {
				notes = append(notes, "For an element of an array: depctl explain "+name+" --index "+index)
			}
		}
		if o.output != "" {
			if err := o.print(nil); err != nil {
				return err
			}
		}
		return command.PrintNotes(o.streams.ErrOut, notes)
	}
	i := o.inquirer
	i.CronJobs = o.cronJobs
	now := o.clock.Now()
	q, asked, err := i.Read(ctx, now, o.refs, o.try)
	if err != nil {
		return err
	}
	if o.expr == "" {
		i.Causes(ctx, q, o.refs)
	}
	list := make([]explanation.Explained, len(o.order))
	jobs := o.refs // as the world knows them
	for n, ref := range o.order {
		if ref.Kind == lang.KindCronJob {
			list[n] = explanation.OfCronJob(q, ref, now, i.Facts[ref], o.recursive)
			continue
		}
		ref, jobs = jobs[0], jobs[1:]
		if err := o.fits(q, ref); err != nil {
			return err
		}
		list[n] = explanation.Of(q, ref, explanation.Options{
			Recursive: o.recursive, Index: o.index, Record: explanation.RecordOf(asked[ref]), Tried: o.expr != "", Over: o.over,
		})
	}
	if err := o.print(list); err != nil {
		return err
	}
	return command.PrintNotes(o.streams.ErrOut, i.Notes)
}

// try makes a Job one that waits by the expression of --expr.
func (o *explainOptions) try(job *batchv1.Job) {
	if o.expr == "" {
		return
	}
	now := gate.Observe(job)
	now.Annotated = now.Annotated || now.Suspended // it may begin to wait
	if err := snapshot.NotWaiting(now); err != nil {
		o.over = err.Error()
	}
	suspend := true
	job.Spec.Suspend = &suspend
	job.Status = batchv1.JobStatus{}
	annotations := map[string]string{gate.DependsOnAnnotation: o.expr}
	for _, key := range []string{
		gate.OnFailureAnnotation, gate.WaitTimeoutAnnotation, gate.ArrayLimitAnnotation, gate.HoldAnnotation, gate.SeenAnnotation,
		gate.UsesAnnotation, gate.PriorityAnnotation, gate.NearAnnotation,
	} {
		if value, there := job.Annotations[key]; there {
			annotations[key] = value
		}
	}
	job.Annotations = annotations
}

// fits reports whether what was asked makes sense for a Job.
func (o *explainOptions) fits(q *snapshot.Inquiry, ref lang.Ref) error {
	job := q.Jobs[ref]
	if err := q.Invalid[ref]; o.expr != "" && err != nil {
		return command.NotReadable("--expr", err)
	}
	switch array := job.Object.Array; {
	case o.index < 0:
		return nil
	case array == nil:
		return fmt.Errorf("job %s is not Indexed and has no elements: leave --index out", ref)
	case o.index >= array.Size:
		return fmt.Errorf("job %s has no element %d, its last is %d", ref, o.index, array.Size-1)
	}
	if expr := q.Graph.Expr(ref); expr == nil || !expr.Elementwise() {
		return fmt.Errorf("job %s waits as a whole, and not element by element: leave --index out", ref)
	}
	return nil
}

func (o *explainOptions) print(list []explanation.Explained) error {
	switch o.output {
	case command.OutputJSON:
		return command.WriteJSON(o.streams.Out, command.List(list, !o.several))
	case command.OutputYAML:
		return command.WriteYAML(o.streams.Out, command.List(list, !o.several))
	}
	return explanation.Print(o.streams.Out, list, o.style())
}

func (o *explainOptions) style() explanation.Style {
	t := o.terminal
	return explanation.Style{
		Width: t.Width, Colour: t.Colour, ASCII: t.Glyphs.Ellipsis == picture.ASCII().Ellipsis, Namespace: o.order[0].Namespace,
		Symbol: func(s gate.State) string { return t.Glyphs.Symbols[s] },
		Paint: func(text string, s gate.State) string {
			if !t.Colour {
				return text
			}
			return picture.Paint(text, picture.Colour(s))
		},
		Clean: picture.Clean,
	}
}
