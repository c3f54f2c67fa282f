package attack

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

// limit is the memory of a gate in deploy/base, in MiB.
const limit = 512

// patience is how long something may take that takes a moment.
const patience = 90 * time.Second

// field is what one attack has: a gate of its own, a namespace whose owner attacks,
// one that is attacked, and one of others, who have nothing to do with it.
type field struct {
	*result
	t      *testing.T
	client kubernetes.Interface
	// evil, victim and others are namespaces, and tenant may do with Jobs and pods
	// in evil what it likes, and nothing elsewhere.
	evil, victim, others string
	tenant               kubernetes.Interface
	gate                 *sandbox.Gate
	history              *history.History
	pods                 *history.Pods
	// calm is how long a chain took before, and chains how many there were.
	calm   time.Duration
	chains int
	// log is where the audit log was last read to.
	log int64
}

// begin starts a gate with these flags for an attack.
func begin(t *testing.T, name, invariant string, flags ...string) *field {
	t.Helper()
	lower := strings.ToLower(name)
	f := &field{
		result: &result{name: name, invariant: invariant}, t: t,
		evil: "evil-" + lower, victim: "own-" + lower, others: "others-" + lower,
	}
	results = append(results, f.result)
	var err error
	f.client, err = kubernetes.NewForConfig(cluster.Config())
	require.NoError(t, err)
	for _, namespace := range []string{f.evil, f.victim, f.others} {
		_, err := f.client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
		require.NoError(t, err)
	}
	f.settleIn()
	recording, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	f.history, err = history.Record(recording, f.client, f.evil)
	require.NoError(t, err)
	f.pods, err = history.RecordPods(recording, f.client)
	require.NoError(t, err)
	f.gate = f.start(flags...)
	t.Cleanup(func() {
		f.judge()
		require.NoError(t, f.gate.Kill())
		stop()
		f.sweep()
	})
	f.calm, _ = f.chain()
	f.requests()
	return f
}

// settleIn gives the attacker its rights.
func (f *field) settleIn() {
	f.t.Helper()
	const name = "tenant"
	_, err := f.client.CoreV1().ServiceAccounts(f.evil).Create(f.t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	require.NoError(f.t, err)
	f.grant(f.evil, name,
		rbacv1.PolicyRule{APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: []string{"*"}},
		rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"pods", "pods/status"}, Verbs: []string{"*"}})
	config, err := cluster.ConfigFor(f.t.Context(), f.evil, name)
	require.NoError(f.t, err)
	f.tenant, err = kubernetes.NewForConfig(config)
	require.NoError(f.t, err)
}

// grant gives a service account of evil rights in a namespace.
func (f *field) grant(namespace, account string, rules ...rbacv1.PolicyRule) {
	f.t.Helper()
	role, err := f.client.RbacV1().Roles(namespace).Create(f.t.Context(),
		&rbacv1.Role{ObjectMeta: metav1.ObjectMeta{GenerateName: "grant-"}, Rules: rules}, metav1.CreateOptions{})
	require.NoError(f.t, err)
	_, err = f.client.RbacV1().RoleBindings(namespace).Create(f.t.Context(), &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: role.Name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: role.Name},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: f.evil, Name: account}},
	}, metav1.CreateOptions{})
	require.NoError(f.t, err)
}

// start starts another gate.
func (f *field) start(flags ...string) *sandbox.Gate {
	f.t.Helper()
	gate, err := cluster.StartGate(f.t.Context(), sandbox.GateOptions{Program: *program, Args: flags})
	require.NoError(f.t, err)
	require.NoError(f.t, gate.WaitReady(f.t.Context()))
	return gate
}

// holds notes that the invariant is broken unless ok.
func (f *field) holds(ok bool, format string, args ...any) bool {
	f.t.Helper()
	if !ok {
		f.t.Errorf(format, args...)
		f.broken = append(f.broken, format)
	}
	return ok
}

// until waits for something, and reports whether it came.
func (f *field) until(wait time.Duration, condition func() bool) bool {
	for deadline := time.Now().Add(wait); !condition(); {
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(50 * time.Millisecond)
	}
	return true
}
