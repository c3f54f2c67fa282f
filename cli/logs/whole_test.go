package logs

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// stepped makes a Job a step of a run, made at some second.
func stepped(run, step string, at float64) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.Labels = map[string]string{gate.RunLabel: run, gate.StepLabel: step}
		j.CreationTimestamp.Time = second(at)
	}
}

func two(p *corev1.Pod) {
	p.Spec.InitContainers = []corev1.Container{{Name: "fetch"}}
	p.Spec.Containers = []corev1.Container{{Name: "main"}, {Name: "copy"}}
}

// example has a run of which a step was retried, an array, and a Job that waits.
func example(t *testing.T) *night {
	n := newNight(t)
	n.job("extract-1", succeeded, stepped("mon", "extract", 0))
	n.job("load-1", failed, stepped("mon", "load", 1))
	n.job("load-2", succeeded, stepped("mon", "load", 2))
	n.job("shards", array(3), failed)
	n.job("waits")
	n.job("both", succeeded)
	for i, name := range []string{"extract-1", "load-1", "load-2"} {
		n.prints(name+"-a", "of "+name)
		n.pod(name, name+"-a", float64(i), ends(int32(i%2)))
	}
	for i := range 3 {
		name := fmt.Sprint("shards-", i)
		n.prints(name, "element "+name)
		n.pod("shards", name, float64(10-i), element(i), ends(int32(i/2)))
	}
	n.prints("shards-2b", "again")
	n.pod("shards", "shards-2b", 20, element(2), ends(1))
	n.pod("waits", "waits-a", 30, func(p *corev1.Pod) {
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "no node"}}
	})
	n.printsIn("both-a", "main", "in main")
	n.printsIn("both-a", "copy", "in copy")
	n.printsIn("both-a", "fetch", "fetched")
	n.pod("both", "both-a", 40, two, ends(0), func(p *corev1.Pod) {
		p.Status.InitContainerStatuses = []corev1.ContainerStatus{{Name: "fetch", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}}}
	})
	return n
}

func TestWhichLogsArePrinted(t *testing.T) {
	t.Parallel()
	named := func(names ...string) func(*logsOptions) {
		return func(o *logsOptions) {
			for _, name := range names {
				o.selection.named = append(o.selection.named, lang.Job("etl", name))
			}
		}
	}
	const extract, shards = "extract-1 | of extract-1\n", "shards[2] | element shards-2\nshards[1] | element shards-1\nshards[0] | element shards-0\nshards[2]#2 | again\n"
	for name, test := range map[string]struct {
		change    func(*logsOptions)
		out, says string
	}{
		"all of a namespace, in order of start": {
			func(*logsOptions) {},
			extract + "load-1 | of load-1\nload-2 | of load-2\n" + shards + "both | in main\n", "waits: it has not started: Unschedulable: no node\n",
		},
		"one Job, without a prefix":           {named("extract-1"), "of extract-1\n", ""},
		"one Job, with a prefix":              {func(o *logsOptions) { named("extract-1")(o); o.prefix = true }, extract, ""},
		"two Jobs":                            {named("extract-1", "load-2"), extract + "load-2 | of load-2\n", ""},
		"a run, of each step the latest":      {func(o *logsOptions) { o.selection.run, o.names.steps = "mon", true }, "extract | of extract-1\nload | of load-2\n", ""},
		"a step of a run":                     {func(o *logsOptions) { named("load")(o); o.selection.run, o.names.steps = "mon", true }, "of load-2\n", ""},
		"an array":                            {named("shards"), shards, ""},
		"an element, which has two pods":      {func(o *logsOptions) { named("shards")(o); o.selection.indexes, _ = lang.ParseIndexes("2") }, "shards[2] | element shards-2\nshards[2]#2 | again\n", ""},
		"another element":                     {func(o *logsOptions) { named("shards")(o); o.selection.indexes, _ = lang.ParseIndexes("1") }, "element shards-1\n", ""},
		"the elements of all Jobs":            {func(o *logsOptions) { o.selection.indexes, _ = lang.ParseIndexes("0-1") }, "shards[1] | element shards-1\nshards[0] | element shards-0\n", ""},
		"what has failed":                     {func(o *logsOptions) { o.selection.failed = true }, "load-1 | of load-1\nshards[2] | element shards-2\nshards[2]#2 | again\n", ""},
		"a container":                         {func(o *logsOptions) { named("both")(o); o.which.name = "copy" }, "in copy\n", ""},
		"all containers":                      {func(o *logsOptions) { named("both")(o); o.which.all = true }, "both/fetch | fetched\nboth/main | in main\nboth/copy | in copy\n", ""},
		"before a restart that was not":       {func(o *logsOptions) { named("both")(o); o.previous = true }, "", "No container was restarted.\n"},
		"a Job that has not started":          {named("waits"), "", "waits: it has not started: Unschedulable: no node\n"},
		"no Job with a label":                 {func(o *logsOptions) { o.selection.labels, _ = labels.Parse("a=b") }, "", "No Jobs found in namespace etl.\n"},
		"no Job of a run that has failed yet": {func(o *logsOptions) { o.selection.run, o.selection.failed = "mon", true }, "", "No Job has failed in run mon in namespace etl.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := example(t)
			require.NoError(t, n.options(test.change).run(t.Context()))
			require.Equal(t, test.out, n.out.String())
			require.Equal(t, test.says, n.errOut.String())
		})
	}
}

func TestWhatCannotBePrinted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*logsOptions)
		says   string
	}{
		"a Job that is not there":  {func(o *logsOptions) { o.selection.named = []lang.Ref{lang.Job("etl", "nothing")} }, `there is no Job etl/nothing; what is there: depctl get -n etl`},
		"a step that is not there": {func(o *logsOptions) { o.selection.named, o.selection.run = []lang.Ref{lang.Job("etl", "lod")}, "mon" }, "run mon has no step lod in namespace etl; did you mean load?"},
		"a run that is not there":  {func(o *logsOptions) { o.selection.run = "tue" }, "there is no run tue in namespace etl"},
		"an element beyond the array": {func(o *logsOptions) {
			o.selection.named = []lang.Ref{lang.Job("etl", "shards")}
			o.selection.indexes, _ = lang.ParseIndexes("1,7")
		}, "job etl/shards has no element 7: it has 0 to 2"},
		"an element of no array": {func(o *logsOptions) {
			o.selection.named = []lang.Ref{lang.Job("etl", "both")}
			o.selection.indexes, _ = lang.ParseIndexes("1")
		}, "job etl/both is no array, and has no element 1"},
		"a container that is not there": {func(o *logsOptions) { o.which.name = "sidecar" }, `no pod has a container "sidecar"; there are fetch, main, copy`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorContains(t, example(t).options(test.change).run(t.Context()), test.says)
		})
	}
}

func TestALogThatANodeDoesNotGiveIsSaid(t *testing.T) {
	t.Parallel()
	n := example(t)
	n.log("load-2-a", "main").err = errors.New("dial tcp: no route to host")
	err := n.options(func(o *logsOptions) { o.selection.run, o.names.steps = "mon", true }).run(t.Context())
	require.Equal(t, command.Ended(command.ExitError), err)
	require.Equal(t, "extract | of extract-1\n", n.out.String())
	require.Equal(t, "load: its log cannot be read: dial tcp: no route to host\n", n.errOut.String())
}

func TestLogsOfANodeThatIsGoneAreNotWaitedForOneByOne(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.job("shards", array(14), succeeded)
	for i := range 14 {
		name := fmt.Sprint("shards-", i)
		n.pod("shards", name, float64(i), element(i), ends(0))
		n.log(name, "main").err = errors.New("no route to host")
	}
	began := time.Now()
	require.Equal(t, command.Ended(command.ExitError), n.options(nil).run(t.Context()))
	require.Less(t, time.Since(began), 15*time.Second)
	require.Equal(t, 11, strings.Count(n.errOut.String(), "\n"))
	require.Contains(t, n.errOut.String(), "shards[9]: its log cannot be read: no route to host\nand so of 4 more\n")
}

func TestTheContainerIsKubectls(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		pod  corev1.Pod
		want []string
	}{
		"the first":        {corev1.Pod{}, []string{"main"}},
		"the one it names": {corev1.Pod{ObjectMeta: meta(defaultContainer, "copy")}, []string{"copy"}},
		"one that is none": {corev1.Pod{ObjectMeta: meta(defaultContainer, "other")}, []string{"main"}},
		"an init container that failed": {corev1.Pod{Status: corev1.PodStatus{
			Phase:                 corev1.PodFailed,
			InitContainerStatuses: []corev1.ContainerStatus{{Name: "fetch", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 1}}}},
		}}, []string{"fetch"}},
	} {
		two(&test.pod)
		require.Equal(t, test.want, which{}.containers(&test.pod), name)
		require.Equal(t, []string{"fetch", "main", "copy"}, which{all: true}.containers(&test.pod), name)
		require.Equal(t, []string{"copy"}, which{name: "copy"}.containers(&test.pod), name)
		require.Empty(t, which{name: "none"}.containers(&test.pod), name)
	}
}
