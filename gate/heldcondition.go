package gate

import (
	"cmp"
	"encoding/json"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/lang/kind"
)

// Write is a patch that the gate sends.
type Write struct {
	How types.PatchType
	// Of is the subresource, empty for the object itself.
	Of    string
	Patch []byte
}

// heldCondition is the condition of what is no Job, in its status or in ConditionAnnotation. When it was
// written is called what the kind calls it.
type heldCondition struct {
	Type               string                 `json:"type,omitempty"`
	Status             corev1.ConditionStatus `json:"status"`
	Reason             string                 `json:"reason"`
	Message            string                 `json:"message,omitempty"`
	LastProbeTime      *metav1.Time           `json:"lastProbeTime,omitempty"`
	LastUpdateTime     *metav1.Time           `json:"lastUpdateTime,omitempty"`
	LastTransitionTime metav1.Time            `json:"lastTransitionTime"`
}

func (c Condition) held(name string) heldCondition {
	written := metav1.NewTime(c.Written)
	h := heldCondition{Status: c.Status, Reason: c.Reason, Message: c.Message, LastTransitionTime: metav1.NewTime(c.Since)}
	if name == kind.Deployment {
		h.LastUpdateTime = &written
	} else {
		h.LastProbeTime = &written
	}
	return h
}

// heldConditionWrite returns the write of the condition of what is no Job. A Deployment merges conditions by their
// type, as Jobs do.
func heldConditionWrite(job Job, c Condition) (Write, error) {
	said := c.held(job.Kind)
	if job.kind().Versions {
		said.Type = string(ConditionType)
		patch, err := encode(job, "condition", map[string]any{
			"metadata": map[string]any{"uid": job.UID},
			"status":   map[string]any{"conditions": []any{said}},
		})
		return Write{types.StrategicMergePatchType, "status", patch}, err
	}
	text, err := encode(job, "condition", said)
	if err != nil {
		return Write{}, err
	}
	patch, err := encode(job, "condition", map[string]any{
		"metadata": map[string]any{"uid": job.UID, "annotations": map[string]any{ConditionAnnotation: string(text)}},
	})
	return Write{types.MergePatchType, "", patch}, err
}

// parseCondition reads ConditionAnnotation. What cannot be read, nobody has said.
func parseCondition(text string) []batchv1.JobCondition {
	var c heldCondition
	if text == "" || json.Unmarshal([]byte(text), &c) != nil {
		return nil
	}
	return c.ofJob()
}

// readCondition reads the condition of a status in the same way.
func readCondition(fields map[string]any) []batchv1.JobCondition {
	var c heldCondition
	if runtime.DefaultUnstructuredConverter.FromUnstructured(fields, &c) != nil {
		return nil
	}
	return c.ofJob()
}

// ofJob returns the condition as that of a Job.
func (c heldCondition) ofJob() []batchv1.JobCondition {
	read := batchv1.JobCondition{Type: ConditionType, Status: c.Status, Reason: c.Reason, Message: c.Message, LastTransitionTime: c.LastTransitionTime}
	if written := cmp.Or(c.LastUpdateTime, c.LastProbeTime); written != nil {
		read.LastProbeTime = *written
	}
	return []batchv1.JobCondition{read}
}
