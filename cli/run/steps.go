package run

import (
	"errors"
	"fmt"
	"io"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/stamp"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// step is a Job of the folder, and its name in the run.
type step struct {
	object
	name string
}

func (s step) String() string { return s.GetNamespace() + "/" + s.name }

// steps returns the Jobs of the folder as steps, or all reasons why they are none.
func (o *runOptions) steps(f *folder) ([]step, error) {
	var steps []step
	var wrong []error
	at := map[string]string{}
	for _, job := range f.jobs {
		s := step{object: job, name: job.GetName()}
		if given := job.GetLabels()[gate.StepLabel]; given != "" {
			s.name = given
		}
		before, twice := at[s.String()]
		run := job.GetLabels()[gate.RunLabel]
		switch {
		case job.GetName() == "":
			wrong = append(wrong, fmt.Errorf("%s: a Job has no metadata.name, by which others would name this step; it gets a new name in each run anyway", job.source))
		case run != "":
			wrong = append(wrong, fmt.Errorf("%s: Job %s has the label %s: %s already; leave it out, the run gives it its own", job.source, s, gate.RunLabel, run))
		case !lang.IsRunName(s.name):
			wrong = append(wrong, fmt.Errorf("%s: %q cannot be the name of a step: it is a label, of at most 63 characters; write a shorter one in the label %s", job.source, s.name, gate.StepLabel))
		case twice:
			wrong = append(wrong, fmt.Errorf("%s: step %s is in %s already; rename one of them, or leave one out", job.source, s, before))
		}
		at[s.String()] = job.source
		steps = append(steps, s)
	}
	for _, other := range f.others {
		if other.GetName() == "" {
			wrong = append(wrong, fmt.Errorf("%s: a %s has no metadata.name, and cannot be applied; give it one", other.source, other.GetKind()))
		}
	}
	if len(steps) == 0 {
		wrong = append(wrong, errors.New("there is no Job among the manifests"))
	}
	return steps, errors.Join(wrong...)
}

// judge writes what lint finds, and returns an error if that has one.
func (o *runOptions) judge(f *folder) error {
	found := o.lint(f.texts, o.namespace, o.name)
	if _, err := io.WriteString(o.streams.ErrOut, manifest.DrawFindings(found, false)); err != nil {
		return fmt.Errorf("writing the findings: %w", err)
	}
	errors := 0
	for _, finding := range found {
		if finding.Severity == lang.Error {
			errors++
		}
	}
	if errors > 0 {
		return fmt.Errorf("%w: lint found %s", command.ErrUnchanged, command.Count(errors, "error"))
	}
	return nil
}

// stamped returns the steps as they are made in a run of this name.
func (o *runOptions) stamped(steps []step, run string) ([]*unstructured.Unstructured, error) {
	size := map[string]int{}
	for _, s := range steps {
		size[s.GetNamespace()]++
	}
	made := make([]*unstructured.Unstructured, len(steps))
	for i, s := range steps {
		made[i] = stamp.Stamp{
			Run: run, Step: s.name, Name: stamp.Name(s.GetName(), run, 0, s.job), Size: size[s.GetNamespace()],
			FailFast: o.failFast, Scheduled: o.scheduled, Variables: o.variables,
		}.On(gate.Recreate(s.Unstructured))
	}
	if o.deadline == "" {
		return made, nil
	}
	handlers, err := o.handlers(made, run)
	if err != nil {
		return nil, err
	}
	for _, job := range made {
		annotations := job.GetAnnotations()
		_, waits := annotations[gate.DependsOnAnnotation]
		_, says := annotations[gate.WaitTimeoutAnnotation]
		if waits && !says && !handlers[gate.StepRef(job.GetNamespace(), job.GetName(), job.GetLabels())] {
			annotations[gate.WaitTimeoutAnnotation] = o.deadline
			job.SetAnnotations(annotations)
		}
	}
	return made, nil
}

// handlers returns the steps that deal with the failure of others.
func (o *runOptions) handlers(made []*unstructured.Unstructured, run string) (map[lang.Ref]bool, error) {
	w := snapshot.NewWorld(o.clock.Now())
	var namespaces []string
	for _, raw := range made {
		job := &batchv1.Job{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(raw.Object, job); err != nil {
			return nil, fmt.Errorf("reading Job %s: %w", raw.GetName(), err)
		}
		w.Add(manifest.AsApplied(job))
		if !slices.Contains(namespaces, job.Namespace) {
			namespaces = append(namespaces, job.Namespace)
		}
	}
	w.Settle()
	all := map[lang.Ref]bool{}
	for _, namespace := range namespaces {
		for ref := range gate.Handlers(w.Graph, lang.Ref{Kind: lang.KindJob, Namespace: namespace, Name: "*", Run: run}) {
			all[ref] = true
		}
	}
	return all, nil
}
