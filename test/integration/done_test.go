package integration

import (
	"testing"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/test/sandbox"
)

// What somebody says to be over is a name like any other, and is said once.
func TestWhatIsSaidToBeOver(t *testing.T) {
	t.Parallel()
	s := full.namespace(t)
	s.make("load", "succeeded(approval, result=yes)", wants("answer=approval"))
	s.make("other", "succeeded(approval, result=no)")
	stdout, _ := s.does("done", "approval", "--result", "yes", "--dry-run=server")
	require.Equal(t, "job.batch/approval done (server dry run)\n", stdout)
	s.held("load")
	stdout, _ = s.does("done", "approval", "--result", "yes")
	require.Equal(t, "job.batch/approval done\n", stdout)
	s.completes("approval", "load")
	require.Equal(t, map[string]string{"answer": "yes"}, s.given("load"))
	outcome, reason := s.outcome("other")
	require.Equal(t, lang.Skipped, outcome)
	require.Equal(t, gate.ReasonNotTaken, reason)
	require.Equal(t, sandboxAdmin, s.get("approval").Annotations[gate.DoneByAnnotation])

	stdout, _ = s.does("done", "approval", "--result", "yes")
	require.Equal(t, "job.batch/approval unchanged\n", stdout)
	s.refuses(1, "exists, and is no such Job (it has succeeded); to declare it over, delete it first: kubectl delete job approval", "done", "approval", "--result", "no")
	s.refuses(1, "exists, and is no such Job", "done", "load")
	require.Empty(t, s.podsOf("approval"), "it never has a pod")
}

// What somebody says to have failed has failed for all who wait, with the reason that they gave.
func TestWhatIsSaidToHaveFailed(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("alarm", "failed(approval, reason=DeclaredFailed)")
	s.make("load", "approval")
	stdout, _ := s.does("done", "approval", "--failed", "--reason", "not before Monday", "--dry-run=server")
	require.Equal(t, "job.batch/approval failed (server dry run)\n", stdout)
	stdout, _ = s.does("done", "approval", "--failed", "--reason", "not before Monday")
	require.Equal(t, "job.batch/approval failed\n", stdout)
	s.fails("approval")
	s.completes("alarm")
	outcome, reason := s.outcome("load")
	require.Equal(t, lang.Skipped, outcome)
	require.Equal(t, gate.ReasonDependencyFailed, reason)
	conditions := s.get("approval").Status.Conditions
	require.Equal(t, "declared failed by "+sandboxAdmin+": not before Monday", conditions[len(conditions)-1].Message)

	stdout, _ = s.does("done", "approval", "--failed")
	require.Equal(t, "job.batch/approval unchanged\n", stdout)
	s.refuses(1, "has nothing to run; to declare it done: kubectl delete job approval", "retry", "approval", "--only", "--yes")
	s.kubectl("", "delete", "job", "approval")
	s.does("done", "approval")
	s.does("retry", "load", "--yes")
	s.completes("load")
}

// A step that is done before its run is made is not created again.
func TestAStepIsDoneBeforeItsRun(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	folder := s.folder(map[string]string{"jobs.yaml": stepText("extract", "", failsText) + stepText("load", "depctl.dev/depends-on: extract", "")})
	s.does("done", "extract", "--run", "monday")
	stdout, stderr := s.does("run", "-f", folder, "--run", "monday", "--watch")
	require.Contains(t, stdout, "unchanged\n")
	require.Contains(t, stderr, "run monday succeeded")
}

// Who may create no Jobs says nothing, and is told the right; who may not write their status can
// say what succeeded, and finish later what failed.
func TestWhoMaySayThatSomethingIsOver(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.kubectl("", "create", "serviceaccount", "clerk")
	config, err := s.ConfigFor(t.Context(), s.name, "clerk")
	require.NoError(t, err)
	kubeconfig := t.TempDir() + "/clerk"
	require.NoError(t, sandbox.WriteKubeconfig(kubeconfig, config))
	_, stderr, code := s.depctl(kubeconfig, "done", "approval")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "you may not create jobs.batch in namespace "+s.name)
	require.Empty(t, s.allJobs())

	grant := func(rules ...rbacv1.PolicyRule) {
		role := &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{GenerateName: "clerk-"}, Rules: rules}
		role, err := s.client.RbacV1().Roles(s.name).Create(t.Context(), role, metav1.CreateOptions{})
		require.NoError(t, err)
		_, err = s.client.RbacV1().RoleBindings(s.name).Create(t.Context(), &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: role.Name}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: role.Name},
			Subjects: []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: s.name, Name: "clerk"}},
		}, metav1.CreateOptions{})
		require.NoError(t, err)
	}
	grant(rbacv1.PolicyRule{APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: []string{"create", "get"}})
	s.until("the clerk may create Jobs", func() bool {
		_, _, code := s.depctl(kubeconfig, "done", "approval")
		return code == 0
	})
	_, stderr, code = s.depctl(kubeconfig, "done", "denied", "--failed")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "you may not patch jobs.batch/status in namespace "+s.name)
	grant(rbacv1.PolicyRule{APIGroups: []string{"batch"}, Resources: []string{"jobs/status"}, Verbs: []string{"patch"}})
	s.until("the clerk may write the status", func() bool {
		_, _, code := s.depctl(kubeconfig, "done", "denied", "--failed")
		return code == 0
	})
	s.fails("denied")
}
