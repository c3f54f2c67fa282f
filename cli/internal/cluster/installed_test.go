package cluster

import (
	"testing"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func TestWhereItIsInstalled(t *testing.T) {
	t.Parallel()
	binding := func(namespace, release string) *rbacv1.ClusterRoleBinding {
		b := &rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: GateName},
			Subjects:   []rbacv1.Subject{{Kind: "User", Name: GateName}, {Kind: "ServiceAccount", Name: GateName, Namespace: namespace}},
		}
		if release != "" {
			b.Labels = map[string]string{"app.kubernetes.io/managed-by": "Helm"}
			b.Annotations = map[string]string{"meta.helm.sh/release-name": release}
		}
		return b
	}
	for name, test := range map[string]struct {
		binding *rbacv1.ClusterRoleBinding
		want    Installation
	}{
		"nothing is installed":        {nil, DefaultInstallation()},
		"as deploy has it":            {binding(GateNamespace, ""), DefaultInstallation()},
		"by Helm, as deploy has it":   {binding(GateNamespace, "depctl"), Installation{GateNamespace, "depctl"}},
		"by Helm, somewhere else":     {binding("jobs", "mine"), Installation{"jobs", "mine"}},
		"by a template of the chart":  {binding("jobs", ""), Installation{"jobs", ""}},
		"nobody has the gate's right": {&rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: GateName}}, DefaultInstallation()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := fake.NewClientset()
			if test.binding != nil {
				client = fake.NewClientset(test.binding)
			}
			n := FindInstallation(t.Context(), client.RbacV1())
			require.Equal(t, test.want, n)
			require.Equal(t, test.want == DefaultInstallation(), len(n.Namespaces()) == 1, "a namespace of somebody's own stays")
			for _, object := range append(n.Programs(), n.Rights()...) {
				require.Contains(t, []string{"", "kube-system", test.want.Namespace}, object.Namespace)
			}
		})
	}
}
