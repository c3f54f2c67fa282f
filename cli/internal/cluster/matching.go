package cluster

import (
	"context"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/cli/reference"
	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// Matching reads the Jobs, or the objects of a kind that is held, that a pattern means.
func (c *JobClient) Matching(ctx context.Context, pattern lang.Ref) ([]LiveJob, error) {
	all, err := c.list(ctx, heldKind(pattern), pattern.Namespace, "")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(t LiveJob) bool { return !reference.Matches(pattern.Name, t.Name) }), nil
}

// Matching returns names in which each pattern is replaced by the Jobs that it means, or by
// the objects of a kind that is held: by their own names, each once, in the order of their names.
func (i *Inquirer) Matching(ctx context.Context, names []lang.Ref) ([]lang.Ref, error) {
	reader := NewReader(i.Client, "")
	reader.others = i.others
	return expand(names, func(pattern lang.Ref) ([]lang.Ref, error) {
		if pattern.Kind != lang.KindJob {
			return reader.heldMatching(ctx, pattern)
		}
		return reader.selected(ctx, pattern.Namespace, metav1.ListOptions{}, func(job gate.Job) bool { return reference.Matches(pattern.Name, job.Name) })
	})
}

// Selected returns the Jobs of a namespace that a selector of labels matches, by their own names;
// of a run if it is not empty.
func (i *Inquirer) Selected(ctx context.Context, namespace, selector, run string) ([]lang.Ref, error) {
	return NewReader(i.Client, "").selected(ctx, namespace, metav1.ListOptions{LabelSelector: selector}, func(job gate.Job) bool {
		return run == "" || job.Step().Run == run
	})
}

func (c *Reader) selected(ctx context.Context, namespace string, which metav1.ListOptions, keep func(gate.Job) bool) ([]lang.Ref, error) {
	var found []lang.Ref
	err := c.each(ctx, namespace, which, func(full *batchv1.Job) error {
		if job := gate.Observe(full); keep(job) {
			found = append(found, job.Identity())
		}
		return nil
	})
	if err != nil {
		return nil, NotListed(namespace, err)
	}
	slices.SortFunc(found, lang.Ref.Compare)
	return found, nil
}

// heldMatching returns what waits of a kind beside Jobs and matches a pattern.
func (c *Reader) heldMatching(ctx context.Context, pattern lang.Ref) ([]lang.Ref, error) {
	r := c.Reading(metav1.Now().Time)
	of, _ := kind.Of(pattern.Kind)
	if _, err := r.listHeldOf(ctx, of, pattern.Namespace); err != nil {
		return nil, err
	}
	var found []lang.Ref
	for ref := range r.World.Jobs {
		if ref.Kind == pattern.Kind && reference.Matches(pattern.Name, ref.Name) {
			found = append(found, ref)
		}
	}
	slices.SortFunc(found, lang.Ref.Compare)
	return found, nil
}

// expand replaces patterns among names by what they mean.
func expand(names []lang.Ref, meant func(lang.Ref) ([]lang.Ref, error)) ([]lang.Ref, error) {
	var all []lang.Ref
	for _, name := range names {
		refs := []lang.Ref{name}
		if reference.IsPattern(name.Name) {
			var err error
			if refs, err = meant(name); err != nil {
				return nil, err
			}
		}
		for _, ref := range refs {
			if !slices.Contains(all, ref) {
				all = append(all, ref)
			}
		}
	}
	return all, nil
}
