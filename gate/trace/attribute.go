package trace

import (
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// attributes returns what is told of a Job: by OpenTelemetry's names for Kubernetes, and
// below "depctl." what is ours.
func attributes(job *batchv1.Job, observed gate.Job, release *gate.Release) (list []*commonpb.KeyValue) {
	list = text(list, "k8s.namespace.name", job.Namespace)
	list = text(list, "k8s.job.name", job.Name)
	list = text(list, "k8s.job.uid", string(job.UID))
	list = text(list, "k8s.cronjob.name", cronJob(job))
	if run := observed.Step().Run; run != "" {
		list = text(list, "depctl.run", run)
		list = text(list, "depctl.step", observed.Step().Name)
	}
	list = text(list, "depctl.depends_on", observed.DependsOn)
	list = text(list, "depctl.uses", job.Annotations[gate.UsesAnnotation])
	list = text(list, "depctl.outcome", outcomes[observed.Object.Outcome])
	list = text(list, "depctl.reason", observed.Object.Reason)
	list = number(list, "depctl.attempts", observed.Made)
	if array := observed.Object.Array; array != nil {
		list = number(list, "depctl.elements", array.Size)
	}
	if release != nil {
		list = text(list, "depctl.released_by", release.By)
	}
	return list
}

// outcomes are the words for how a Job ended, as expressions have them.
var outcomes = map[lang.Outcome]string{lang.Succeeded: "succeeded", lang.Failed: "failed", lang.Skipped: "skipped"}

// text adds an attribute that is a text, unless it is empty.
func text(list []*commonpb.KeyValue, key, value string) []*commonpb.KeyValue {
	if value == "" {
		return list
	}
	return append(list, &commonpb.KeyValue{Key: key, Value: &commonpb.AnyValue{
		Value: &commonpb.AnyValue_StringValue{StringValue: gate.Clip(value, longestText)},
	}})
}

func number(list []*commonpb.KeyValue, key string, value int64) []*commonpb.KeyValue {
	return append(list, &commonpb.KeyValue{Key: key, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_IntValue{IntValue: value}}})
}
