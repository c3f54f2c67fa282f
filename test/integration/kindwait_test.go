package integration

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// What a person sees of objects of other kinds: depctl wait.
func depctlWaitsForOtherKinds(t *testing.T, c *cluster, _ func()) {
	s := c.namespace(t)
	_, stderr, code := s.depctl(s.Kubeconfig(), "wait", "gizmo.example.org:w", "--timeout", "1m")
	require.Equal(t, 3, code)
	require.Contains(t, stderr, "this cluster has no kind gizmo.example.org: it has no API group example.org")

	// The commands that it prints are what helps.
	as, done := "--as=system:serviceaccount:"+s.name+":default", map[string]bool{}
	s.until("the rights are in force", func() bool {
		_, stderr, code = s.depctl(s.Kubeconfig(), "wait", "service:db", "--timeout", "0", as)
		if _, commands, denied := strings.Cut(strings.TrimSpace(stderr), "to allow it: kubectl "); denied && !done[commands] {
			require.Equal(t, 3, code)
			done[commands] = true
			for line := range strings.SplitSeq(commands, " && kubectl ") {
				s.kubectl("", strings.Fields(line)...)
			}
		}
		return code == 124
	})
	require.Len(t, done, 2) // Services and EndpointSlices

	s.apply(services, "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {selector: {app: db}, ports: [{port: 5432}]}")
	s.apply(deployments, databaseDeployment)
	stdout, _ := s.does("wait", "service:db, deploy:d* >= 1", "--timeout", "1m")
	require.Contains(t, stdout, "true: service:"+s.name+"/db is ready")
	s.does("wait", "deployment:db", "--timeout", "1m")
	require.NoError(t, s.objects(deployments).Delete(t.Context(), "db", metav1.DeleteOptions{}))
	s.does("wait", "absent(deployment:db) + 1s", "--timeout", "1m")
}
