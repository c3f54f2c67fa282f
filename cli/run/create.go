package run

import (
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
)

// run is what is made: of which run, and what of it is there.
type run struct {
	name string
	// jobs are those of the steps; there has the ones that exist, as they are.
	jobs  []*unstructured.Unstructured
	there map[string]*unstructured.Unstructured
}

// key is the name of a step with its namespace.
func key(job *unstructured.Unstructured) string {
	ref := gate.StepRef(job.GetNamespace(), job.GetName(), job.GetLabels())
	return ref.Namespace + "/" + ref.Name
}

func (r *run) namespaces() []string {
	var list []string
	seen := map[string]bool{}
	for _, job := range r.jobs {
		if ns := job.GetNamespace(); !seen[ns] {
			seen[ns] = true
			list = append(list, ns)
		}
	}
	return list
}

// mostNames bounds how often another name is taken for a run without one.
const mostNames = 10

// make makes what the folder has and is not there yet.
func (o *runOptions) make(ctx context.Context, f *folder, steps []step) (*run, error) {
	name := o.name
	for attempt := 1; ; attempt++ {
		r, err := o.prepare(ctx, name, steps)
		if err != nil {
			return nil, err
		}
		taken := !o.named && len(r.there) > 0
		if !taken {
			err = o.makeAll(ctx, f, r)
			if taken = errors.Is(err, errTaken); !taken {
				return r, err
			}
		}
		if attempt == mostNames {
			return nil, fmt.Errorf("%w: %d names were taken, from %s on; give the run one with --run", command.ErrUnchanged, mostNames, o.name)
		}
		name = o.name + "-" + o.factory.Suffix()
	}
}

// errTaken tells that somebody else makes a run of this name at the same time.
var errTaken = errors.New("the name of the run is taken")

// prepare looks what there is of a run.
func (o *runOptions) prepare(ctx context.Context, name string, steps []step) (*run, error) {
	jobs, err := o.stamped(steps, name)
	if err != nil {
		return nil, err
	}
	r := &run{name: name, jobs: jobs, there: map[string]*unstructured.Unstructured{}}
	if o.client.DryRun == command.DryRunClient {
		return r, nil
	}
	known := map[string]bool{}
	for _, job := range jobs {
		known[key(job)] = true
	}
	found, err := o.list(ctx, r)
	if err != nil {
		return nil, err
	}
	for _, t := range found {
		step := key(t.Raw)
		if !known[step] && o.named {
			return nil, fmt.Errorf("%w: run %s has a step %s, which is not among these manifests; to run them beside it, choose another --run", command.ErrUnchanged, name, step)
		}
		if before := r.there[step]; before == nil || t.Created.After(before.GetCreationTimestamp().Time) {
			r.there[step] = t.Raw
		}
	}
	return r, nil
}

func (o *runOptions) list(ctx context.Context, r *run) ([]cluster.LiveJob, error) {
	var all []cluster.LiveJob
	for _, namespace := range r.namespaces() {
		found, err := o.client.List(ctx, namespace, gate.RunLabel+"="+r.name)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", command.ErrUnchanged, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// makeAll tries all out, and then writes it.
func (o *runOptions) makeAll(ctx context.Context, f *folder, r *run) error {
	var applier *cluster.Applier
	if len(f.others) > 0 && o.client.DryRun != command.DryRunClient {
		var err error
		if applier, err = o.factory.Applier(o.client); err != nil {
			return fmt.Errorf("%w: %w", command.ErrUnchanged, err)
		}
	}
	if o.client.DryRun == command.DryRunNone {
		if err := o.rehearse(ctx, f, r, applier); err != nil {
			return fmt.Errorf("%w: %w", command.ErrUnchanged, command.Flatten(err))
		}
	}
	for _, other := range f.others[o.applied:] {
		applied := other.Unstructured
		if applier != nil {
			var err error
			if applied, err = applier.Apply(ctx, other.Unstructured, o.namespace); err != nil {
				return fmt.Errorf("%w\n%s", err, o.soFar(r, o.applied, 0))
			}
		}
		if err := o.say(applied, "applied"); err != nil {
			return err
		}
		o.applied++
	}
	made := 0
	o.progress.Begin("Making the Jobs of run "+r.name, len(r.jobs))
	defer o.progress.End()
	for _, job := range r.jobs {
		o.progress.Set(made + len(r.there))
		if there := r.there[key(job)]; there != nil {
			if err := o.say(there, "unchanged"); err != nil {
				return err
			}
			continue
		}
		created, word, err := o.create(ctx, r, job, made == 0)
		if errors.Is(err, errTaken) {
			return err
		}
		if err != nil {
			return fmt.Errorf("%w\n%s", err, o.soFar(r, len(f.others), made))
		}
		made++
		if err := o.say(created, word); err != nil {
			return err
		}
	}
	return o.tell(r, made)
}

// rehearse asks the API server about all that is to be made: nothing is to be made by
// halves. What only a new namespace would tell is left to the end.
func (o *runOptions) rehearse(ctx context.Context, f *folder, r *run, applier *cluster.Applier) error {
	fresh := map[string]bool{}
	for _, other := range f.others {
		if other.GetKind() == "Namespace" {
			fresh[other.GetName()] = true
		}
	}
	o.progress.Begin("Trying out the Jobs of run "+r.name, len(f.others)+len(r.jobs))
	defer o.progress.End()
	var wrong []error
	for _, other := range f.others {
		o.progress.Step()
		if err := applier.Try(ctx, other.Unstructured, o.namespace); err != nil && !(apierrors.IsNotFound(err) && len(fresh) > 0) {
			wrong = append(wrong, fmt.Errorf("%s: %w", other.source, err))
		}
	}
	client := *o.client
	client.DryRun = command.DryRunServer
	for _, job := range r.jobs {
		o.progress.Step()
		if r.there[key(job)] != nil {
			continue
		}
		_, err := client.Create(ctx, job)
		switch {
		case err == nil:
		case apierrors.IsAlreadyExists(err):
			if _, _, err := o.existing(ctx, job); err != nil && o.named {
				wrong = append(wrong, err)
			}
		case apierrors.IsBadRequest(err) && strings.Contains(err.Error(), "dry run"): // a webhook that cannot do it
		case apierrors.IsNotFound(err) && fresh[job.GetNamespace()]:
		default:
			wrong = append(wrong, client.Explain(ctx, err, cluster.Right{Verb: "create", Kind: cluster.JobKind, Namespace: job.GetNamespace()}, identity(job)))
		}
	}
	o.client.Person = client.Person
	return errors.Join(wrong...)
}

// create makes a step. The first one of a run without a name of its own tells whether
// somebody else has the same name.
func (o *runOptions) create(ctx context.Context, r *run, job *unstructured.Unstructured, first bool) (*unstructured.Unstructured, string, error) {
	created, err := o.client.Create(ctx, job)
	if apierrors.IsAlreadyExists(err) {
		if first && !o.named {
			return nil, "", errTaken
		}
		return o.existing(ctx, job)
	}
	if err != nil {
		return nil, "", o.client.Explain(ctx, err, cluster.Right{Verb: "create", Kind: cluster.JobKind, Namespace: job.GetNamespace()}, identity(job))
	}
	if !first || o.named || o.client.DryRun != command.DryRunNone {
		return created, "created", nil
	}
	found, err := o.list(ctx, r)
	if err != nil {
		return nil, "", err
	}
	if len(found) < 2 {
		return created, "created", nil
	}
	t, err := cluster.NewLiveJob(created)
	if err != nil {
		return nil, "", err
	}
	if err := o.client.Remove(ctx, t); err != nil {
		return nil, "", err
	}
	return nil, "", errTaken
}

// existing returns a step that somebody else has just made, for the same run.
func (o *runOptions) existing(ctx context.Context, job *unstructured.Unstructured) (*unstructured.Unstructured, string, error) {
	t, err := o.client.Get(ctx, identity(job))
	if err != nil {
		return nil, "", err
	}
	if key(t.Raw) != key(job) || t.Raw.GetLabels()[gate.RunLabel] != job.GetLabels()[gate.RunLabel] {
		return nil, "", fmt.Errorf("job %s/%s exists, and is no step of this run; delete it, or choose another --run", job.GetNamespace(), job.GetName())
	}
	return t.Raw, "unchanged", nil
}
