package cli

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// The gate's namespace, and the names of most that belongs to it.
const (
	gateNamespace = "depctl-system"
	gateName      = "depctl-gate"
	webhookName   = "depctl-gate-webhook"
	arraysName    = "depctl-gate-arrays"
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
	mutatingWebhookKind   = newKind(admissionGroup, "v1", "mutatingwebhookconfigurations", "mutatingwebhookconfiguration")
	validatingWebhookKind = newKind(admissionGroup, "v1", "validatingwebhookconfigurations", "validatingwebhookconfiguration")
	clusterRoleKind       = newKind(rbacGroup, "v1", "clusterroles", "clusterrole")
	clusterBindingKind    = newKind(rbacGroup, "v1", "clusterrolebindings", "clusterrolebinding")
	roleKind              = newKind(rbacGroup, "v1", "roles", "role")
	roleBindingKind       = newKind(rbacGroup, "v1", "rolebindings", "rolebinding")
	disruptionKind        = newKind("policy", "v1", "poddisruptionbudgets", "poddisruptionbudget")
	serviceKind           = newKind("", "v1", "services", "service")
	secretKind            = newKind("", "v1", "secrets", "secret")
	deploymentKind        = newKind("apps", "v1", "deployments", "deployment")
	serviceAccountKind    = newKind("", "v1", "serviceaccounts", "serviceaccount")
	namespaceKind         = newKind("", "v1", "namespaces", "namespace")
	podKind               = newKind("", "v1", "pods", "pod")
	jobKind               = newKind("batch", "v1", "jobs", "job")
)

// installed is one object of deploy.
type installed struct {
	kind
	namespace, name string
	// optional objects are in some of the overlays: nobody misses them.
	optional bool
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

// The objects of deploy, by the step that deletes them.
var (
	installedPolicies  = holds()
	installedGate      = []installed{{kind: deploymentKind, namespace: gateNamespace, name: gateName}, {kind: disruptionKind, namespace: gateNamespace, name: gateName}}
	installedRights    = rights()
	installedNamespace = []installed{{kind: namespaceKind, name: gateNamespace}}
)

// holds returns what holds annotated Jobs, and what refuses them. The webhooks go
// first: as soon as their gate is gone, no annotated Job can be made. What refuses a
// Job that is not held goes before what holds it, for the same reason.
func holds() []installed {
	return optional(slices.Concat([]installed{
		{kind: mutatingWebhookKind, name: gateName},
		{kind: validatingWebhookKind, name: gateName},
	}, policies(validatingBindingKind, validatingPolicyKind, "refuse"),
		policies(mutatingBindingKind, mutatingPolicyKind, "hold", "keep", "strip"))...)
}

// rights returns what the gate may do and what keeps it from more. The leash
// goes last: without it the rights would be wider for a moment.
func rights() []installed {
	all := optional(
		installed{kind: serviceKind, namespace: gateNamespace, name: webhookName},
		installed{kind: secretKind, namespace: gateNamespace, name: webhookName},
		installed{kind: roleBindingKind, namespace: gateNamespace, name: webhookName},
		installed{kind: roleKind, namespace: gateNamespace, name: webhookName},
		installed{kind: clusterBindingKind, name: webhookName},
		installed{kind: clusterRoleKind, name: webhookName},
		installed{kind: clusterBindingKind, name: arraysName},
		installed{kind: clusterRoleKind, name: arraysName},
	)
	all = append(all,
		installed{kind: clusterBindingKind, name: gateName},
		installed{kind: clusterRoleKind, name: gateName},
		installed{kind: roleBindingKind, namespace: gateNamespace, name: gateName},
		installed{kind: roleKind, namespace: gateNamespace, name: gateName},
		installed{kind: serviceAccountKind, namespace: gateNamespace, name: gateName},
	)
	all = append(all, optional(policies(validatingBindingKind, validatingPolicyKind, "leash-webhooks", "leash-secrets")...)...)
	return append(all, policies(validatingBindingKind, validatingPolicyKind, "leash-jobs", "leash-status", "leash-pods", "leash-pod-status", "leash-rest", "leash-system")...)
}

// policies returns admission policies, each after its binding: a binding to a
// policy that is gone would be a mistake for as long as it stays.
func policies(bindings, policies kind, names ...string) []installed {
	var all []installed
	for _, name := range names {
		all = append(all, installed{kind: bindings, name: name + ".depctl.dev"}, installed{kind: policies, name: name + ".depctl.dev"})
	}
	return all
}

func optional(all ...installed) []installed {
	for i := range all {
		all[i].optional = true
	}
	return all
}
