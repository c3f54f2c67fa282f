package cluster

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/cli/reference"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// JobsOfSteps returns the Jobs that are steps of a run, by their own names. Of several of
// one step it is the latest. The name of a step may be a pattern, for several or none.
func (c *Reader) JobsOfSteps(ctx context.Context, run string, steps []lang.Ref) ([]lang.Ref, error) {
	latest := map[lang.Ref]gate.Job{}
	listed := map[string]bool{}
	jobs := make([]lang.Ref, 0, len(steps))
	for _, step := range steps {
		if !listed[step.Namespace] {
			listed[step.Namespace] = true
			err := c.each(ctx, step.Namespace, metav1.ListOptions{LabelSelector: gate.RunLabel + "=" + run}, func(full *batchv1.Job) error {
				job := gate.Observe(full)
				if before, there := latest[job.Step()]; !there || gate.Newer(job, before) {
					latest[job.Step()] = job
				}
				return nil
			})
			if err != nil {
				return nil, NotListed(step.Namespace, err)
			}
		}
		found, err := StepsMeant(step, run, maps.Keys(latest))
		if err != nil {
			return nil, err
		}
		for _, ref := range found {
			if job := latest[ref].Identity(); !slices.Contains(jobs, job) {
				jobs = append(jobs, job)
			}
		}
	}
	return jobs, nil
}

// StepsMeant returns the steps of a run, among those that are known, that a name or a pattern
// means. That there is none is an error of a name.
func StepsMeant(name lang.Ref, run string, known iter.Seq[lang.Ref]) ([]lang.Ref, error) {
	name.Run = run
	var found []lang.Ref
	for ref := range known {
		if ref.Kind == name.Kind && ref.Run == run && ref.Namespace == name.Namespace && reference.Matches(name.Name, ref.Name) {
			found = append(found, ref)
		}
	}
	if len(found) == 0 && !reference.IsPattern(name.Name) {
		return nil, NoStep(name, known)
	}
	slices.SortFunc(found, lang.Ref.Compare)
	return found, nil
}

// NoStep says that a run has no such step in a namespace, and which it has.
func NoStep(step lang.Ref, known iter.Seq[lang.Ref]) error {
	var names []string
	for ref := range known {
		if ref.Namespace == step.Namespace {
			names = append(names, ref.Name)
		}
	}
	if len(names) == 0 {
		return fmt.Errorf("there is no run %s in namespace %s; those that are there: depctl runs -n %s", step.Run, step.Namespace, step.Namespace)
	}
	slices.Sort(names)
	if near := lang.Nearest(step.Name, names); near != "" {
		return fmt.Errorf("run %s has no step %s in namespace %s; did you mean %s?", step.Run, step.Name, step.Namespace, near)
	}
	return fmt.Errorf("run %s has no step %s in namespace %s; its steps: depctl graph --run %s -n %s", step.Run, step.Name, step.Namespace, step.Run, step.Namespace)
}
