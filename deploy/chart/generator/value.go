package main

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// value is one value of the chart.
type value struct {
	// path is its name, with dots.
	path string
	// says is what it is for, in one line.
	says string
	// preset is its default.
	preset *yaml.Node
	// allows is its JSON schema.
	allows schema
}

// schema is a JSON schema, or a part of one.
type schema map[string]any

var (
	boolean   = schema{"type": "boolean"}
	anything  = schema{"type": "string"}
	filled    = schema{"type": "string", "minLength": 1}
	label     = schema{"type": "string", "maxLength": 63, "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"}
	object    = schema{"type": "object"}
	list      = schema{"type": "array", "items": object}
	toStrings = schema{"type": "object", "additionalProperties": anything}
	memory    = schema{"type": "string", "pattern": "^([0-9]+(B|KiB|MiB|GiB|TiB)?|off)$"}
	flags     = schema{"type": "array", "items": schema{"type": "string", "pattern": "^-"}}
	// labels may not replace those by which the objects of depctl are known.
	labels = schema{
		"type": "object", "additionalProperties": anything,
		"propertyNames": schema{"not": schema{"enum": []string{"app.kubernetes.io/name", "app.kubernetes.io/part-of", "app.kubernetes.io/managed-by"}}},
	}
)

func enum(of ...string) schema { return schema{"type": "string", "enum": of} }

func integer(least, most int) schema {
	return schema{"type": "integer", "minimum": least, "maximum": most}
}

func listOf(s schema) schema { return schema{"type": "array", "items": s, "uniqueItems": true} }

// values returns all values of the chart, in the order in which they are told. Those that the manifests have come
// from there: deployments are the programs by their group.
func values(deployments map[string]*yaml.Node) []value {
	one := func(path, says string, preset any, allows schema) value {
		return value{path, says, node(preset), allows}
	}
	all := []value{
		one("holdBy", "What holds annotated Jobs as they are made: policies (Kubernetes 1.36 or newer), or webhook (1.30 to 1.35).", "policies", enum("policies", "webhook")),
		one("full", "All of arrays, deployments, diagnostics, kinds, limits, pods, results, schedules and workloads, whatever they say.", false, boolean),
		one("arrays.enabled", "Release arrays element by element.", false, boolean),
		one("deployments.enabled", "Hold Deployments.", false, boolean),
		one("diagnostics.enabled", "Refuse an expression that cannot be read at kubectl apply, by a webhook. With holdBy: webhook it always is.", false, boolean),
		one("kinds.enabled", "Look up objects of other kinds than Jobs.", false, boolean),
		one("kinds.secrets", "Look up Secrets, too: whoever has the gate's token can then read all Secrets of the cluster.", false, boolean),
		one("kueue.enabled", "Hold Jobs in queues of Kueue, without quota. Needs holdBy: policies, and Kueue v0.17 or newer.", false, boolean),
		one("limits.enabled", "Give tokens of limits to Jobs with depctl.dev/uses.", false, boolean),
		one("pods.enabled", "Hold Pods that no controller owns.", false, boolean),
		one("results.enabled", "Read the results of Jobs.", false, boolean),
		one("schedules.enabled", "Wait for runs of CronJobs.", false, boolean),
		one("workloads.enabled", "Hold JobSets and RayJobs.", false, boolean),
		one("namespaces.only", "The only namespaces whose Jobs are held and released; all if it is empty. Policies, webhooks and gate get the same.", []string{}, listOf(label)),
		one("namespaces.except", "Namespaces whose Jobs are left alone, beside kube-system.", []string{}, listOf(label)),
		one("labels", "More labels of all objects.", map[string]string{}, labels),
		one("annotations", "Annotations of all objects.", map[string]string{}, toStrings),
		one("imagePullSecrets", "Secrets with which the images are pulled, as in [{name: registry}].", []string{}, list),
		one("gate.crossNamespace", "References into other namespaces: rbac asks for the right, open honours all, deny none.", "rbac", enum("rbac", "open", "deny")),
		one("gate.logLevel", "How much is logged.", 0, integer(0, 10)),
		one("gate.logFormat", "text or json.", "text", enum("text", "json")),
	}
	all = append(all, ofProgram("gate", "the gate", deployments)...)
	all = append(all,
		one("retire.enabled", "Before helm uninstall, a Job with the gate's image removes the finalizers that gates keep on Jobs.", true, boolean),
		one("retire.deadlineSeconds", "How long that may take before helm uninstall fails.", 240, integer(30, 86400)),
		one("monitoring.enabled", "The Service of the metrics, and what follows.", false, boolean),
		one("monitoring.serviceMonitor.enabled", "A ServiceMonitor of the Prometheus operator.", true, boolean),
		one("monitoring.rules.enabled", "Alerts, as a PrometheusRule.", true, boolean),
		one("monitoring.dashboard.enabled", "The dashboard, as a ConfigMap for Grafana's sidecar.", true, boolean),
		one("monitoring.labels", "Labels of the ServiceMonitor and the PrometheusRule, by which a Prometheus selects them.", map[string]string{}, labels),
		one("scheduler.enabled", "depctl-scheduler, and ranks for it. Needs Kubernetes 1.37, holdBy: policies and limits.", false, boolean),
	)
	all = append(all, ofProgram("scheduler", "depctl-scheduler", deployments)...)
	all = append(all,
		one("ui.enabled", "The page of depctl ui, for many users.", false, boolean),
		one("ui.namespace", "The namespace of the page.", "depctl-ui", label),
		one("ui.createNamespace", "Make that namespace. helm uninstall then deletes it, with all that is in it.", true, boolean),
		one("ui.hosts", "The names by which browsers call the page.", []string{"localhost:8080"}, listOf(filled)),
	)
	all = append(all, ofProgram("ui", "the page", deployments)...)
	all = append(all,
		one("events.enabled", "depctl serve, which has Jobs made when something happens outside.", false, boolean),
		one("events.namespace", "The namespace of depctl serve.", "depctl-events", label),
		one("events.createNamespace", "Make that namespace. helm uninstall then deletes it, with all that is in it.", true, boolean),
	)
	return append(all, ofProgram("events", "depctl serve", deployments)...)
}

// ofProgram returns the values that every program has.
func ofProgram(group, name string, deployments map[string]*yaml.Node) []value {
	spec := field(deployments[group], "spec")
	pod := field(spec, "template", "spec")
	container := field(pod, "containers").Content[0]
	repository, tag, _ := cutImage(field(container, "image").Value)
	at := func(path, says string, preset *yaml.Node, allows schema) value {
		return value{group + "." + path, fmt.Sprintf(says, name), preset, allows}
	}
	all := []value{
		at("image.repository", "The image of %s.", text(repository), filled),
		at("image.tag", "The tag of the image of %s. Give depctl and the gate the same version.", text(tag), schema{"type": "string", "maxLength": 128}),
		at("image.digest", "The digest of the image of %s, in place of the tag.", text(""), schema{"type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$"}),
		at("image.pullPolicy", "When the image of %s is pulled; empty for the default of Kubernetes.", text(""), enum("", "Always", "IfNotPresent", "Never")),
	}
	if group == "gate" || group == "scheduler" {
		all = append(all,
			at("replicas", "Replicas of %s. One leads, the others take over.", field(spec, "replicas"), integer(0, 100)),
			at("disruptionBudget.enabled", "A PodDisruptionBudget for %s.", node(true), boolean),
			at("disruptionBudget.maxUnavailable", "How many pods of %s a drain may take at once.", node(1), integer(1, 100)),
		)
	} else {
		all = append(all, at("replicas", "Replicas of %s: 0 or 1, for what one knows another does not.", field(spec, "replicas"), integer(0, 1)))
	}
	all = append(all,
		at("extraArgs", "More flags of %s.", node([]string{}), flags),
		at("resources", "Requests and limits of %s.", field(container, "resources"), schema{"type": "object", "additionalProperties": false, "properties": schema{"requests": object, "limits": object, "claims": schema{"type": "array"}}}),
	)
	if env := field(container, "env"); env != nil {
		for _, one := range env.Content {
			if field(one, "name").Value == "GOMEMLIMIT" {
				all = append(all, at("goMemoryLimit", "GOMEMLIMIT of %s: a little under its limit of memory.", field(one, "value"), memory))
			}
		}
	}
	spread := field(pod, "topologySpreadConstraints")
	if spread == nil {
		spread = node([]string{})
	}
	return append(all,
		at("nodeSelector", "On which nodes %s may run.", node(map[string]string{}), toStrings),
		at("tolerations", "Which taints %s tolerates.", node([]string{}), list),
		at("affinity", "Where %s would rather run.", node(map[string]string{}), object),
		at("topologySpreadConstraints", "How the pods of %s are spread.", spread, list),
		at("priorityClassName", "The priority class of %s.", text(""), anything),
		at("podLabels", "More labels of the pods of %s.", node(map[string]string{}), labels),
		at("podAnnotations", "Annotations of the pods of %s.", node(map[string]string{}), toStrings),
	)
}
