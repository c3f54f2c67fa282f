package gate_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// granted answers the same to all.
type granted gate.Grant

func (g granted) Grant(gate.Job, limit.Needs) gate.Grant { return gate.Grant(g) }

func (g granted) Elements(_ gate.Job, _ limit.Needs, pods []gate.Pod) ([]gate.Pod, gate.Grant) {
	if !g.Given {
		pods = nil
	}
	return pods, gate.Grant(g)
}

// user returns a Job that uses tokens, as the policies have it.
func user(uses string, changes ...func(*batchv1.Job)) *batchv1.Job {
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{
		Namespace: "n", Name: "j", UID: "u", Annotations: map[string]string{gate.UsesAnnotation: uses},
	}}
	job.Spec = batchv1.JobSpec{Suspend: ptr.To(true), PodReplacementPolicy: ptr.To(batchv1.Failed), Parallelism: ptr.To[int32](3), Completions: ptr.To[int32](2)}
	for _, change := range changes {
		change(job)
	}
	return job
}

func with(key, value string) func(*batchv1.Job) {
	return func(j *batchv1.Job) { metav1.SetMetaDataAnnotation(&j.ObjectMeta, key, value) }
}

func indexed(j *batchv1.Job) { j.Spec.CompletionMode = ptr.To(batchv1.IndexedCompletion) }

func TestAJobIsReleasedWithItsTokens(t *testing.T) {
	t.Parallel()
	given, short := granted{Given: true}, granted{Short: "2 of n/db, of which 1 of 2 are in use"}
	missing := granted{Problem: &lang.Problem{Message: "there is no limit db"}}
	asking := granted{Problem: &lang.Problem{Code: lang.ProblemUnasked, Message: "asking"}}
	barred := granted{Problem: &lang.Problem{Code: lang.ProblemForbidden, Message: "may not use it"}}
	for name, test := range map[string]struct {
		job    *batchv1.Job
		tokens gate.Tokens
		want   string
	}{
		"all are given":      {user("db"), given, "release Met: released: it waits for nothing"},
		"some are short":     {user("db"), short, "wait LimitReached: waiting for tokens: 2 of n/db, of which 1 of 2 are in use, wants n/db=2"},
		"a limit is missing": {user("db"), missing, "wait Problem: waiting, and something must be fixed: there is no limit db, wants n/db=2"},
		"a right is missing, and it is not in line": {user("db"), barred, "wait Problem: waiting, and something must be fixed: may not use it"},
		"a right is asked for":                      {user("db"), asking, "wait Waiting: waiting: asking"},
		"the gate keeps none":                       {user("db"), nil, "wait Problem: held: this Job uses limits (depctl.dev/uses), and this gate runs without --limits: kubectl apply -k deploy/full turns them on"},
		"the text cannot be read":                   {user("db=0"), given, `wait InvalidAnnotation: held: annotation depctl.dev/uses cannot be read: "db=0": "0" is not a number of tokens, from 1 to 2147483647`},
		"the priority cannot be read":               {user("db", with(gate.PriorityAnnotation, "high")), given, "wait InvalidAnnotation: held: annotation depctl.dev/priority is high, which is not a whole number"},
		"what it waits for comes first":             {user("db", with(gate.DependsOnAnnotation, "none")), given, "wait Waiting: waiting: n/none does not exist"},
		"it is on hold":                             {user("db", with(gate.HoldAnnotation, "no")), given, "wait Held: held: no"},
		"elements wait one by one":                  {user("db", with(gate.DependsOnAnnotation, "none[i]"), indexed), given, "wait Waiting: waiting: n/none does not exist"},
		"an element may run":                        {user("db", with(gate.DependsOnAnnotation, "self[i-1]"), indexed), given, "release Met: released"},
		"an element may run, and there are no tokens": {
			user("db=2", with(gate.DependsOnAnnotation, "self[i-1]"), indexed), short,
			"wait LimitReached: waiting for tokens: 2 of n/db, of which 1 of 2 are in use, wants n/db=2",
		},
		"a pod may run beside its replacement": {user("db", func(j *batchv1.Job) { j.Spec.PodReplacementPolicy = nil }), given, "wait Problem: held: a pod that is replaced may run beside"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := gate.Observe(test.job)
			expr, err := job.Parse()
			require.NoError(t, err)
			graph := depgraph.New()
			d := gate.Decide(gate.Snapshot{
				Job: job, Expr: expr, Tokens: test.tokens, Now: time.Unix(0, 0),
				World: gate.World{Graph: graph, Self: job.Ref(), Access: gate.Open{}, Job: job},
			})
			got := d.Action.String() + " " + d.Reason + ": " + d.Message
			if d.Wants != nil {
				got += ", wants " + d.Wants.String()
			}
			require.True(t, strings.HasPrefix(got, test.want), "%s", got)
			require.Equal(t, strings.Contains(test.want, ", wants"), d.Wants != nil)
		})
	}
}

func TestTheReleaseRecordsTokens(t *testing.T) {
	t.Parallel()
	operations := func(job *batchv1.Job) string {
		j := gate.Observe(job)
		patch, err := gate.ReleasePatch(j, gate.NewRelease(j, time.Unix(0, 0), "test", nil), gate.ReleaseOptions{})
		require.NoError(t, err)
		var all []struct {
			Op, Path string
			Value    any
		}
		require.NoError(t, json.Unmarshal(patch, &all))
		var lines []string
		for _, o := range all {
			if strings.Contains(o.Path, "uses") || strings.Contains(o.Path, "tokens") || strings.Contains(o.Path, "template") || strings.Contains(o.Path, "depends") {
				value, err := json.Marshal(o.Value)
				require.NoError(t, err)
				lines = append(lines, o.Op+" "+o.Path+" "+string(value))
			}
		}
		return strings.Join(lines, "\n")
	}
	require.Equal(t, `test /metadata/annotations/depctl.dev~1depends-on null
test /metadata/annotations/depctl.dev~1uses "ops/gpu, db=2"
add /spec/template/metadata/labels/depctl.dev~1holds-tokens "true"
test /spec/template/metadata/annotations null
add /spec/template/metadata/annotations {"depctl.dev/tokens":"n/db=2, ops/gpu=1"}`, operations(user("ops/gpu, db=2")))
	require.Equal(t, `test /metadata/annotations/depctl.dev~1depends-on "a"
test /metadata/annotations/depctl.dev~1uses "db"
add /spec/template/metadata/labels/depctl.dev~1holds-tokens "true"
add /spec/template/metadata/annotations/depctl.dev~1tokens "n/db=1"`,
		operations(user("db", with(gate.DependsOnAnnotation, "a"), func(j *batchv1.Job) { j.Spec.Template.Annotations = map[string]string{"mine": "stays"} })))
}

// What is tested must not be what the same patch has changed before.
func TestTheReleaseOfAnArrayThatUsesTokensCanBeCarriedOut(t *testing.T) {
	t.Parallel()
	for name, perElement := range map[string]bool{"as a whole": false, "element by element": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			array := user("db", with(gate.ArrayLimitAnnotation, "2"), func(j *batchv1.Job) {
				j.Spec.CompletionMode, j.Spec.Completions, j.Spec.Parallelism = ptr.To(batchv1.IndexedCompletion), ptr.To[int32](8), ptr.To[int32](4)
				j.Spec.Template.Labels = map[string]string{"a": "b"}
			})
			job := gate.Observe(array)
			patch, err := gate.ReleasePatch(job, gate.NewRelease(job, time.Unix(0, 0), "test", nil), gate.ReleaseOptions{PerElement: perElement})
			require.NoError(t, err)
			operations, err := jsonpatch.DecodePatch(patch)
			require.NoError(t, err)
			text, err := json.Marshal(array)
			require.NoError(t, err)
			text, err = operations.Apply(text)
			require.NoError(t, err, string(patch))
			var stored batchv1.Job
			require.NoError(t, json.Unmarshal(text, &stored))
			require.Equal(t, map[bool]int32{false: 2, true: 8}[perElement], *stored.Spec.Parallelism)
			observed := gate.Observe(&stored)
			require.Equal(t, map[bool]string{false: "n/db=2", true: ""}[perElement], observed.Holds().String())
			require.Equal(t, map[bool]int64{false: 2, true: 0}[perElement], observed.Uses.Pods)
			if perElement {
				stored.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: gate.SchedulingGate}}
				require.Equal(t, "n/db=1", gate.Observe(&stored).ElementTakes().String())
			}
		})
	}
}

func TestWhatAJobHolds(t *testing.T) {
	t.Parallel()
	released := func(j *batchv1.Job) {
		j.Spec.Suspend = ptr.To(false)
		with(gate.ReleasedAnnotation, `{"uid":"u"}`)(j)
		j.Spec.Template.Annotations = map[string]string{gate.TokensAnnotation: "n/db=5"}
	}
	for name, test := range map[string]struct {
		job  *batchv1.Job
		want string
	}{
		"a Job that waits holds nothing":            {user("db"), ""},
		"what is recorded counts, for as many pods": {user("db", released), "n/db=10"},
		"also where the Job says nothing any more":  {user("db", released, func(j *batchv1.Job) { delete(j.Annotations, gate.UsesAnnotation) }), "n/db=10"},
		"also where a person has suspended it":      {user("db", released, func(j *batchv1.Job) { j.Spec.Suspend = ptr.To(true) }), "n/db=10"},
		"also for the pods that a lower parallelism ends": {user("db", released,
			func(j *batchv1.Job) {
				with(gate.ReleasedAnnotation, `{"uid":"u","pods":2}`)(j)
				j.Spec.Parallelism = ptr.To[int32](1)
			}), "n/db=10"},
		"also where a person has removed the record of its release": {user("db", released, func(j *batchv1.Job) { delete(j.Annotations, gate.ReleasedAnnotation) }), "n/db=10"},
		"a record of another Job counts for nothing":                {user("db", released, func(j *batchv1.Job) { j.UID = "other"; j.Spec.Suspend = ptr.To(true) }), ""},
		"a Job that runs unheld holds what it says":                 {user("db=2", func(j *batchv1.Job) { j.Spec.Suspend = nil }), "n/db=4"},
		"array-limit bounds its pods":                               {user("db", with(gate.ArrayLimitAnnotation, "1"), func(j *batchv1.Job) { j.Spec.Suspend, j.Spec.CompletionMode = nil, ptr.To(batchv1.IndexedCompletion) }), "n/db=1"},
		"a Job that is over holds nothing": {user("db", released, func(j *batchv1.Job) {
			j.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobFailed, Status: corev1.ConditionTrue}}
		}), ""},
		"what another controller runs is its own to count": {user("db", func(j *batchv1.Job) {
			j.Spec.Suspend = nil
			j.Labels = map[string]string{"kueue.x-k8s.io/queue-name": "q"}
		}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, gate.Observe(test.job).Holds().String())
		})
	}
}

// few gives tokens to so many elements.
type few struct {
	granted
	n int
}

func (f few) Elements(_ gate.Job, _ limit.Needs, pods []gate.Pod) ([]gate.Pod, gate.Grant) {
	return pods[:min(f.n, len(pods))], gate.Grant(f.granted)
}

func TestElementsAreLetGoThatHaveTokens(t *testing.T) {
	t.Parallel()
	short := granted{Short: "1 of n/db, of which 2 of 2 are in use"}
	for name, test := range map[string]struct {
		tokens      gate.Tokens
		limit       string
		open, short int
		more        bool
		want        string
	}{
		"all have some":            {few{short, 300}, "", 256, 0, true, "Met: released: all 300 elements may run"},
		"as array-limit says":      {few{short, 300}, "3", 3, 0, false, "Met: released: all 300 elements may run"},
		"those that have some":     {few{short, 2}, "", 2, 254, false, "LimitReached: released: all 300 elements may run; 254 wait for tokens: 1 of n/db, of which 2 of 2 are in use"},
		"none has any":             {few{short, 0}, "5", 0, 5, false, "LimitReached: released: all 300 elements may run; 5 wait for tokens: 1 of n/db, of which 2 of 2 are in use"},
		"a limit is gone":          {few{granted{Problem: &lang.Problem{Message: "there is no limit db"}}, 0}, "1", 0, 1, false, "Problem: released: all 300 elements may run; something must be fixed: there is no limit db"},
		"a right is missing":       {few{granted{Problem: &lang.Problem{Code: lang.ProblemForbidden, Message: "may not use it"}}, 0}, "1", 0, -1, false, "Problem: released: all 300 elements may run; something must be fixed: may not use it"},
		"tokens are still counted": {few{granted{Problem: &lang.Problem{Code: lang.ProblemUnasked, Message: "counting"}}, 0}, "1", 0, -1, false, "Waiting: released: all 300 elements may run; tokens: counting"},
		"the gate keeps no limits": {nil, "", 0, 0, false, "Problem: released: all 300 elements may run; something must be fixed: this gate runs without --limits, and elements of this Job take tokens: kubectl apply -k deploy/full turns them on"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			object := user("db", with(gate.ReleasedAnnotation, `{"uid":"u"}`), func(j *batchv1.Job) {
				j.Spec.CompletionMode, j.Spec.Completions, j.Spec.Parallelism = ptr.To(batchv1.IndexedCompletion), ptr.To[int32](300), ptr.To[int32](300)
				j.Spec.Suspend = ptr.To(false)
				j.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: gate.SchedulingGate}}
				j.Spec.Template.Annotations = map[string]string{gate.TokensAnnotation: "n/db=1"}
				if test.limit != "" {
					with(gate.ArrayLimitAnnotation, test.limit)(j)
				}
			})
			job := gate.Observe(object)
			var pods []gate.Pod
			for i := range int64(300) {
				pods = append(pods, gate.Pod{Name: "p", Index: i})
			}
			d := gate.Decide(gate.Snapshot{
				Job: job, Tokens: test.tokens, Pods: pods, Now: time.Unix(0, 0),
				World: gate.World{Graph: depgraph.New(), Self: job.Ref(), Access: gate.Open{}, Job: job},
			})
			require.Len(t, d.Elements.Open, test.open)
			require.Equal(t, max(test.short, -test.short), d.Elements.Short)
			require.Equal(t, test.short > 0, d.Wants != nil, "in line")
			require.Equal(t, test.more, d.Elements.More)
			require.Equal(t, test.want, d.Reason+": "+d.Message)
		})
	}
}

// inAll has so many tokens of a limit in all, which are free.
type inAll struct {
	granted
	n int64
}

func (a inAll) Grant(job gate.Job, needs limit.Needs) gate.Grant {
	pool := limit.NewPool(func(a, b string) bool { return a < b })
	pool.SetLimit(limit.Name{Namespace: "n", Key: "db"}, a.n)
	if pool.Possible(needs) {
		return gate.Grant{Given: true}
	}
	return gate.LimitMaps{"n": {"db": "1"}}.Lack(pool, job, needs)
}

func TestAnArrayTakesTokensInTurns(t *testing.T) {
	t.Parallel()
	array := func(j *batchv1.Job) {
		j.Spec.CompletionMode, j.Spec.Completions, j.Spec.Parallelism = ptr.To(batchv1.IndexedCompletion), ptr.To[int32](8), ptr.To[int32](8)
	}
	for name, test := range map[string]struct {
		job      *batchv1.Job
		there    int64
		jobsOnly bool
		want     string
	}{
		"as a whole where there is enough":       {user("db", array), 8, false, "release false"},
		"one by one where there is not":          {user("db", array), 7, false, "release true"},
		"one by one with array-limit":            {user("db", array, with(gate.ArrayLimitAnnotation, "2")), 8, false, "release true"},
		"not at all where one takes too many":    {user("db=3", array), 2, false, "wait: waiting, and something must be fixed: each of its pods takes 3 tokens of n/db, which has 2 in all: raise the limit, or take fewer"},
		"not at all where pods start together":   {user("db", array, func(j *batchv1.Job) { j.Spec.Scheduling = &batchv1.JobSchedulingConfiguration{} }), 7, false, "wait: waiting, and something must be fixed: its 8 pods take 8 tokens of n/db together, which has 7 in all: raise the limit, or lower depctl.dev/array-limit, or have elements take them one by one: kubectl apply -k deploy/arrays"},
		"not at all where no pods are touched":   {user("db", array), 7, true, "wait: waiting, and something must be fixed: its 8 pods take 8 tokens of n/db together, which has 7 in all: raise the limit, or lower depctl.dev/array-limit, or have elements take them one by one: kubectl apply -k deploy/arrays"},
		"as a whole by array-limit, without any": {user("db", array, with(gate.ArrayLimitAnnotation, "2")), 2, true, "release false"},
		"a Job that is no array never":           {user("db=3"), 5, false, "wait: waiting, and something must be fixed: its 2 pods take 6 tokens of n/db together, which has 5 in all: raise the limit, or lower spec.parallelism"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := gate.Observe(test.job)
			d := gate.Decide(gate.Snapshot{
				Job: job, Tokens: inAll{n: test.there}, JobsOnly: test.jobsOnly, Now: time.Unix(0, 0),
				World: gate.World{Graph: depgraph.New(), Self: job.Ref(), Access: gate.Open{}, Job: job},
			})
			got := d.Action.String() + ": " + d.Message
			if d.Action == gate.Releasing {
				got = fmt.Sprint("release ", d.PerElement)
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestALetGoSaysWhoLeads(t *testing.T) {
	t.Parallel()
	takes := gate.Observe(user("db", with(gate.ReleasedAnnotation, `{"uid":"u"}`), func(j *batchv1.Job) {
		j.Spec.Suspend = ptr.To(false)
		j.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: gate.SchedulingGate}}
		j.Spec.Template.Annotations = map[string]string{gate.TokensAnnotation: "n/db=1"}
	}))
	patch, err := gate.OpenPatch(takes, gate.Pod{Name: "p", UID: "u"}, "gate-1")
	require.NoError(t, err)
	require.Contains(t, string(patch), `{"op":"add","path":"/metadata/annotations/depctl.dev~1leader","value":"gate-1"}`)
	patch, err = gate.OpenPatch(gate.Observe(user("db")), gate.Pod{Name: "p", UID: "u"}, "gate-1")
	require.NoError(t, err)
	require.NotContains(t, string(patch), "leader")
}
