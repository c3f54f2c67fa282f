package cluster

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/stamp"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// OtherJob means that the name of a Job is taken by one that is another.
type OtherJob struct {
	ref   lang.Ref
	state string
}

func (o *OtherJob) Error() string {
	return fmt.Sprintf("job %s exists, and is no such Job (%s); to declare it over, delete it first: kubectl delete job %s -n %s", o.ref, o.state, o.ref.Name, o.ref.Namespace)
}

// Done makes a Job that is over at once, as by says, and reports whether that was to be done. What
// was done before is not done again.
func (c *JobClient) Done(ctx context.Context, d stamp.Done, by string, now time.Time) (LiveJob, bool, error) {
	job := stamp.By(d.Job(), by)
	ref := lang.Job(job.GetNamespace(), job.GetName())
	raw, err := c.Create(ctx, job)
	created := err == nil
	if apierrors.IsAlreadyExists(err) {
		there, err := c.Get(ctx, ref)
		if err != nil {
			return there, false, err
		}
		if !d.Is(there.Raw) {
			return there, false, &OtherJob{ref, standing(there)}
		}
		raw = there.Raw
	} else if err != nil {
		return LiveJob{}, false, c.Explain(ctx, err, Right{"create", JobKind, "", ref.Namespace}, ref)
	}
	t, err := NewLiveJob(raw)
	if err != nil || !d.Failed || c.DryRun == command.DryRunServer { // there is no Job yet whose status could be tried
		return t, created, err
	}
	after, changed, err := c.Apply(ctx, t, Change{Kind: types.StrategicMergePatchType, Of: "status", Patch: func(t LiveJob) ([]byte, error) {
		if t.Ending || t.Outcome() != lang.Undecided {
			return nil, nil
		}
		return gate.DeclarePatch(t.Job, by, d.Why, now)
	}})
	return after, created || changed, err
}

// standing says in a word how a Job stands.
func standing(t LiveJob) string {
	switch t.Outcome() {
	case lang.Succeeded:
		return "it has succeeded"
	case lang.Failed:
		return "it has failed"
	case lang.Skipped:
		return "it was skipped"
	}
	return "it is not over"
}
