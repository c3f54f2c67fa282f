{{- /* depctl.on says what the values turn on. */ -}}
{{- define "depctl.on" -}}
{{- include "depctl.check" . -}}
{{- $full := .Values.full -}}
policies: {{ eq .Values.holdBy "policies" }}
webhooks: {{ eq .Values.holdBy "webhook" }}
served: {{ or $full .Values.diagnostics.enabled (eq .Values.holdBy "webhook") }}
arrays: {{ or $full .Values.arrays.enabled }}
deployments: {{ or $full .Values.deployments.enabled }}
kinds: {{ or $full .Values.kinds.enabled }}
secrets: {{ .Values.kinds.secrets }}
kueue: {{ .Values.kueue.enabled }}
limits: {{ or $full .Values.limits.enabled }}
pods: {{ or $full .Values.pods.enabled }}
ranks: {{ .Values.scheduler.enabled }}
results: {{ or $full .Values.results.enabled }}
schedules: {{ or $full .Values.schedules.enabled }}
workloads: {{ or $full .Values.workloads.enabled }}
{{- end }}

{{- /* depctl.check ends with a sentence where the values do not go together, or not with the cluster. */ -}}
{{- define "depctl.check" -}}
{{- $version := .Capabilities.KubeVersion.Version -}}
{{- $policies := eq .Values.holdBy "policies" -}}
{{- if and $policies (semverCompare "<1.36.0-0" $version) -}}
{{- fail (printf "Kubernetes %s has no MutatingAdmissionPolicy, by which holdBy: policies holds Jobs from 1.36 on; holdBy: webhook is for 1.30 to 1.35: --set holdBy=webhook" $version) -}}
{{- end -}}
{{- if and .Values.kueue.enabled (not $policies) -}}
{{- fail "kueue.enabled needs holdBy: policies, and with that Kubernetes 1.36 or newer" -}}
{{- end -}}
{{- if and .Values.kinds.secrets (not (or .Values.full .Values.kinds.enabled)) -}}
{{- fail "kinds.secrets needs kinds.enabled" -}}
{{- end -}}
{{- if .Values.scheduler.enabled -}}
{{- if semverCompare "<1.37.0-0" $version -}}
{{- fail (printf "depctl-scheduler is of Kubernetes 1.37, and a scheduler may not be newer than its API server, which is %s: leave scheduler.enabled off" $version) -}}
{{- end -}}
{{- if not $policies -}}
{{- fail "scheduler.enabled needs holdBy: policies" -}}
{{- end -}}
{{- if not (or .Values.full .Values.limits.enabled) -}}
{{- fail "scheduler.enabled needs limits.enabled: only a gate that keeps limits ranks Jobs" -}}
{{- end -}}
{{- end -}}
{{- if has "kube-system" .Values.namespaces.only -}}
{{- fail "namespaces.only: Jobs of kube-system are always left alone" -}}
{{- end -}}
{{- end }}

{{- /* depctl.image is the name of an image: by its digest, if there is one. */ -}}
{{- define "depctl.image" -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else if .tag }}{{ .repository }}:{{ .tag }}{{ else }}{{ .repository }}{{ end -}}
{{- end }}

{{- /* depctl.namespaceSelector is what policies, webhooks and the flags of the gate have in common. */ -}}
{{- define "depctl.namespaceSelector" -}}
matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values: {{ toJson (concat (list "kube-system") .Values.namespaces.except) }}
  {{- with .Values.namespaces.only }}
  - key: kubernetes.io/metadata.name
    operator: In
    values: {{ toJson . }}
  {{- end }}
{{- end }}
