package attack

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
)

// A Job that is as large as etcd takes has no room for an outcome.
func TestJobsWithoutRoom(t *testing.T) {
	f := begin(t, "A7", "a waiter as large as etcd takes holds up no deletion in another namespace, and is not written to forever")
	f.grant(f.victim, "default", rbacv1.PolicyRule{APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: []string{"get", "list"}})
	f.make(f.victim, "p", "", ttl(0), untilTold)
	fill := newJob("large", f.victim+"/p, "+f.victim+"/never")
	for i := range 14 { // 100 KB each
		fill.Spec.Template.Spec.Containers[0].Env = append(fill.Spec.Template.Spec.Containers[0].Env,
			corev1.EnvVar{Name: fmt.Sprint("E", i), Value: strings.Repeat("x", 100_000)})
	}
	_, err := f.tenant.BatchV1().Jobs(f.evil).Create(t.Context(), fill, metav1.CreateOptions{})
	require.NoError(t, err)
	require.True(t, f.until(patience, func() bool {
		job, err := f.get(f.evil, "large")
		return err == nil && len(job.Status.Conditions) > 1 // the Job controller's and the gate's
	}), "nobody writes the conditions")
	// Labels and annotations fill what is left, to the last 100 bytes.
	pad, chunk := 0, 100_000
	for chunk > 50 {
		if f.patch(f.evil, "large", fmt.Sprintf(`{"metadata":{"annotations":{"pad":%q}}}`, strings.Repeat("x", pad+chunk))) == nil {
			pad += chunk
		} else {
			chunk /= 2
		}
	}
	require.True(t, f.until(patience, func() bool {
		job, err := f.get(f.victim, "p")
		return err == nil && len(job.Finalizers) > 0
	}), "p is not guarded")
	f.requests()
	f.tell(f.victim, "p")
	gone := f.until(40*time.Second, func() bool { _, err := f.get(f.victim, "p"); return err != nil })
	f.holds(gone, "p is still there, with its finalizer")
	f.othersGoOn()
	time.Sleep(15 * time.Second) // an error is tried again within ten
	f.requests()
	time.Sleep(12 * time.Second)
	tries := f.requests()["patch jobs"]
	f.figure("%d patches in 12 s, long after", tries)
	f.holds(tries == 0, "%d patches are sent in 12 s that will never be taken", tries)
	f.holds(f.warned(f.evil, "large", gate.ReasonProblem) > 0, "nobody is told that the outcome does not fit")
}
