package main

import (
	"go.yaml.in/yaml/v3"
)

const retireName = "depctl-gate-retire"

// add puts one more object into a scenario.
func (s *scenario) add(key string, n *yaml.Node) {
	s.keys = append(s.keys, key)
	s.by[key] = n
}

// retirement returns a Job in a hook that runs the gate's own image with the gate's own rights and flags once more
// before anything is deleted, with --retire: that removes what a gate keeps on Jobs, Pods and CronJobs.
func retirement(deployment *yaml.Node) (key string, job *yaml.Node) {
	pod := clone(field(deployment, "spec", "template"))
	spec := field(pod, "spec")
	drop(spec, "topologySpreadConstraints")
	put(spec, "restartPolicy", text("Never"))
	container := field(spec, "containers").Content[0]
	drop(container, "ports", "livenessProbe", "readinessProbe", "lifecycle")
	args := field(container, "args")
	args.Content = append([]*yaml.Node{text("--retire")}, args.Content...)
	// Not the gate's: its Service, its PodDisruptionBudget and those who ask for its pods do not mean this one.
	put(pod, "metadata", node(map[string]any{"labels": map[string]string{"app.kubernetes.io/name": retireName}}))
	job = node(map[string]any{
		"apiVersion": "batch/v1",
		"kind":       "Job",
		"metadata": map[string]any{
			"name": retireName, "namespace": home,
			"labels": map[string]string{"app.kubernetes.io/name": retireName, "app.kubernetes.io/part-of": "depctl"},
			"annotations": map[string]string{
				"helm.sh/hook": "pre-delete", "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded",
			},
		},
		"spec": map[string]any{"backoffLimit": 3},
	})
	put(field(job, "spec"), "template", pod)
	return "Job " + home + "/" + retireName, job
}
