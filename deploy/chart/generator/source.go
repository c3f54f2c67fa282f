package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// component is one of deploy/components, or two that do the same by policies and by webhooks.
type component struct {
	// on is its name in the template depctl.on.
	on string
	// policies and webhooks are its directories beside deploy/base and deploy/webhook; empty where it cannot be.
	policies, webhooks string
}

// served is the name of the component that is part of deploy/webhook.
const served = "served"

// components are all of them, in the order in which deploy/full lists them.
var components = []component{
	{"arrays", "arrays", "arrays"},
	{"deployments", "deployments", "webhook-deployments"},
	{"kinds", "kinds", "kinds"},
	{"secrets", "kinds-secrets", "kinds-secrets"},
	{"limits", "limits", "limits"},
	{"pods", "pods", "webhook-pods"},
	{"results", "results", "results"},
	{"schedules", "schedules", "schedules"},
	{served, "webhook", ""},
	{"workloads", "workloads", "webhook-workloads"},
	{"kueue", "kueue", ""},
	{"ranks", "scheduler", ""},
}

// objects are what a kustomization makes, by their keys, in its order.
type objects struct {
	keys []string
	by   map[string]*yaml.Node
}

// scenario is what kustomize makes with one component, or with none.
type scenario struct {
	on       string
	policies bool
	objects
}

// withoutPolicies takes away what deploy/webhook does by webhooks.
const withoutPolicies = `patches:
  - target: {kind: "MutatingAdmissionPolicy(Binding)?"}
    patch: |
      $patch: delete
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingAdmissionPolicy
      metadata: {name: any}
`

// scenarios builds the overlays base and webhook, each alone first and then with each component.
func scenarios(deploy string) ([]scenario, error) {
	var all []scenario
	for _, policies := range []bool{true, false} {
		overlay, tail := "base", ""
		if !policies {
			overlay, tail = "webhook", withoutPolicies
		}
		alone, err := build(deploy, "resources: [../"+overlay+"]\n")
		if err != nil {
			return nil, err
		}
		all = append(all, scenario{"", policies, alone})
		for _, c := range components {
			dir := c.policies
			if !policies {
				dir = c.webhooks
			}
			if dir == "" {
				continue
			}
			with, err := build(deploy, "resources: [../"+overlay+"]\ncomponents: [../components/"+dir+"]\n"+tail)
			if err != nil {
				return nil, fmt.Errorf("%s with %s: %w", overlay, dir, err)
			}
			all = append(all, scenario{c.on, policies, with})
		}
	}
	return all, nil
}

// build runs kustomize on a kustomization that stands beside those of deploy. Nothing is written.
func build(deploy, kustomization string) (objects, error) {
	o := objects{by: map[string]*yaml.Node{}}
	memory := filesys.MakeFsInMemory()
	disk := filesys.MakeFsOnDisk()
	err := disk.Walk(deploy, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() || !strings.HasSuffix(path, ".yaml") && !strings.HasSuffix(path, ".json") {
			return err
		}
		data, err := disk.ReadFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(deploy, path)
		if err != nil {
			return err
		}
		return memory.WriteFile("/deploy/"+filepath.ToSlash(relative), data)
	})
	if err != nil {
		return o, fmt.Errorf("reading %s: %w", deploy, err)
	}
	kustomization = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n" + kustomization
	if err := memory.WriteFile("/deploy/one/kustomization.yaml", []byte(kustomization)); err != nil {
		return o, err
	}
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(memory, "/deploy/one")
	if err != nil {
		return o, err
	}
	for _, resource := range made.Resources() {
		text, err := resource.AsYAML()
		if err != nil {
			return o, err
		}
		var document yaml.Node
		if err := yaml.Unmarshal(text, &document); err != nil {
			return o, err
		}
		key := resource.GetKind() + " " + resource.GetNamespace() + "/" + resource.GetName()
		o.keys = append(o.keys, key)
		o.by[key] = document.Content[0]
	}
	return o, nil
}
