package cluster

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"depctl.dev/gate"
	"depctl.dev/gate/excerpt"
)

// BenchmarkList reads 10,000 Jobs in pages from a server that has them ready, whole and as excerpts.
func BenchmarkList(b *testing.B) {
	protobuf := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme)
	pages := make([][]byte, 20)
	for p := range pages {
		list := &batchv1.JobList{TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "JobList"}}
		if p+1 < len(pages) {
			list.Continue = fmt.Sprint(p + 1)
		}
		for i := range 500 {
			list.Items = append(list.Items, aJob(p*500+i))
		}
		var out strings.Builder
		require.NoError(b, protobuf.Encode(list, &out))
		pages[p] = []byte(out.String())
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page := 0
		_, _ = fmt.Sscan(r.URL.Query().Get("continue"), &page)
		w.Header().Set("Content-Type", "application/vnd.kubernetes.protobuf")
		_, _ = w.Write(pages[page])
	}))
	defer server.Close()
	config := &rest.Config{Host: server.URL, QPS: -1, ContentConfig: rest.ContentConfig{ContentType: "application/vnd.kubernetes.protobuf"}}
	whole, err := kubernetes.NewForConfig(config)
	require.NoError(b, err)
	less, err := excerpt.NewForConfig(config)
	require.NoError(b, err)
	for name, client := range map[string]Client{"whole": whole, "excerpts": less} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := NewJobReader(client.BatchV1(), "ns").Reading(time.Now())
				require.NoError(b, r.List(b.Context(), "ns"))
				require.Len(b, r.World.Jobs, 10_000)
			}
		})
	}
}

// aJob is one as the API server has it that was applied: the greater part of it nobody decides by.
func aJob(i int) batchv1.Job {
	name := fmt.Sprintf("job-%02d-%02d", i/100, i%100)
	var names []string
	for d := range min(i/100, 1) * 3 {
		names = append(names, fmt.Sprintf("job-%02d-%02d", i/100-1, (i+d)%100))
	}
	suspended, one := true, int32(1)
	job := batchv1.Job{ObjectMeta: metav1.ObjectMeta{
		Namespace: "ns", Name: name, UID: types.UID(name), Annotations: map[string]string{gate.DependsOnAnnotation: strings.Join(append(names, "nobody"), ", ")},
		ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "kubectl", FieldsV1: metav1.NewFieldsV1(strings.Repeat(`{"f:spec":{}}`, 80))}},
	}}
	job.Spec.Suspend, job.Spec.Completions, job.Spec.Parallelism = &suspended, &one, &one
	job.Spec.Template.Spec.Containers = []corev1.Container{{
		Name: "main", Image: "registry.k8s.io/pause:3.10", Command: []string{"/bin/sh", "-c", "sleep 1"},
		Env: []corev1.EnvVar{{Name: "A", Value: "1"}, {Name: "B", Value: "2"}},
	}}
	return job
}
