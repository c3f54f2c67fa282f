package cli

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// The gate's namespace, and the name of most that belongs to it.
const (
	gateNamespace = "depctl-system"
	gateName      = "depctl-gate"
)

// kind is a kind of object as requests and as kubectl's messages name it.
type kind struct {
	resource schema.GroupVersionResource
	singular string
}

func newKind(group, version, plural, singular string) kind {
	return kind{schema.GroupVersionResource{Group: group, Version: version, Resource: plural}, singular}
}

const (
	admissionGroup = "admissionregistration.k8s.io"
	rbacGroup      = "rbac.authorization.k8s.io"
)

var (
	mutatingPolicyKind    = newKind(admissionGroup, "v1", "mutatingadmissionpolicies", "mutatingadmissionpolicy")
	mutatingBindingKind   = newKind(admissionGroup, "v1", "mutatingadmissionpolicybindings", "mutatingadmissionpolicybinding")
	validatingPolicyKind  = newKind(admissionGroup, "v1", "validatingadmissionpolicies", "validatingadmissionpolicy")
	validatingBindingKind = newKind(admissionGroup, "v1", "validatingadmissionpolicybindings", "validatingadmissionpolicybinding")
	clusterRoleKind       = newKind(rbacGroup, "v1", "clusterroles", "clusterrole")
	clusterBindingKind    = newKind(rbacGroup, "v1", "clusterrolebindings", "clusterrolebinding")
	roleKind              = newKind(rbacGroup, "v1", "roles", "role")
	roleBindingKind       = newKind(rbacGroup, "v1", "rolebindings", "rolebinding")
	disruptionKind        = newKind("policy", "v1", "poddisruptionbudgets", "poddisruptionbudget")
	deploymentKind        = newKind("apps", "v1", "deployments", "deployment")
	serviceAccountKind    = newKind("", "v1", "serviceaccounts", "serviceaccount")
	namespaceKind         = newKind("", "v1", "namespaces", "namespace")
	podKind               = newKind("", "v1", "pods", "pod")
	jobKind               = newKind("batch", "v1", "jobs", "job")
)

// installed is one object of deploy/base.
type installed struct {
	kind
	namespace, name string
}

// String returns the object as kubectl names it: deployment.apps "depctl-gate".
func (i installed) String() string {
	return fmt.Sprintf("%s %q", schema.GroupResource{Group: i.resource.Group, Resource: i.singular}, i.name)
}

// from returns the namespace as kubectl adds it to a message.
func (i installed) from() string {
	if i.namespace == "" {
		return ""
	}
	return " from " + i.namespace + " namespace"
}

// The objects of deploy/base, by the step that deletes them.
var (
	installedPolicies  = policies(mutatingBindingKind, mutatingPolicyKind, "hold", "keep", "strip")
	installedGate      = []installed{{deploymentKind, gateNamespace, gateName}, {disruptionKind, gateNamespace, gateName}}
	installedRights    = rights()
	installedNamespace = []installed{{namespaceKind, "", gateNamespace}}
)

// rights returns what the gate may do and what keeps it from more. The leash
// goes last: without it the rights would be wider for a moment.
func rights() []installed {
	return append([]installed{
		{clusterBindingKind, "", gateName},
		{clusterRoleKind, "", gateName},
		{roleBindingKind, gateNamespace, gateName},
		{roleKind, gateNamespace, gateName},
		{serviceAccountKind, gateNamespace, gateName},
	}, policies(validatingBindingKind, validatingPolicyKind, "leash-jobs", "leash-status", "leash-pods", "leash-rest", "leash-system")...)
}

// policies returns admission policies, each after its binding: a binding to a
// policy that is gone would be a mistake for as long as it stays.
func policies(bindings, policies kind, names ...string) []installed {
	var all []installed
	for _, name := range names {
		all = append(all, installed{bindings, "", name + ".depctl.dev"}, installed{policies, "", name + ".depctl.dev"})
	}
	return all
}
