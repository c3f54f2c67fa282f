package excerpt

import (
	"bytes"
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/randfill"

	"depctl.dev/gate"
)

var standard = protobuf.NewSerializer(scheme.Scheme, scheme.Scheme)

// encode returns an object as an API server sends it.
func encode(t testing.TB, object runtime.Object, apiVersion, kind string) []byte {
	t.Helper()
	object.GetObjectKind().SetGroupVersionKind(scheme.Scheme.PrioritizedVersionsForGroup("")[0].WithKind(kind))
	if apiVersion == "batch/v1" {
		object.GetObjectKind().SetGroupVersionKind(batchv1.SchemeGroupVersion.WithKind(kind))
	}
	var out bytes.Buffer
	require.NoError(t, standard.Encode(object, &out))
	return out.Bytes()
}

// decode decodes with a serializer.
func decode[T runtime.Object](t testing.TB, s runtime.Decoder, data []byte) T {
	t.Helper()
	object, _, err := s.Decode(data, nil, nil)
	require.NoError(t, err)
	typed, ok := object.(T)
	require.True(t, ok, "%T", object)
	return typed
}

// filler makes random objects, with what the gate looks at more often than chance would.
func filler(seed int64) *randfill.Filler {
	pick := func(c randfill.Continue, all ...string) string { return all[c.Intn(len(all))] }
	return randfill.New().RandSource(rand.NewSource(seed)).NilChance(0.3).NumElements(0, 3).MaxDepth(14).Funcs(
		func(m *metav1.ManagedFieldsEntry, c randfill.Continue) {
			m.Manager, m.FieldsV1 = c.String(9), metav1.NewFieldsV1(`{}`)
		},
		func(m *metav1.ObjectMeta, c randfill.Continue) {
			c.FillNoCustom(m)
			m.Annotations = map[string]string{pick(c, gate.DependsOnAnnotation, gate.UsesAnnotation, gate.KeepResultAnnotation): pick(c, "a", "true", "a[i]"), c.String(5): c.String(5)}
			m.Labels = map[string]string{pick(c, "run", "depctl.dev/run", "kueue.x-k8s.io/queue-name"): c.String(5)}
		},
		func(g *corev1.PodSchedulingGate, c randfill.Continue) { g.Name = pick(c, gate.SchedulingGate, "other") },
		func(t *metav1.Time, c randfill.Continue) { *t = metav1.Unix(c.Int63n(1<<31), 0) },
		func(r *runtime.RawExtension, _ randfill.Continue) { *r = runtime.RawExtension{} },
		func(m *metav1.TypeMeta, _ randfill.Continue) { *m = metav1.TypeMeta{} },
		func(p *corev1.PodPhase, c randfill.Continue) {
			*p = corev1.PodPhase(pick(c, "Pending", "Running", "Succeeded", "Failed"))
		},
	)
}

// cutPods clears what nobody reads, as fields.go has it.
func cutPods(spec *corev1.PodSpec) {
	names := make([]corev1.Container, len(spec.Containers))
	for i := range names {
		names[i].Name = spec.Containers[i].Name
	}
	if spec.Containers = names; len(names) == 0 {
		spec.Containers = nil
	}
	spec.Volumes, spec.InitContainers, spec.EphemeralContainers = nil, nil, nil
	spec.NodeSelector, spec.SecurityContext, spec.ImagePullSecrets = nil, nil, nil
	spec.Tolerations, spec.HostAliases, spec.DNSConfig, spec.ReadinessGates = nil, nil, nil, nil
	spec.Overhead, spec.TopologySpreadConstraints, spec.ResourceClaims, spec.Resources = nil, nil, nil, nil
}

const draws = 300

func TestAnExcerptOfAJobIsAllThatTheGateSees(t *testing.T) {
	t.Parallel()
	s := newSerializer(standard)
	for seed := range int64(draws) {
		full := &batchv1.Job{}
		filler(seed).Fill(full)
		data := encode(t, full, "batch/v1", "Job")
		whole, excerpt := decode[*batchv1.Job](t, standard, data), decode[*batchv1.Job](t, s, data)
		require.Equal(t, gate.Observe(whole), gate.Observe(excerpt), "seed %d", seed)

		whole.ManagedFields, whole.Spec.Template.ManagedFields, whole.Spec.PodFailurePolicy = nil, nil, nil
		cutPods(&whole.Spec.Template.Spec)
		require.Equal(t, whole, excerpt, "seed %d", seed)
	}
}

func TestAnExcerptOfAPodIsAllThatTheGateSees(t *testing.T) {
	t.Parallel()
	s := newSerializer(standard)
	for seed := range int64(draws) {
		full := &corev1.Pod{}
		filler(seed).Fill(full)
		full.Annotations[batchv1.JobCompletionIndexAnnotation] = "3"
		full.OwnerReferences = []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: "j", UID: "u", Controller: new(true)}}
		data := encode(t, full, "v1", "Pod")
		whole, excerpt := decode[*corev1.Pod](t, standard, data), decode[*corev1.Pod](t, s, data)
		sees, ofWhole, ok := gate.ObservePod(whole)
		require.True(t, ok)
		same, ofExcerpt, ok := gate.ObservePod(excerpt)
		require.True(t, ok)
		require.Equal(t, sees, same, "seed %d", seed)
		require.Equal(t, ofWhole, ofExcerpt)

		whole.ManagedFields = nil
		cutPods(&whole.Spec)
		status := &whole.Status
		status.Conditions, status.HostIP, status.HostIPs, status.PodIP, status.PodIPs = nil, "", nil, "", nil
		status.ResourceClaimStatuses, status.ExtendedResourceClaimStatus, status.AllocatedResources, status.Resources = nil, nil, nil, nil
		status.NodeAllocatableResourceClaimStatuses, status.VolumeHealth = nil, nil
		require.Equal(t, whole, excerpt, "seed %d", seed)
	}
}

func TestListsAreExcerptsToo(t *testing.T) {
	t.Parallel()
	s := newSerializer(standard)
	jobs := &batchv1.JobList{Items: []batchv1.Job{*example(20), *example(0)}}
	list := decode[*batchv1.JobList](t, s, encode(t, jobs, "batch/v1", "JobList"))
	require.Len(t, list.Items, 2)
	require.Equal(t, []corev1.Container{{Name: "main"}}, list.Items[0].Spec.Template.Spec.Containers)
	require.Equal(t, gate.Observe(example(20)), gate.Observe(&list.Items[0]))
	pods := &corev1.PodList{Items: []corev1.Pod{{Spec: example(3).Spec.Template.Spec}}}
	require.Equal(t, []corev1.Container{{Name: "main"}}, decode[*corev1.PodList](t, s, encode(t, pods, "v1", "PodList")).Items[0].Spec.Containers)
}

func TestOtherKindsAreWhole(t *testing.T) {
	t.Parallel()
	data := encode(t, &corev1.PodTemplate{Template: corev1.PodTemplateSpec{Spec: example(2).Spec.Template.Spec}}, "v1", "PodTemplate")
	require.Equal(t, decode[*corev1.PodTemplate](t, standard, data), decode[*corev1.PodTemplate](t, newSerializer(standard), data))
}

// A field that this version does not know comes from a newer API server.
func TestAFieldOfANewerVersionIsPassedOver(t *testing.T) {
	t.Parallel()
	raw, err := example(1).Marshal()
	require.NoError(t, err)
	raw = protowire.AppendString(protowire.AppendTag(raw, 999, protowire.BytesType), "new")
	unknown := runtime.Unknown{TypeMeta: runtime.TypeMeta{APIVersion: "batch/v1", Kind: "Job"}, Raw: raw}
	body, err := unknown.Marshal()
	require.NoError(t, err)
	job := decode[*batchv1.Job](t, newSerializer(standard), append(bytes.Clone(prefix), body...))
	require.Equal(t, gate.Observe(example(1)), gate.Observe(job))
}

// Whatever the bytes are: what the standard serializer reads is read, with the same facts, and
// nothing panics.
func FuzzDecode(f *testing.F) {
	f.Add(encode(f, example(0), "batch/v1", "Job"))
	f.Add(encode(f, example(3), "batch/v1", "Job"))
	f.Add(encode(f, &corev1.Pod{Spec: example(1).Spec.Template.Spec}, "v1", "Pod"))
	f.Add([]byte("k8s\x00\x0a\x0f\x0a\x08batch/v1\x12\x03Job\x12\x02\x0a\xff"))
	s := newSerializer(standard)
	f.Fuzz(func(t *testing.T, data []byte) {
		whole, _, err := standard.Decode(data, nil, nil)
		excerpt, _, failed := s.Decode(data, nil, nil)
		if err != nil {
			return // in a part that is cut nobody sees what is wrong
		}
		require.NoError(t, failed)
		if job, is := whole.(*batchv1.Job); is {
			require.Equal(t, gate.Observe(job), gate.Observe(excerpt.(*batchv1.Job)))
		}
	})
}

// example returns a Job as it is stored, with so many variables of 80 bytes.
func example(variables int) *batchv1.Job {
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Name: "load", Namespace: "etl", UID: "1a2b", ResourceVersion: "77", Labels: map[string]string{"team": "a"},
			Annotations:   map[string]string{gate.DependsOnAnnotation: "extract, transform"},
			ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "kubectl", FieldsV1: metav1.NewFieldsV1(strings.Repeat(`{"f:spec":{}}`, 40))}},
		},
		Spec: batchv1.JobSpec{Suspend: new(true), Parallelism: new(int32(1)), Completions: new(int32(1)), BackoffLimit: new(int32(6))},
	}
	main := corev1.Container{Name: "main", Image: "registry.example.com/team/tool:1.37", Command: []string{"tool", "--input", "/data/in"}}
	for i := range variables {
		main.Env = append(main.Env, corev1.EnvVar{Name: fmt.Sprintf("VARIABLE_%03d", i), Value: strings.Repeat("v", 60)})
	}
	job.Spec.Template.Spec = corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{main}}
	return job
}

func BenchmarkDecode(b *testing.B) {
	for _, kib := range []int{0, 2, 10, 50} {
		data := encode(b, example(kib*1024/80), "batch/v1", "Job")
		for name, s := range map[string]runtime.Serializer{"whole": standard, "excerpt": newSerializer(standard)} {
			b.Run(fmt.Sprintf("%s/%dKiB", name, kib), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, _, err := s.Decode(data, nil, nil); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
