package argo

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/yaml"

	"depctl.dev/cli/importer/output"
	"depctl.dev/gate"
)

// retry carries how often a pod is tried again.
func (l *leaf) retry(s scope, template tree) {
	strategy := template.get("retryStrategy")
	if !strategy.there() {
		strategy = l.w.spec.get("retryStrategy")
	}
	if !strategy.there() {
		return
	}
	out := l.w.out
	limit := int32(math.MaxInt32)
	if text := strategy.get("limit"); text.there() {
		n, err := strconv.ParseInt(s.replace(text.text(), text.place()), 10, 32)
		if err != nil || n < 0 {
			out.Fail(text.place(), "", "the limit %q of retryStrategy is no number", text.text())
		}
		limit = int32(n)
	}
	l.job.Spec.BackoffLimit = ptr.To(limit)
	for _, key := range strategy.keys() {
		switch key {
		case "limit":
		case "retryPolicy":
			switch policy := strategy.text(key); policy {
			case "Always", "OnFailure":
			case "OnError", "OnTransientError":
				l.job.Spec.PodFailurePolicy = &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{{
					Action: batchv1.PodFailurePolicyActionFailJob,
					OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{
						ContainerName: ptr.To(output.Main), Operator: batchv1.PodFailurePolicyOnExitCodesOpNotIn, Values: []int32{0},
					},
				}}}
			default:
				out.Fail(strategy.line(key), "", "the retryPolicy %q is not known here", policy)
			}
		case "backoff":
			out.Note(strategy.line(key), "backoff", "left out: Kubernetes waits 10s, 20s, 40s, ... before it tries again")
		case "affinity":
			out.Note(strategy.line(key), "affinity of retryStrategy", "left out: the scheduler chooses the node of each try")
		default:
			out.Fail(strategy.line(key), "podFailurePolicy of a Job asks for exit codes", "%s of retryStrategy cannot be carried", key)
		}
	}
}

// timeouts carries how long a pod, and a task with all its tries, may run.
func (l *leaf) timeouts(template tree) {
	spec := &l.job.Spec
	if deadline := template.get("activeDeadlineSeconds"); deadline.there() {
		n, err := seconds(deadline.text())
		switch {
		case err != nil:
			l.w.out.Fail(deadline.place(), "", "activeDeadlineSeconds: %s", err)
		case l.label == "" && ptr.Deref(spec.BackoffLimit, 0) == 0:
			spec.ActiveDeadlineSeconds = ptr.To(n)
		default:
			spec.Template.Spec.ActiveDeadlineSeconds = ptr.To(n)
		}
	}
	if timeout := template.get("timeout"); timeout.there() {
		n, err := seconds(timeout.text())
		if err != nil {
			l.w.out.Fail(timeout.place(), "", "timeout: %s", err)
			return
		}
		spec.ActiveDeadlineSeconds = ptr.To(n)
	}
}

// seconds reads a number of seconds, or a duration.
func seconds(text string) (int64, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 0 {
		return n, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is neither seconds nor a duration", text)
	}
	return int64(math.Ceil(d.Seconds())), nil
}

// deadline carries how long the workflow may take. It is over before its exit handlers.
func (w *workflow) deadline(root *node) {
	text := w.spec.get("activeDeadlineSeconds")
	if !text.there() {
		return
	}
	n, err := seconds(text.text())
	if err != nil {
		w.out.Fail(text.place(), "", "activeDeadlineSeconds: %s", err)
		return
	}
	for _, l := range w.leaves {
		if before := l.job.Spec.ActiveDeadlineSeconds; before == nil || *before > n {
			l.job.Spec.ActiveDeadlineSeconds = ptr.To(n)
		}
		if !l.node.guard.IsTrue() {
			output.Annotate(l.job, gate.WaitTimeoutAnnotation, fmt.Sprintf("%ds", n))
		}
	}
	w.out.Note(w.spec.line("activeDeadlineSeconds"), "activeDeadlineSeconds", "no Job waits longer, and none runs longer; one that starts late may end later than the workflow would have")
}

// timeToLive is how long finished Jobs stay.
func (w *workflow) timeToLive() *int32 {
	most := int64(-1)
	strategy := w.spec.get("ttlStrategy")
	for _, key := range []string{"secondsAfterCompletion", "secondsAfterSuccess", "secondsAfterFailure"} {
		if n, err := seconds(strategy.text(key)); err == nil {
			most = max(most, n)
		}
	}
	if most < 0 || most > math.MaxInt32 {
		return nil
	}
	w.out.Note(w.spec.line("ttlStrategy"), "ttlStrategy", "each Job goes %d seconds after it has ended, which is the most that is said", most)
	return ptr.To(int32(most))
}

// patch applies the podSpecPatch of the workflow, and then that of the template.
func (l *leaf) patch(s scope, template tree) {
	for _, from := range []tree{l.w.spec.get("podSpecPatch"), template.get("podSpecPatch")} {
		if !from.there() {
			continue
		}
		text := s.replace(from.text(), from.place())
		if refs := l.w.refsIn(text); len(refs) > 0 {
			l.w.out.Fail(from.place(), "write the value", "podSpecPatch has {{%s}}, which is known only when another Job has run", refs[0].said)
			continue
		}
		patched, err := patchPod(l.job.Spec.Template.Spec, text)
		if err != nil {
			l.w.out.Fail(from.place(), "", "podSpecPatch: %s", err)
			continue
		}
		l.job.Spec.Template.Spec = patched
	}
}

func patchPod(spec corev1.PodSpec, text string) (patched corev1.PodSpec, err error) {
	patch, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return spec, fmt.Errorf("it is not YAML: %w", err)
	}
	before, err := json.Marshal(spec)
	if err != nil {
		return spec, err
	}
	after, err := strategicpatch.StrategicMergePatch(before, patch, corev1.PodSpec{})
	if err != nil {
		return spec, err
	}
	err = json.Unmarshal(after, &patched)
	return patched, err
}
