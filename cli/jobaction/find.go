package jobaction

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/reference"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// find returns the Jobs that were asked for, sorted. fits says why something cannot
// be done to a Job: what was named must fit, and of what was selected the rest is
// passed over.
func (a *acting) find(ctx context.Context, names []string, fits func(cluster.LiveJob) error) ([]cluster.LiveJob, error) {
	if a.selector != "" || a.all {
		return a.selected(ctx, fits)
	}
	refs, patterns, err := a.named(names)
	if err != nil {
		return nil, err
	}
	matching, err := a.matching(ctx, patterns, fits)
	if err != nil {
		return nil, err
	}
	if a.run != "" {
		if refs, err = a.client.Reader("").JobsOfSteps(ctx, a.run, refs); err != nil {
			return nil, fmt.Errorf("%w: %w", command.ErrUnchanged, err)
		}
	}
	slices.SortFunc(refs, lang.Ref.Compare)
	var found []cluster.LiveJob
	var failed []error
	for _, ref := range slices.Compact(refs) {
		t, err := a.client.Get(ctx, ref)
		if err == nil {
			err = fits(t)
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		found = append(found, t)
	}
	if len(failed) > 0 {
		return nil, fmt.Errorf("%w: %w", command.ErrUnchanged, command.Flatten(errors.Join(failed...)))
	}
	found = union(found, matching)
	if len(found) == 0 {
		return nil, a.note("No Jobs to %s found that match %s.", a.verb, strings.Join(names, ", "))
	}
	return found, nil
}

// named reads the names of the command line, and tells patterns from them.
func (a *acting) named(names []string) (refs, patterns []lang.Ref, err error) {
	for _, name := range names {
		ref, err := command.Named(name, a.namespace)
		if err != nil {
			return nil, nil, err
		}
		if ref.Kind != lang.KindJob && (!a.held || a.run != "") {
			return nil, nil, command.UsageErrorf("depctl %s is about Jobs here, and %s is none", a.verb, ref)
		}
		if !reference.IsPattern(ref.Name) {
			refs = append(refs, ref)
			continue
		}
		if a.one {
			return nil, nil, command.UsageErrorf("depctl %s takes one Job, and %s may be several: select them with -l or --all", a.verb, name)
		}
		patterns = append(patterns, ref)
	}
	return refs, patterns, nil
}

// matching returns the Jobs that patterns mean. What does not fit is passed over.
func (a *acting) matching(ctx context.Context, patterns []lang.Ref, fits func(cluster.LiveJob) error) ([]cluster.LiveJob, error) {
	var found []cluster.LiveJob
	for _, pattern := range patterns {
		var all []cluster.LiveJob
		var err error
		if a.run == "" {
			all, err = a.client.Matching(ctx, pattern)
		} else {
			all, err = a.stepsMatching(ctx, pattern)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", command.ErrUnchanged, err)
		}
		found = union(found, slices.DeleteFunc(all, func(t cluster.LiveJob) bool { return a.passes(t, fits) }))
	}
	return found, nil
}

func (a *acting) stepsMatching(ctx context.Context, pattern lang.Ref) ([]cluster.LiveJob, error) {
	refs, err := a.client.Reader("").JobsOfSteps(ctx, a.run, []lang.Ref{pattern})
	if err != nil {
		return nil, err
	}
	all := make([]cluster.LiveJob, len(refs))
	for i, ref := range refs {
		if all[i], err = a.client.Get(ctx, ref); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// union returns Jobs of two lists, each once, sorted.
func union(a, b []cluster.LiveJob) []cluster.LiveJob {
	all := slices.Concat(a, b)
	slices.SortStableFunc(all, func(a, b cluster.LiveJob) int { return a.Identity().Compare(b.Identity()) })
	return slices.CompactFunc(all, func(a, b cluster.LiveJob) bool { return a.Identity() == b.Identity() })
}

func (a *acting) selected(ctx context.Context, fits func(cluster.LiveJob) error) ([]cluster.LiveJob, error) {
	namespace, where := a.namespace, " in namespace "+a.namespace
	if a.allNamespaces {
		namespace, where = "", ""
	}
	selector := a.selector
	if a.run != "" {
		where = " in run " + a.run + where
		if selector != "" {
			selector += ","
		}
		selector += gate.RunLabel + "=" + a.run
	}
	found, err := a.client.List(ctx, namespace, selector)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(t cluster.LiveJob) bool { return a.passes(t, fits) })
	slices.SortFunc(found, func(a, b cluster.LiveJob) int { return a.Identity().Compare(b.Identity()) })
	if len(found) == 0 {
		return nil, a.note("No Jobs to %s found%s.", a.verb, where)
	}
	return found, nil
}

// passes reports whether a Job that was not named itself is passed over.
func (a *acting) passes(t cluster.LiveJob, fits func(cluster.LiveJob) error) bool {
	return fits(t) != nil || a.chosen != nil && !a.chosen(t)
}
