package cluster

import (
	"context"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	rbacv1client "k8s.io/client-go/kubernetes/typed/rbac/v1"
)

// Installation is where depctl is installed. Its methods return the objects of deploy, by the step that deletes them.
type Installation struct {
	// Namespace is that of the gate.
	Namespace string
	// Release is the Helm release that installed it; empty if none did.
	Release string
}

// DefaultInstallation is that of deploy.
func DefaultInstallation() Installation { return Installation{Namespace: GateNamespace} }

// Namespaces returns that of deploy, which goes last, and none where somebody chose another: more may be in it.
func (n Installation) Namespaces() []Installed {
	if n != DefaultInstallation() {
		return nil
	}
	return []Installed{{Kind: namespaceKind, Name: GateNamespace}}
}

// What Helm writes to each object of a release.
const (
	managerLabel      = "app.kubernetes.io/managed-by"
	releaseAnnotation = "meta.helm.sh/release-name"
)

// FindInstallation looks at whom the gate's rights are given to. The Helm chart can install into any namespace. Where
// that is not known, or the user may not read it, it is that of deploy.
func FindInstallation(ctx context.Context, bindings rbacv1client.ClusterRoleBindingsGetter) Installation {
	n := DefaultInstallation()
	b, err := bindings.ClusterRoleBindings().Get(ctx, GateName, metav1.GetOptions{})
	if err != nil {
		return n
	}
	for _, subject := range b.Subjects {
		if subject.Kind == rbacv1.ServiceAccountKind && subject.Name == GateName && subject.Namespace != "" {
			n.Namespace = subject.Namespace
		}
	}
	if b.Labels[managerLabel] == "Helm" {
		n.Release = b.Annotations[releaseAnnotation]
	}
	return n
}
