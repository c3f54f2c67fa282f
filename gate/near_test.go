package gate

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/ptr"

	"depctl.dev/lang"
)

// with has the Pod template prefer a node of its own, and whatever else is given.
func with(affinity *corev1.Affinity) func(*batchv1.Job) {
	return func(j *batchv1.Job) { j.Spec.Template.Spec.Affinity = affinity }
}

var own = corev1.PreferredSchedulingTerm{Weight: 7, Preference: corev1.NodeSelectorTerm{
	MatchExpressions: []corev1.NodeSelectorRequirement{{Key: "disk", Operator: corev1.NodeSelectorOpExists}},
}}

func byName(weight int32, name string) corev1.PreferredSchedulingTerm {
	return corev1.PreferredSchedulingTerm{Weight: weight, Preference: corev1.NodeSelectorTerm{
		MatchFields: []corev1.NodeSelectorRequirement{{Key: "metadata.name", Operator: corev1.NodeSelectorOpIn, Values: []string{name}}},
	}}
}

func TestTheReleaseOfAJobGoesNear(t *testing.T) {
	t.Parallel()
	required := &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{MatchExpressions: own.Preference.MatchExpressions}}}
	places := []Place{{Node: "b", Zone: "z1", Pods: 1}, {Node: "a", Zone: "z1", Pods: 4}, {Node: "c", Zone: "z2", Pods: 1}, {Node: "b", Zone: "z1", Pods: 1}}
	ours := []corev1.PreferredSchedulingTerm{byName(50, "a"), byName(25, "b"), byName(12, "c")}
	for name, test := range map[string]struct {
		near     string
		affinity *corev1.Affinity
		want     []corev1.PreferredSchedulingTerm
	}{
		"without an affinity":          {"true", nil, ours},
		"with an empty affinity":       {"true", &corev1.Affinity{}, ours},
		"with one of pods":             {"true", &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{}}, ours},
		"with nodes that it needs":     {"true", &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: required}}, ours},
		"with nodes that it prefers":   {"kubernetes.io/hostname", &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []corev1.PreferredSchedulingTerm{own}}}, append([]corev1.PreferredSchedulingTerm{own}, ours...)},
		"to zones":                     {corev1.LabelTopologyZone, nil, []corev1.PreferredSchedulingTerm{inZone(50, "z1"), inZone(8, "z2")}},
		"to regions that nobody knows": {corev1.LabelTopologyRegion, nil, nil},
		"if it does not ask":           {"false", nil, nil},
	} {
		job := waiting(annotation(NearAnnotation, test.near), with(test.affinity))
		observed := Observe(job)
		require.NoError(t, observed.Mistake(), name)
		patch, err := ReleasePatch(observed, NewRelease(observed, at, ByGate, nil), ReleaseOptions{Near: places})
		require.NoError(t, err, name)
		got, err := apply(t, job, patch)
		require.NoError(t, err, name)
		require.False(t, *got.Spec.Suspend, name)
		var terms []corev1.PreferredSchedulingTerm
		if affinity := got.Spec.Template.Spec.Affinity; affinity != nil && affinity.NodeAffinity != nil {
			terms = affinity.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution
			affinity.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution = nil
		}
		require.Equal(t, test.want, terms, name)
		if test.affinity != nil && test.affinity.NodeAffinity != nil {
			require.Equal(t, test.affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution,
				got.Spec.Template.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution, name)
		}
		release := parseRelease(got.Annotations[ReleasedAnnotation], job.UID)
		if slices.ContainsFunc(terms, func(term corev1.PreferredSchedulingTerm) bool { return reflect.DeepEqual(term, own) }) {
			terms = terms[1:]
		}
		require.Len(t, terms, release.Near, name)
		if test.affinity == nil && len(test.want) > 0 {
			_, err = apply(t, waiting(annotation(NearAnnotation, test.near), with(&corev1.Affinity{})), patch)
			require.Error(t, err, "%s: the affinity has changed meanwhile", name)
		}
	}
}

func inZone(weight int32, zone string) corev1.PreferredSchedulingTerm {
	return corev1.PreferredSchedulingTerm{Weight: weight, Preference: corev1.NodeSelectorTerm{
		MatchExpressions: []corev1.NodeSelectorRequirement{{Key: corev1.LabelTopologyZone, Operator: corev1.NodeSelectorOpIn, Values: []string{zone}}},
	}}
}

func TestAJobGoesNearSixteenPlacesAtMost(t *testing.T) {
	t.Parallel()
	var places []Place
	for i := range 40 {
		places = append(places, Place{Node: fmt.Sprintf("node-%02d", i), Pods: int64(i + 1)})
	}
	job := Observe(waiting(annotation(NearAnnotation, "true")))
	terms := job.nearTerms(places)
	require.Len(t, terms, 16)
	require.Equal(t, byName(50, "node-39"), terms[0])
	require.Equal(t, byName(31, "node-24"), terms[15])
	require.Equal(t, "node-39, node-38, node-37 and 13 more", job.NearWords(places))
	require.LessOrEqual(t, len(Far(strings.Repeat("x", 1000))), mostFar)
}

func TestWhatNearMustSay(t *testing.T) {
	t.Parallel()
	for value, wrong := range map[string]string{
		"true": "", "false": "", "": "", "kubernetes.io/hostname": "", "topology.kubernetes.io/zone": "", "topology.kubernetes.io/region": "",
		"yes":              `annotation depctl.dev/near is "yes", which must be "true", "topology.kubernetes.io/zone", "topology.kubernetes.io/region" or "false"`,
		"example.com/rack": `annotation depctl.dev/near is "example.com/rack", which must be `,
	} {
		job := waiting(annotation(NearAnnotation, value))
		err := Observe(job).Mistake()
		mistakes, _ := Vet(nil, job)
		if wrong == "" {
			require.NoError(t, err, value)
			require.Empty(t, mistakes, value)
			continue
		}
		require.ErrorContains(t, err, wrong)
		require.Len(t, mistakes, 1, value)
		require.Equal(t, NearAnnotation, mistakes[0].Annotation)
		d := Decide(Snapshot{Job: Observe(job)})
		require.Equal(t, ReasonInvalidAnnotation, d.Reason)
		mistakes, _ = Vet(job, job)
		require.Empty(t, mistakes, "it is stored: the rest of it can still be changed")
	}
}

func TestWhereTheMostPodsRanComesFirst(t *testing.T) {
	t.Parallel()
	job := Observe(waiting())
	pod := func(node string) *corev1.Pod {
		return &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Labels: map[string]string{corev1.LabelTopologyZone: "z"}, OwnerReferences: []metav1.OwnerReference{{
				APIVersion: "batch/v1", Kind: "Job", Name: "load", UID: "uid-load", Controller: ptr.To(true),
			}}},
			Spec: corev1.PodSpec{NodeName: node},
		}
	}
	var p Places
	require.NotNil(t, p.List(), "somebody has looked")
	for _, node := range []string{"b", "a", "", "c", "b"} {
		p.Add(job, pod(node))
	}
	stranger := pod("d")
	stranger.OwnerReferences[0].UID = "uid-of-another"
	p.Add(job, stranger)
	require.Equal(t, []Place{{Node: "b", Zone: "z", Pods: 2}, {Node: "a", Zone: "z", Pods: 1}, {Node: "c", Zone: "z", Pods: 1}}, p.List())

	x := lang.Job("etl", "x")
	seen := RecordedOutcomes{}.With(x, RecordOutcome(x, &lang.Object{UID: "x", Outcome: lang.Succeeded}, nil, p.List()))
	require.Equal(t, p.List(), parseSeen(seen.String())[x].Ran)
	require.Contains(t, seen.String(), `"ran":[{"node":"b","zone":"z","pods":2},`)
}

func TestAJobThatIsMadeAgainGoesNowhere(t *testing.T) {
	t.Parallel()
	places := []Place{{Node: "a", Pods: 1}, {Node: "b", Pods: 1}}
	for name, affinity := range map[string]*corev1.Affinity{
		"all was ours":           nil,
		"its own terms stay":     {NodeAffinity: &corev1.NodeAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []corev1.PreferredSchedulingTerm{own}}},
		"what else it has stays": {PodAntiAffinity: &corev1.PodAntiAffinity{}},
	} {
		job := waiting(annotation(NearAnnotation, "true"), with(affinity))
		job.Spec.Template.Spec.Containers = []corev1.Container{{Name: "main"}}
		patch, err := ReleasePatch(Observe(job), NewRelease(Observe(job), at, ByGate, nil), ReleaseOptions{Near: places})
		require.NoError(t, err)
		released, err := apply(t, job, patch)
		require.NoError(t, err)
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(released)
		require.NoError(t, err)
		text, err := json.Marshal(Recreate(&unstructured.Unstructured{Object: content}).Object)
		require.NoError(t, err)
		var again batchv1.Job
		require.NoError(t, json.Unmarshal(text, &again))
		require.Equal(t, affinity, again.Spec.Template.Spec.Affinity, name)
		require.Equal(t, "true", again.Annotations[NearAnnotation], name)
	}
}

func TestTheRightToGoNearElsewhereIsAskedFor(t *testing.T) {
	t.Parallel()
	for near, want := range map[string]int{"false": 1, "true": 2} {
		job := Observe(waiting(annotation(NearAnnotation, near), annotation(DependsOnAnnotation, "other/x, y")))
		expr, err := job.Parse()
		require.NoError(t, err)
		questions := job.Questions(expr, nil)
		require.Len(t, questions, want)
		if near == "true" {
			require.Contains(t, questions, job.ReadsPods("other"))
		}
	}
}
