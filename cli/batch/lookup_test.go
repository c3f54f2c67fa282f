package batch

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
	"depctl.dev/gate"
)

// cluster answers for Jobs by the numbers of their elements: "" is one that is no
// array.
func cluster(jobs map[string]string) (request.Lookup, request.Match) {
	lookup := func(namespace, name string) (*request.Known, error) {
		if namespace == "forbidden" {
			return nil, errors.New("you may not get it")
		}
		if namespace != "" {
			name = namespace + "/" + name
		}
		text, ok := jobs[name]
		switch {
		case !ok:
			return nil, nil
		case text == "":
			return &request.Known{}, nil
		}
		numbers, err := notation.ParseNumbering(text)
		return &request.Known{Numbers: numbers}, err
	}
	match := func(pattern string) ([]string, error) {
		var names []string
		for name := range jobs {
			if request.Matches(pattern, name) {
				names = append(names, name)
			}
		}
		return names, nil
	}
	return lookup, match
}

func TestDependenciesAskTheClusterForNumbers(t *testing.T) {
	t.Parallel()
	lookup, match := cluster(map[string]string{
		"gen": "1-100", "list": "1,5,9", "plain": "", "sparse": "0-8:4", "etl/gen": "10-19",
		"blur-a": "1-100", "blur-b": "1-100:10", "steps": "2-20:2", "odd": "1,3,4",
	})
	for _, c := range []struct{ dialect, line, want, problem string }{
		{"slurm", "-d afterok:gen_1:gen_100", "gen[0], gen[99]", ""},
		{"slurm", "-d afterok:etl/gen_12", "etl/gen[2]", ""},
		{"slurm", "-d after:gen", "started(gen[*])", ""},
		{"slurm", "-d after:plain", "started(plain)", ""},
		{"slurm", "-d after:absent", "started(absent)", ""},
		{"slurm", "-d afterok:plain_3", "", "plain is not an array and has no element 3"},
		{"slurm", "-d afterok:absent_3", "", "which numbers the elements of absent have is not known: there is no such Job yet"},
		{"slurm", "-d afterok:forbidden/x_3", "", "which numbers the elements of forbidden/x have is not known: you may not get it"},
		{"slurm", "-d aftercorr:plain -a 1-10", "plain", ""},
		{"slurm", "-d aftercorr:list -a 1,5,9", "list[i]", ""},
		{"slurm", "-d aftercorr:list -a 1-9:4", "list[i]", ""},
		{"slurm", "-d aftercorr:list -a 5,9", "list[i+1]", ""},
		{"slurm", "-d aftercorr:gen -a 50", "gen[i+49]", ""},
		{"slurm", "-d aftercorr:gen -a 2-100:2", "gen[i*2+1]", ""},
		{"slurm", "-d aftercorr:gen -a 1,3,4", "", "the numbers of this array (1,3-4) and of gen (1-100) do not go in step"},
		{"slurm", "-d aftercorr:odd -a 1,3,4", "odd[i]", ""},
		{"slurm", "-d afterany:job.batch/gen -a 1-10", "finished(gen)", ""},
		{"slurm", "-d afterok:job/plain,afterok:jobs.batch/gen", "plain, gen", ""},
		{"slurm", "-d afterok:and:Self", `"and", "self"`, ""},
		{"gridengine", "-t 1-100 -hold_jid_ad blur-*", "finished(blur-a[i]), not failed(blur-a[i], code=100), finished(blur-b[i/10]), not failed(blur-b[i/10], code=100)", ""},
		{"gridengine", "-t 1-100 -hold_jid_ad none*", "", ""},
		{"gridengine", "-t 1-100 -hold_jid_ad plain", "", "this array has elements 1-100 and plain has none"},
		{"gridengine", "-t 2-20:5 -hold_jid_ad steps", "finished(steps[i*5/2 .. (i*5+4)/2]), failed(steps[i*5/2 .. (i*5+4)/2], code=100) == 0", ""},
		{"lsf", "-J s[1-100] -w 'ended(gen[*]) && done(plain)'", "finished(gen[i]), plain", ""},
		{"lsf", "-w 'exit(gen[5], 3)'", "failed(gen[4], code=3)", ""},
		{"lsf", "-w 'done(plain[1])'", "", "plain is not an array and has no element 1"},
		{"lsf", "-J s[1-100] -w 'done(plain[*])'", "", "plain is not an array"},
		{"lsf", "-w '((started(gen)))'", "started(gen[*])", ""},
		{"lsf", "-w '!(done(a) || !done(b)) && c'", "not (a or not b), c", ""},
		{"gridengine", "-hold_jid plain", "finished(plain), not failed(plain, code=100)", ""},
		{"gridengine", "-hold_jid made", "finished(made-x7k2p), not failed(made-x7k2p, code=100)", ""},
		{"gridengine", "-hold_jid many,plain", "finished(plain), not failed(plain, code=100), finished({depctl.dev/name=many}, made=before), failed({depctl.dev/name=many}, code=100, made=before) == 0", ""},
		{"gridengine", "-hold_jid me", "finished({depctl.dev/name=me}, made=before), failed({depctl.dev/name=me}, code=100, made=before) == 0", ""},
		{"gridengine", "-t 1-100 -hold_jid_ad blur", "finished(blur-a[i]), not failed(blur-a[i], code=100), finished(blur-b[i/10]), not failed(blur-b[i/10], code=100)", ""},
		{"lsf", "-w 'done(many) && ended(made)'", "succeeded({depctl.dev/name=many}, made=before), finished(made-x7k2p)", ""},
		{"lsf", "-w '!exit(many)'", "not failed({depctl.dev/name=many}, made=before) >= 100%", ""},
		{"lsf", "-w 'done(\"210\")'", "210", ""},
		{"lsf", "-w '\"210\"'", "210", ""},
		{"lsf", "-w 'done(\"210\") && ended(\"99J\")'", "210, finished(99j)", ""},
		{"lsf", "-w 'done(210)'", "", "210 is a number of another system"},
		{"lsf", "-w 'started(etl/gen)'", "started(etl/gen[*])", ""},
		{"gridengine", "-hold_jid 4711.1-10:1", "", "4711.1-10:1 is a number of another system"},
		{"slurm", "-d afterok:4711_[1-3]", "", "is not the name of a Job"},
		{"slurm", "-d afterok:prep;cluster1", "", `names cluster "cluster1"`},
		{"slurm", "-d afterok:4711;cluster1", "", "4711 is a number of another system"},
		{"slurm", "-d afterok:prep+10", "", "only after takes a delay"},
		{"slurm", "-d afterok:a-<unique>", "", `"<" has no meaning in it`},
		{"slurm", "-d afterok:2026-11-23", "2026-11-23", ""},
		{"slurm", "-d afterok:a/b/c", "", `"/" has no meaning in it`},
		{"pbs", "-W depend=afterok:prep=1", "", `"=" has no meaning in it`},
		{"pbs", "-W depend=after:gen", "started(gen[*])", ""},
		{"pbs", "-W depend=afterok:gen[].server,umask=7", "gen", ""},
	} {
		made, err := Compile(Input{
			Context: request.Context{
				Command: []string{"run"},
				Lookup:  lookup,
				Match:   match,
				Namesakes: func(name string) ([]string, error) {
					return map[string][]string{
						"many": {"many", "many-x7k2p"}, "made": {"made-x7k2p"}, "blur": {"blur-a", "blur-b"}, "plain": {"plain"}, "me": {"me"},
					}[name], nil
				},
			},

			Options: []Option{
				{Dialect: Depctl, Name: "image", Value: "alpine"},
				{Dialect: Depctl, Name: "name", Value: "me"},
				{Dialect: c.dialect, Line: c.line},
			},
		})
		if c.problem != "" {
			require.ErrorContains(t, err, c.problem, c.line)
			continue
		}
		require.NoError(t, err, c.line)
		require.Equal(t, c.want, made.Job.Annotations[gate.DependsOnAnnotation], c.line)
	}
}

func TestTheExitCodeOfAJob(t *testing.T) {
	t.Parallel()
	ended := func(conditions ...batchv1.JobCondition) *batchv1.Job {
		return &batchv1.Job{Status: batchv1.JobStatus{Conditions: conditions}}
	}
	failed := batchv1.JobCondition{Type: batchv1.JobFailed, Status: corev1.ConditionTrue, Reason: "BackoffLimitExceeded", Message: "too many"}
	pod := func(code int32, second int64) corev1.Pod {
		return corev1.Pod{Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{
			State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, FinishedAt: metav1.Unix(second, 0)}},
		}}}}
	}
	complete := ended(batchv1.JobCondition{Type: batchv1.JobComplete, Status: corev1.ConditionTrue})
	require.Equal(t, 0, ExitCode(complete, []corev1.Pod{pod(3, 1)}), "a pod that was tried again")
	require.Equal(t, 1, ExitCode(ended(failed), nil), "a deadline, or what it waited for")
	require.Equal(t, 137, ExitCode(ended(failed), []corev1.Pod{pod(3, 1), pod(137, 5), pod(4, 2)}), "the last")
	array := ended(failed)
	array.Spec.CompletionMode, array.Spec.Completions = ptr.To(batchv1.IndexedCompletion), ptr.To[int32](3)
	require.Equal(t, 9, ExitCode(array, []corev1.Pod{pod(3, 1), pod(9, 2), pod(4, 5)}), "the highest")
	require.Equal(t, 1, ExitCode(array, []corev1.Pod{{}}))

	text, over := Progress(ended(failed))
	require.Equal(t, "failed: BackoffLimitExceeded: too many", text)
	require.True(t, over)
	waiting := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{gate.DependsOnAnnotation: "a, b"}}}
	waiting.Spec.Suspend = ptr.To(true)
	text, over = Progress(waiting)
	require.Equal(t, "waits for a, b", text)
	require.False(t, over)
	array.Status = batchv1.JobStatus{Active: 1, Succeeded: 1, Failed: 1}
	text, _ = Progress(array)
	require.Equal(t, "runs: 1 of 3 succeeded, 1 failed", text)
	one := &batchv1.Job{Status: batchv1.JobStatus{UncountedTerminatedPods: &batchv1.UncountedTerminatedPods{}}}
	text, _ = Progress(one)
	require.Equal(t, "starts", text)
	one.Status.UncountedTerminatedPods.Succeeded = []types.UID{"u"}
	text, _ = Progress(one)
	require.Equal(t, "runs", text, "its pod has ended, and is not counted yet")
}
