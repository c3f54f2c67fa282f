package explain

import (
	"context"
	"slices"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/reference"
)

// isCronJobs reports whether an argument may mean several CronJobs.
func isCronJobs(arg string) bool {
	name, is := command.CronJobNamed(arg)
	return is && reference.IsPattern(name)
}

// find replaces what was asked for by the Jobs that it means: patterns, labels, and steps of a run.
func (o *explainOptions) find(ctx context.Context) (err error) {
	switch {
	case o.selector != "":
		o.refs, err = o.inquirer.Selected(ctx, o.namespace, o.selector, o.runName)
	case o.runName != "":
		o.refs, err = cluster.NewReader(o.client, "").JobsOfSteps(ctx, o.runName, o.refs)
	default:
		o.refs, err = o.inquirer.Matching(ctx, o.refs)
	}
	if err != nil {
		return err
	}
	if o.cronJobs, err = o.inquirer.MatchingCronJobs(ctx, o.cronJobs); err != nil {
		return err
	}
	o.order = slices.Concat(o.refs, o.cronJobs)
	return nil
}
