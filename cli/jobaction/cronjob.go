package jobaction

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/reference"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// isCronJob reports whether an argument names a CronJob.
func isCronJob(name string) bool {
	_, is := command.CronJobNamed(name)
	return is
}

// cronJobs returns the CronJobs that were named. They exclude Jobs beside them, and what is about Jobs alone.
func (a *acting) cronJobs(names []string, more map[string]bool) ([]lang.Ref, error) {
	if !slices.ContainsFunc(names, isCronJob) {
		return nil, nil
	}
	more["--run"] = a.run != ""
	var refs []lang.Ref
	for _, arg := range names {
		name, is := command.CronJobNamed(arg)
		if !is {
			return nil, command.UsageErrorf("%s is no CronJob: depctl %s takes CronJobs or Jobs, and not both at once", arg, a.verb)
		}
		if reference.IsPattern(name) {
			return nil, command.UsageErrorf("%s: depctl %s takes CronJobs by their names alone", arg, a.verb)
		}
		refs = append(refs, gate.CronJobRef(a.namespace, name))
	}
	for _, option := range slices.Sorted(maps.Keys(more)) {
		if more[option] {
			return nil, command.UsageErrorf("%s is about Jobs, and %s is a CronJob", option, names[0])
		}
	}
	slices.SortFunc(refs, lang.Ref.Compare)
	return slices.Compact(refs), nil
}

// suspend has Kubernetes make no more Jobs of CronJobs, or make them again. Those that are there are left alone.
func (a *acting) suspend(ctx context.Context, refs []lang.Ref, suspend bool, done string) error {
	if len(refs) > 1 {
		if err := a.agree(fmt.Sprintf("%s %d CronJobs: %s", a.verb, len(refs), a.names(refs))); err != nil {
			return err
		}
	}
	var failed []error
	for _, ref := range refs {
		after, changed, err := a.client.Suspend(ctx, ref, suspend)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if err := a.sayOf(after, "cronjob.batch/"+ref.Name, unlessUnchanged(changed, done)); err != nil {
			return err
		}
	}
	return command.Flatten(errors.Join(failed...))
}
