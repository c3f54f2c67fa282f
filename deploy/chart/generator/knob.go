package main

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// programs are the Deployments of the chart, by the group of values that each has.
var programs = map[string]string{"depctl-gate": "gate", "depctl-scheduler": "scheduler", "depctl-ui": "ui", "depctl-events": "events"}

// moreArgs are the flags that values give to a program, beside those of the manifest.
var moreArgs = map[string]string{
	"gate": `{{- if ne .Release.Namespace "depctl-system" }}
- --namespace={{ .Release.Namespace }}
{{- end }}
{{- with .Values.namespaces.only }}
- --namespaces={{ join "," . }}
{{- end }}
{{- with .Values.namespaces.except }}
- --exclude-namespaces={{ join "," (prepend . "kube-system") }}
{{- end }}
{{- if ne .Values.gate.crossNamespace "rbac" }}
- --cross-namespace={{ .Values.gate.crossNamespace }}
{{- end }}
{{- with .Values.gate.logLevel }}
- --v={{ . }}
{{- end }}
{{- if ne .Values.gate.logFormat "text" }}
- --logging-format={{ .Values.gate.logFormat }}
{{- end }}
`,
	"ui": `{{- range .Values.ui.hosts }}
- --host={{ . }}
{{- end }}
`,
}

// knobs puts values of the chart into the template of an object.
func (t *template) knobs(n *yaml.Node) {
	name := field(n, "metadata", "name").Value
	kind := field(n, "kind").Value
	walk(n, "", func(key string, n *yaml.Node) {
		// Which namespaces are left alone is a value; the one that leash-system is about is not.
		if key == "namespaceSelector" && n.Kind == yaml.MappingNode && field(n, "matchExpressions") != nil {
			n.Content = nil
			t.line(n, `{{- include "depctl.namespaceSelector" . | nindent INDENT }}`)
		}
	})
	switch kind {
	case "Deployment", "Job":
		t.program(n, programs[strings.TrimSuffix(name, "-retire")])
		if kind == "Job" {
			put(field(n, "spec"), "activeDeadlineSeconds", t.value(".Values.retire.deadlineSeconds"))
		}
	case "PodDisruptionBudget":
		put(field(n, "spec"), "maxUnavailable", t.value(".Values."+programs[name]+".disruptionBudget.maxUnavailable"))
	case "Namespace":
		t.namespace(n, name)
	case "ClusterRole":
		if rules := field(n, "rules"); rules != nil && len(rules.Content) == 0 {
			drop(n, "rules") // Kubernetes fills them in, and Helm must not own them
		}
	}
	if group := strings.TrimPrefix(name, "depctl-"); group == "ui" || group == "events" || name == "depctl-events-jobs" {
		walk(n, "", func(key string, n *yaml.Node) {
			if key == "namespace" && n.Kind == yaml.ScalarNode && n.Value == "depctl-"+strings.TrimSuffix(group, "-jobs") {
				*n = *t.value(".Values." + group + ".namespace | quote")
			}
		})
	}
	t.marks(n, "labels", ".Values.labels")
	if kind == "ServiceMonitor" || kind == "PrometheusRule" {
		t.line(field(n, "metadata", "labels"), "{{- with .Values.monitoring.labels }}\n{{- toYaml . | nindent INDENT }}\n{{- end }}")
	}
	t.marks(n, "annotations", ".Values.annotations")
}

func (t *template) namespace(n *yaml.Node, name string) {
	put(field(n, "metadata"), "name", t.value(".Values."+strings.TrimPrefix(name, "depctl-")+".namespace | quote"))
}

// marks adds the labels or annotations of a value to the metadata of an object.
func (t *template) marks(n *yaml.Node, key, value string) {
	metadata := field(n, "metadata")
	if there := field(metadata, key); there != nil {
		t.line(there, "{{- with "+value+" }}\n{{- toYaml . | nindent INDENT }}\n{{- end }}")
		return
	}
	t.line(metadata, "{{- with "+value+" }}\n"+key+":\n  {{- toYaml . | nindent INDENT+2 }}\n{{- end }}")
}

// program puts the values of a program into its Deployment, or into the Job that is made of it.
func (t *template) program(n *yaml.Node, group string) {
	value := ".Values." + group
	pod := field(n, "spec", "template")
	spec := field(pod, "spec")
	if field(n, "spec", "replicas") != nil {
		put(field(n, "spec"), "replicas", t.value(value+".replicas"))
	}
	t.marks(pod, "labels", value+".podLabels")
	t.marks(pod, "annotations", value+".podAnnotations")
	container := field(spec, "containers").Content[0]
	put(container, "image", t.value(`include "depctl.image" `+value+`.image | quote`))
	t.line(container, "{{- with "+value+".image.pullPolicy }}\nimagePullPolicy: {{ . }}\n{{- end }}")
	args := field(container, "args")
	args.Content = slices.DeleteFunc(args.Content, func(arg *yaml.Node) bool { return strings.HasPrefix(arg.Value, "--host=") })
	t.line(args, moreArgs[group]+"{{- range "+value+".extraArgs }}\n- {{ . | quote }}\n{{- end }}")
	if env := field(container, "env"); env != nil {
		for _, one := range env.Content {
			if field(one, "name").Value == "GOMEMLIMIT" {
				put(one, "value", t.value(value+".goMemoryLimit | quote"))
			}
		}
	}
	t.block(container, "resources", value+".resources")
	t.block(spec, "nodeSelector", value+".nodeSelector")
	t.block(spec, "tolerations", value+".tolerations")
	if field(n, "kind").Value == "Deployment" {
		t.block(spec, "affinity", value+".affinity")
		t.block(spec, "topologySpreadConstraints", value+".topologySpreadConstraints")
	}
	t.block(spec, "imagePullSecrets", ".Values.imagePullSecrets")
	t.line(spec, "{{- with "+value+".priorityClassName }}\npriorityClassName: {{ . }}\n{{- end }}")
}

// block replaces a field by a value, where that is not empty.
func (t *template) block(n *yaml.Node, key, value string) {
	drop(n, key)
	t.line(n, "{{- with "+value+" }}\n"+key+":\n  {{- toYaml . | nindent INDENT+2 }}\n{{- end }}")
}

// cutImage splits the name of an image before its tag.
func cutImage(image string) (repository, tag string, tagged bool) {
	slash := strings.LastIndexByte(image, '/')
	name, tag, tagged := strings.Cut(image[slash+1:], ":")
	return image[:slash+1] + name, tag, tagged
}
