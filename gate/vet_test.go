package gate

import (
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
)

func TestWhatIsRefusedWhenItIsWritten(t *testing.T) {
	t.Parallel()
	expression := func(text string) func(*batchv1.Job) { return annotation(DependsOnAnnotation, text) }
	const misspelt = "extract, suceeded(validate)"
	unknown := "annotation depctl.dev/depends-on cannot be read:\n" +
		"depends-on:1:10: unknown status \"suceeded\" [unknown-status]\n" +
		"  extract, suceeded(validate)\n" +
		"           ^~~~~~~~\n" +
		"  did you mean \"succeeded\"?"
	policy := `annotation depctl.dev/on-dependency-failure is "ignore", it must be fail, wait or run`
	for name, test := range map[string]struct {
		old, job *batchv1.Job
		mistakes []string
		warnings []string
	}{
		"what can be read": {job: waiting()},
		"text that cannot be read": {
			job: waiting(expression(misspelt)), mistakes: []string{unknown},
		},
		"a Job that waits for itself": {
			job: waiting(expression("load")),
			mistakes: []string{"annotation depctl.dev/depends-on cannot be read:\n" +
				"depends-on:1:1: a Job cannot wait for itself [self-reference]\n  load\n  ^~~~"},
		},
		"two annotations at once": {
			job:      waiting(expression(misspelt), annotation(OnFailureAnnotation, "ignore")),
			mistakes: []string{unknown, policy},
		},
		"a time that cannot be read": {
			job:      waiting(annotation(WaitTimeoutAnnotation, "soon")),
			mistakes: []string{`annotation depctl.dev/wait-timeout is "soon": not a duration; write it as in 90s, 10m or 2h`},
		},
		"an annotation of a newer version": {
			job:      waiting(annotation("depctl.dev/window", "22:00-06:00")),
			mistakes: []string{"annotation depctl.dev/window is not known to this version of depctl: remove it, or upgrade the gate"},
		},
		"an annotation that is misspelt": {
			job:      waiting(annotation("depctl.dev/wait-timeuot", "1h")),
			mistakes: []string{"annotation depctl.dev/wait-timeuot is not known to this version of depctl: did you mean depctl.dev/wait-timeout?"},
		},
		"a label among the annotations": {
			job:      waiting(annotation("depctl.dev/run", "night")),
			mistakes: []string{"annotation depctl.dev/run is read among the labels only: write it there"},
		},
		"an annotation of others": {job: waiting(annotation("depctl.example.com/window", "x"))},
		"one that was stored unknown": {
			old: waiting(annotation("depctl.dev/window", "x")), job: waiting(annotation("depctl.dev/window", "y")),
		},
		"a limit that is no number": {
			job:      waiting(annotation(ArrayLimitAnnotation, "ten")),
			mistakes: []string{`annotation depctl.dev/array-limit is "ten", it must be a number of 1 or more, as in "10"`},
		},
		"a limit of a Job that is no array": {
			job:      waiting(annotation(ArrayLimitAnnotation, "10")),
			mistakes: []string{"annotation depctl.dev/array-limit is for arrays, and this Job is not Indexed: set completionMode: Indexed, or parallelism"},
		},
		"a limit that was stored with the mistake": {
			old: waiting(annotation(ArrayLimitAnnotation, "ten")), job: waiting(annotation(ArrayLimitAnnotation, "ten"), annotation("note", "x")),
		},
		"what is doubtful": {
			job: waiting(expression("shard-*, extract, extract")),
			warnings: []string{
				"depends-on:1:1: more that match may be applied later, this is true of those that are there [open-set]: give it a number: shard-* >= 5",
				`depends-on:1:19: "extract" stands here twice [duplicate]: delete one of them`,
			},
		},
		"a mistake without depends-on": {
			job: waiting(annotation(OnFailureAnnotation, "ignore"), func(j *batchv1.Job) { delete(j.Annotations, DependsOnAnnotation) }),
		},
		"another label where a mistake is stored": {
			old: waiting(expression(misspelt)), job: waiting(expression(misspelt), func(j *batchv1.Job) { j.Labels = map[string]string{"a": "b"} }),
		},
		"a warning that was given before": {
			old: waiting(expression("shard-*")), job: waiting(expression("shard-*"), annotation("note", "x")),
		},
		"a new mistake": {
			old: waiting(), job: waiting(expression(misspelt)), mistakes: []string{unknown},
		},
		"another annotation than the one with the mistake": {
			old: waiting(expression(misspelt)), job: waiting(expression(misspelt), annotation(OnFailureAnnotation, "run")),
		},
		"a mistake that becomes one with depends-on": {
			old:      waiting(annotation(OnFailureAnnotation, "ignore"), func(j *batchv1.Job) { delete(j.Annotations, DependsOnAnnotation) }),
			job:      waiting(annotation(OnFailureAnnotation, "ignore")),
			mistakes: []string{policy},
		},
		"a mistake that is fixed": {
			old: waiting(expression(misspelt)), job: waiting(),
		},
	} {
		t.Run(name, func(t *testing.T) {
			mistakes, warnings := Vet(test.old, test.job)
			var said []string
			for _, mistake := range mistakes {
				said = append(said, mistake.Error())
			}
			require.Equal(t, test.mistakes, said)
			require.Equal(t, test.warnings, warnings)
		})
	}
}

func TestAJobWithAMistakeDoesNotWaitInAGraph(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		annotation, value string
		waits             bool
	}{
		"no mistake": {"note", "x", true},
		"a policy":   {OnFailureAnnotation, "ignore", false},
		"a time":     {WaitTimeoutAnnotation, "soon", false},
		"a limit":    {ArrayLimitAnnotation, "ten", false},
	} {
		t.Run(name, func(t *testing.T) {
			job := Observe(waiting(annotation(test.annotation, test.value)))
			expr, err := job.Parse()
			require.NoError(t, err)
			require.Equal(t, test.waits, job.Node(expr).Waits)
			decision := Decide(Snapshot{Job: job, Expr: expr, World: world{}})
			require.Equal(t, test.waits, decision.Reason != ReasonInvalidAnnotation, "the decision says the same")
		})
	}
}
