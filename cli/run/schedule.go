package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

const scheduleLong = `Make the Jobs of a folder CronJobs of one schedule. Their names in expressions become
cronjob:NAME, the run of that CronJob for the same time: so each night is a chain of its
own, and yesterday's success opens nothing today. CronJobs that are there are changed, as by
"kubectl apply --server-side". Other objects are applied as they are.

A CronJob that another one waits for gets depctl.dev/keep-outcome: "true", which has the
gate keep how its runs ended when their Jobs are gone.

The Jobs of CronJobs have no run in the sense of "depctl run". So "run", globs, --fail-fast
and --deadline are refused, and the message has what to write instead.`

const scheduleExample = `  # What would be made
  depctl schedule '0 2 * * *' -f nightly/ --dry-run -o yaml

  # Every night, by the clock of a place
  depctl schedule '0 2 * * *' --time-zone Europe/Berlin -f nightly/`

// longestCronJob is how long the name of a CronJob may be: its Jobs have 11 characters more.
const longestCronJob = 52

// scheduleOptions is what "depctl schedule" was asked to do.
type scheduleOptions struct {
	runOptions
	schedule, zone string
}

// NewSchedule returns "depctl schedule".
func NewSchedule(f *cluster.Factory, streams genericiooptions.IOStreams, lint Lint) *cobra.Command {
	o := &scheduleOptions{runOptions: runOptions{streams: streams, clock: f.Clock, lint: lint, factory: f}}
	cmd := &cobra.Command{
		Use:                   "schedule SCHEDULE (-f FILE | -k DIRECTORY) [--time-zone ZONE]",
		Short:                 "Make the Jobs of a folder CronJobs",
		Long:                  scheduleLong,
		Example:               scheduleExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return command.UsageErrorf("there is no schedule: write one as in '0 2 * * *'")
			case len(args) > 1:
				return command.UsageErrorf("there are %d arguments, put the schedule in quotes", len(args))
			case len(o.files.Filenames) == 0 && o.files.Kustomize == "":
				return command.UsageErrorf("there is nothing to schedule: name a folder with -f or -k")
			case o.failFast:
				return command.UsageErrorf("--fail-fast is for \"depctl run\": Jobs of CronJobs have no run that could fail; those that wait for cronjob:NAME are skipped when it fails")
			case o.deadline != "":
				return command.UsageErrorf("--deadline is for \"depctl run\": write the annotation %s: %s on the Jobs that may wait no longer", gate.WaitTimeoutAnnotation, o.deadline)
			}
			if err := o.validate(nil); err != nil {
				return err
			}
			if strings.Contains(args[0], "TZ") { // gate/schedule reads it: an old CronJob may have it
				return command.UsageErrorf("the schedule %q has a time zone in it, which Kubernetes refuses: use --time-zone", args[0])
			}
			o.schedule = args[0]
			times, err := schedule.Read(o.schedule, o.zone, o.clock.Now())
			if err != nil {
				return command.UsageErrorf("%s", err)
			}
			if err := o.complete(f, cmd); err != nil {
				return err
			}
			return o.apply(cmd.Context(), times)
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVarP(&o.files.Filenames, "filename", "f", nil, "The `FILE` or folder with the manifests, or - for standard input; may be repeated.")
	flags.StringVarP(&o.files.Kustomize, "kustomize", "k", "", "A `DIRECTORY` with a kustomization, in place of -f.")
	flags.BoolVarP(&o.files.Recursive, "recursive", "R", false, "With -f, go through the folders inside a folder too.")
	flags.StringVar(&o.zone, "time-zone", "", "The `ZONE` of the schedule, as in Europe/Berlin; UTC by default.")
	for _, name := range []string{"fail-fast", "deadline"} { // so that the refusal has what to write instead
		if name == "fail-fast" {
			flags.BoolVar(&o.failFast, name, false, "")
		} else {
			flags.StringVar(&o.deadline, name, "", "")
		}
		_ = flags.MarkHidden(name)
	}
	flags.StringVar(&o.dryRun, "dry-run", string(command.DryRunNone), "Make nothing: client, the default of --dry-run alone, or server, which also asks the API server.")
	flags.Lookup("dry-run").NoOptDefVal = string(command.DryRunClient)
	flags.StringVarP(&o.output, "output", "o", "", "Output format: name, json or yaml.")
	return cmd
}

func (o *scheduleOptions) apply(ctx context.Context, times schedule.Times) error {
	folder, err := o.read()
	if err != nil {
		return err
	}
	steps, err := o.steps(folder)
	if err != nil {
		return fmt.Errorf("%w: %w", command.ErrUnchanged, command.Flatten(err))
	}
	if err := o.judge(folder); err != nil {
		return err
	}
	var wrong []error
	objects := make([]*unstructured.Unstructured, 0, len(folder.others)+len(steps))
	for _, other := range folder.others {
		objects = append(objects, other.Unstructured)
	}
	for _, s := range steps {
		made, err := o.cronJobOf(s)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: Job %s: %w", s.source, s.name, err))
		}
		objects = append(objects, made)
	}
	if err := errors.Join(wrong...); err != nil {
		return fmt.Errorf("%w: %w", command.ErrUnchanged, command.Flatten(err))
	}
	keepOutcomes(objects)
	if o.client.DryRun != command.DryRunClient {
		if err := o.applyAll(ctx, objects); err != nil {
			return err
		}
	} else {
		for _, object := range objects {
			if err := o.say(object, "applied"); err != nil {
				return err
			}
		}
	}
	if next, ok := times.Next(o.clock.Now()); ok {
		return command.PrintNotes(o.streams.ErrOut, []string{"The first time is " + next.Format(time.RFC3339) + "."})
	}
	return command.PrintNotes(o.streams.ErrOut, []string{"This schedule has no time."})
}

func (o *scheduleOptions) applyAll(ctx context.Context, objects []*unstructured.Unstructured) error {
	applier, err := o.factory.Applier(o.client)
	if err != nil {
		return fmt.Errorf("%w: %w", command.ErrUnchanged, err)
	}
	var wrong []error
	for _, object := range objects {
		if err := applier.Try(ctx, object, o.namespace); err != nil {
			wrong = append(wrong, err)
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return fmt.Errorf("%w: %w", command.ErrUnchanged, command.Flatten(err))
	}
	for i, object := range objects {
		applied, err := applier.Apply(ctx, object, o.namespace)
		if err != nil {
			return fmt.Errorf("%w\n%d of %s were applied; to go on, run the same again", err, i, command.Count(len(objects), "object"))
		}
		if err := o.say(applied, "applied"); err != nil {
			return err
		}
	}
	return nil
}

// cronJobOf returns the CronJob that makes a step.
func (o *scheduleOptions) cronJobOf(s step) (*unstructured.Unstructured, error) {
	if len(s.name) > longestCronJob {
		return nil, fmt.Errorf("a CronJob has a name of at most %d characters; shorten it", longestCronJob)
	}
	job := gate.Recreate(s.Unstructured)
	annotations := job.GetAnnotations()
	if text, waits := annotations[gate.DependsOnAnnotation]; waits {
		rewritten, err := asCronJobs(text)
		if err != nil {
			return nil, err
		}
		annotations[gate.DependsOnAnnotation] = rewritten
	}
	spec, _, err := unstructured.NestedMap(job.Object, "spec")
	if err != nil {
		return nil, err
	}
	delete(spec, "suspend")
	metadata := map[string]any{}
	set := func(key string, values map[string]string) {
		if len(values) == 0 {
			return
		}
		all := map[string]any{}
		for name, value := range values {
			all[name] = value
		}
		metadata[key] = all
	}
	labels := job.GetLabels()
	delete(labels, gate.StepLabel)
	set("labels", labels)
	set("annotations", annotations)
	cronSpec := map[string]any{"schedule": o.schedule, "jobTemplate": map[string]any{"metadata": metadata, "spec": spec}}
	if o.zone != "" {
		cronSpec["timeZone"] = o.zone
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "batch/v1", "kind": "CronJob",
		"metadata": map[string]any{"name": s.name, "namespace": s.GetNamespace()}, "spec": cronSpec,
	}}, nil
}

// keepOutcomes has the gate keep how the runs of those CronJobs ended that another one waits for: their Jobs
// may be gone when it asks.
func keepOutcomes(objects []*unstructured.Unstructured) {
	path := []string{"spec", "jobTemplate", "metadata", "annotations"}
	named := map[lang.Ref]bool{}
	for _, object := range objects {
		annotations, _, _ := unstructured.NestedStringMap(object.Object, path...)
		expr, err := lang.Parse(annotations[gate.DependsOnAnnotation])
		if object.GetKind() != "CronJob" || err != nil {
			continue
		}
		by := lang.Job(object.GetNamespace(), object.GetName())
		for _, edge := range expr.Edges() {
			if ref := edge.Ref.Resolve(by).Object(); ref.Kind == lang.KindCronJob {
				named[ref] = true
			}
		}
	}
	for _, object := range objects {
		if object.GetKind() != "CronJob" || !named[gate.CronJobRef(object.GetNamespace(), object.GetName())] {
			continue
		}
		annotations, _, _ := unstructured.NestedStringMap(object.Object, path...)
		if _, said := annotations[gate.KeepOutcomeAnnotation]; said {
			continue
		}
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[gate.KeepOutcomeAnnotation] = "true"
		_ = unstructured.SetNestedStringMap(object.Object, annotations, path...) // it was made here
	}
}

// asCronJobs returns an expression in which the steps are runs of CronJobs. Who says "@"
// means a Job, and that stays.
func asCronJobs(text string) (string, error) {
	expr, err := lang.Parse(text)
	if err != nil {
		return "", err
	}
	type place struct{ start, end int }
	var at []place
	for _, check := range expr.Checks() {
		for i := range check.Targets {
			t := &check.Targets[i]
			switch {
			case t.Self || t.Ref.Kind != lang.KindJob || t.Ref.Run != "" && !t.WholeRun:
			case t.WholeRun:
				return "", errors.New("\"run\" is a run of \"depctl run\", which Jobs of CronJobs are not; name those that are meant, as in: failed(cronjob:extract) or failed(cronjob:load)")
			case t.Ref.IsSet():
				return "", fmt.Errorf("%s is a set, and a CronJob is named alone; write each, as in: cronjob:extract, cronjob:load", t.Ref)
			default:
				start := t.Span.Start
				end := start
				if kind := lang.KindJob + ":"; len(text)-start > len(kind) && text[start:start+len(kind)] == kind {
					end += len(kind)
				}
				at = append(at, place{start, end})
			}
		}
	}
	slices.SortFunc(at, func(a, b place) int { return b.start - a.start })
	for _, p := range at {
		text = text[:p.start] + lang.KindCronJob + ":" + text[p.end:]
	}
	if _, err := lang.Parse(text); err != nil {
		return "", fmt.Errorf("as CronJobs it would be %q, which cannot be read: %w", text, err)
	}
	return text, nil
}
