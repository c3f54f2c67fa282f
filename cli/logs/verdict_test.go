package logs

import (
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

func TestHowAGraphThatIsFollowedEnds(t *testing.T) {
	t.Parallel()
	skipped := func(reason string) func(*batchv1.Job) { return ended(batchv1.JobFailed, reason) }
	asks := func(j *batchv1.Job) { j.Annotations = map[string]string{gate.DependsOnAnnotation: "failed(run)"} }
	run := func(o *logsOptions) { o.selection.run, o.names.steps = "mon", true }
	for name, test := range map[string]struct {
		jobs map[string][]func(*batchv1.Job)
		of   func(*logsOptions)
		says string
	}{
		"all have succeeded":               {map[string][]func(*batchv1.Job){"a": {succeeded}, "b": {succeeded}}, nil, ""},
		"one has failed":                   {map[string][]func(*batchv1.Job){"a": {succeeded}, "b": {failed}}, nil, "b failed (BackoffLimitExceeded)\n"},
		"one was skipped":                  {map[string][]func(*batchv1.Job){"a": {skipped(gate.ReasonDependencyTimeout)}}, nil, "a was skipped (DependencyTimeout)\n"},
		"a branch was not taken":           {map[string][]func(*batchv1.Job){"a": {succeeded}, "b": {skipped(gate.ReasonNotTaken)}}, nil, ""},
		"an alarm of a run was not needed": {map[string][]func(*batchv1.Job){"a": {stepped("mon", "extract", 0), succeeded}, "b": {stepped("mon", "alarm", 0), asks, skipped(gate.ReasonDependencyFailed)}}, run, ""},
		"a step of a run was skipped":      {map[string][]func(*batchv1.Job){"a": {stepped("mon", "load", 0), skipped(gate.ReasonDependencyFailed)}}, run, "load was skipped (DependencyFailed)\n"},
		"a step was retried":               {map[string][]func(*batchv1.Job){"a": {stepped("mon", "load", 0), failed}, "b": {stepped("mon", "load", 1), succeeded}}, run, ""},
		"others do not count": {
			map[string][]func(*batchv1.Job){"a": {succeeded}, "b": {failed}, "c": {}},
			func(o *logsOptions) { o.selection.named = []lang.Ref{lang.Job("etl", "a")} }, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNight(t)
			for job, changes := range test.jobs {
				n.job(job, changes...)
			}
			err := n.ends(n.begin(n.options(test.of)))
			require.Equal(t, test.says, n.errOut.String())
			if test.says == "" {
				require.NoError(t, err)
			} else {
				require.Equal(t, command.Ended(command.ExitError), err)
			}
		})
	}
}

// Steps of a run that are to come are waited for.
func TestARunIsFollowedUntilAllOfItIsThere(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	sized := func(j *batchv1.Job) { j.Annotations = map[string]string{gate.RunSizeAnnotation: "2"} }
	n.job("extract-1", stepped("mon", "extract", 0), sized, succeeded)
	n.prints("extract-a", "one")
	n.closes("extract-a")
	n.pod("extract-1", "extract-a", 1, ends(0))
	result := n.begin(n.options(func(o *logsOptions) { o.selection.run, o.names.steps = "mon", true }))
	n.shows(&n.out, "extract | one")
	n.job("load-1", stepped("mon", "load", 0), sized)
	n.prints("load-a", "two")
	n.closes("load-a")
	n.pod("load-1", "load-a", 1, ends(0))
	n.change("load-1", succeeded)
	require.NoError(t, n.ends(result))
	require.Equal(t, "extract | one\nload | two\n", n.out.String())
}
