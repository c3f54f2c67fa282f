package container

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestTheTwoStepExamplePrintsItsSteps(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	s := &space{cluster: shared, t: t, name: "default"}
	_, err := shared.Kubectl(t.Context(), nil, "apply", "-f", filepath.Join("..", "..", "deploy", "examples", "two-steps.yaml"))
	require.NoError(t, err)
	s.completes("job1", "job2")
	require.Equal(t, "job1 runs first", s.printed("job1"))
	require.Equal(t, "job2 runs after job1", s.printed("job2"))
	first, second := end(t, s.pods("job1")[0]), end(t, s.pods("job2")[0])
	require.False(t, second.StartedAt.Before(&first.FinishedAt), "job1 ended at %s, job2 began at %s", first.FinishedAt, second.StartedAt)
}

// The nightly example with work to do. Each script fails if a file is missing
// that an earlier one writes, so the order is proved by what they do.
func TestTheNightlyDiamondPassesFilesOn(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	etl, reporting := shared.namespace(t, "etl"), shared.namespace(t, "reporting")
	etl.grant("load", reporting)
	data := on("/run/" + etl.name)

	reporting.make("report", etl.name+"/load", `echo "report of $(wc -l < /data/warehouse) lines:"; cat /data/warehouse`, data)
	etl.make("load", "clean, enrich, index", `cat /data/clean /data/enriched /data/index > /data/warehouse`, data)
	etl.make("clean", "extract", `grep -v broken /data/raw > /data/clean`, data)
	etl.make("enrich", "extract", `sed 's/$/ 10 EUR/' /data/raw > /data/enriched`, data)
	etl.make("index", "extract", `wc -l < /data/raw > /data/index`, data)
	etl.make("extract", "", `test ! -e /data/raw; printf 'apple\nbroken\npear\n' > /data/raw`, data)

	reporting.completes("report")
	require.Equal(t, strings.Join([]string{
		"report of 6 lines:", "apple", "pear", "apple 10 EUR", "broken 10 EUR", "pear 10 EUR", "3",
	}, "\n"), reporting.printed("report"))
	for _, job := range []string{"extract", "clean", "enrich", "index", "load"} {
		require.Len(t, etl.pods(job), 1, job)
	}
}

// grant lets the Jobs of another namespace see a Job of this one.
func (s *space) grant(job string, to *space) {
	s.t.Helper()
	rbac := s.client.RbacV1()
	_, err := rbac.Roles(s.name).Create(s.t.Context(), &rbacv1.Role{
		ObjectMeta: metav1.ObjectMeta{Name: "see"},
		Rules:      []rbacv1.PolicyRule{{APIGroups: []string{"batch"}, Resources: []string{"jobs"}, ResourceNames: []string{job}, Verbs: []string{"get"}}},
	}, metav1.CreateOptions{})
	require.NoError(s.t, err)
	_, err = rbac.RoleBindings(s.name).Create(s.t.Context(), &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "see"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "see"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: to.name, Name: "default"}},
	}, metav1.CreateOptions{})
	require.NoError(s.t, err)
}
