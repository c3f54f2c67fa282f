package integration

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/gate"
)

// grant lets a service account get the named Job of the namespace, or list all
// of them if there is no name. The binding has the name that is returned.
func (s *space) grant(to *space, account, job string) string {
	s.t.Helper()
	rule := rbacv1.PolicyRule{APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: []string{"list"}}
	if job != "" {
		rule.Verbs, rule.ResourceNames = []string{"get"}, []string{job}
	}
	return s.bind(rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: to.name, Name: account}, rule)
}

// bind gives somebody rights in the namespace.
func (s *space) bind(subject rbacv1.Subject, rules ...rbacv1.PolicyRule) string {
	s.t.Helper()
	role, err := s.client.RbacV1().Roles(s.name).Create(s.t.Context(),
		&rbacv1.Role{ObjectMeta: metav1.ObjectMeta{GenerateName: "grant-"}, Rules: rules}, metav1.CreateOptions{})
	require.NoError(s.t, err)
	_, err = s.client.RbacV1().RoleBindings(s.name).Create(s.t.Context(), &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: role.Name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: role.Name},
		Subjects:   []rbacv1.Subject{subject},
	}, metav1.CreateOptions{})
	require.NoError(s.t, err)
	return role.Name
}

func (s *space) revoke(binding string) {
	s.t.Helper()
	require.NoError(s.t, s.client.RbacV1().RoleBindings(s.name).Delete(s.t.Context(), binding, metav1.DeleteOptions{}))
}

// account makes a service account.
func (s *space) account(name string) {
	s.t.Helper()
	_, err := s.client.CoreV1().ServiceAccounts(s.name).Create(s.t.Context(),
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	require.NoError(s.t, err)
}

// tenant returns the space as somebody sees it who may do everything to Jobs in
// it, and nothing elsewhere.
func (s *space) tenant(account string) *space {
	s.t.Helper()
	s.account(account)
	s.bind(rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: s.name, Name: account},
		rbacv1.PolicyRule{APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: []string{"*"}},
		rbacv1.PolicyRule{APIGroups: []string{"events.k8s.io"}, Resources: []string{"events"}, Verbs: []string{"get", "list", "watch"}})
	as := *s
	own := *s.cluster
	as.cluster = &own
	own.client = s.as(s.name, account)
	return &as
}

// as returns a client that acts as a service account.
func (c *cluster) asAccount(ctx context.Context, namespace, account string) (kubernetes.Interface, error) {
	config, err := c.ConfigFor(ctx, namespace, account)
	if err != nil {
		return nil, err
	}
	return kubernetes.NewForConfig(config)
}

func (s *space) as(namespace, account string) kubernetes.Interface {
	s.t.Helper()
	client, err := s.asAccount(s.t.Context(), namespace, account)
	require.NoError(s.t, err)
	return client
}

// forbidden waits for the event that says that a Job may not look at something,
// and returns its text.
func (s *space) forbidden(name string) string {
	s.t.Helper()
	note := s.warning(name, gate.ReasonProblem).Note
	require.Contains(s.t, note, " may not ")
	return note
}

// grantFrom runs in a shell, exactly as it stands there, the command that a
// message says to run.
func (s *space) grantFrom(message string) {
	s.t.Helper()
	_, command, found := strings.Cut(message, "to allow it: ")
	require.True(s.t, found, message)
	bin := s.t.TempDir()
	kubectl := fmt.Sprintf("#!/bin/sh\nexec %q kubectl \"$@\"\n", filepath.Join(s.bin(), "kube"))
	require.NoError(s.t, os.WriteFile(filepath.Join(bin, "kubectl"), []byte(kubectl), 0o755))
	shell := exec.CommandContext(s.t.Context(), "sh", "-c", command)
	shell.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "KUBECONFIG="+s.Kubeconfig(), "KUBECACHEDIR="+bin, "KUBERC=off")
	out, err := shell.CombinedOutput()
	require.NoError(s.t, err, "%s: %s", command, out)
}

// bin is where the programs are.
func (s *space) bin() string {
	s.t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", "bin"))
	require.NoError(s.t, err)
	return dir
}

// said returns what the gate has said about the Jobs of the namespace.
func (s *space) said() []eventsv1.Event {
	s.t.Helper()
	list, err := s.client.EventsV1().Events(s.name).List(s.t.Context(), metav1.ListOptions{})
	require.NoError(s.t, err)
	var own []eventsv1.Event
	for _, event := range list.Items {
		if event.ReportingController == "depctl-gate" {
			own = append(own, event)
		}
	}
	return own
}
