package admission

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
)

// mutate holds a Job.
func mutate(old, job *batchv1.Job) (*admissionv1.AdmissionResponse, error) {
	return hold(old, job, false)
}

// mutateForResults holds a Job, and keeps its pods for its result.
func mutateForResults(old, job *batchv1.Job) (*admissionv1.AdmissionResponse, error) {
	return hold(old, job, true)
}

func hold(old, job *batchv1.Job, results bool) (*admissionv1.AdmissionResponse, error) {
	patch, err := gate.HoldPatch(old, job, results)
	if err != nil {
		return nil, err
	}
	response := &admissionv1.AdmissionResponse{Allowed: true}
	if patch != nil {
		response.Patch, response.PatchType = patch, ptr.To(admissionv1.PatchTypeJSONPatch)
	}
	return response, nil
}

// validate refuses a Job whose annotations cannot be read.
func validate(old, job *batchv1.Job) (*admissionv1.AdmissionResponse, error) {
	mistakes, warnings := gate.Vet(old, job)
	if len(mistakes) == 0 {
		return &admissionv1.AdmissionResponse{Allowed: true, Warnings: warnings}, nil
	}
	return &admissionv1.AdmissionResponse{Result: refusal(job, mistakes), Warnings: warnings}, nil
}

// refusal is what the API server itself says of an invalid field. Clients show
// either the message or, as kubectl does, the causes.
func refusal(job *batchv1.Job, mistakes []*gate.Mistake) *metav1.Status {
	details := &metav1.StatusDetails{Group: batchv1.GroupName, Kind: "Job", Name: job.Name}
	texts := make([]string, len(mistakes))
	for i, mistake := range mistakes {
		texts[i] = mistake.Error()
		details.Causes = append(details.Causes, metav1.StatusCause{
			Type:    metav1.CauseTypeFieldValueInvalid,
			Field:   "metadata.annotations[" + mistake.Annotation + "]",
			Message: mistake.Message,
		})
	}
	return &metav1.Status{
		Status: metav1.StatusFailure, Code: http.StatusUnprocessableEntity, Reason: metav1.StatusReasonInvalid,
		Message: strings.Join(texts, "\n"), Details: details,
	}
}

// jobs returns the Job that a request is about, as it was, nil if it is new, and
// as it is to be.
func jobs(request *admissionv1.AdmissionRequest) (old, job *batchv1.Job, err error) {
	if r := request.Resource; r.Group != batchv1.GroupName || r.Version != "v1" || r.Resource != "jobs" || request.SubResource != "" {
		return nil, nil, fmt.Errorf("asked about %s, not about Jobs of batch/v1", r.String())
	}
	if job, err = decode(request.Object.Raw, request.Namespace); err != nil {
		return nil, nil, fmt.Errorf("reading the Job: %w", err)
	}
	if request.Operation == admissionv1.Update {
		if old, err = decode(request.OldObject.Raw, request.Namespace); err != nil {
			return nil, nil, fmt.Errorf("reading the Job as it was: %w", err)
		}
	}
	return old, job, nil
}

func decode(raw []byte, namespace string) (*batchv1.Job, error) {
	var job batchv1.Job
	if err := json.Unmarshal(raw, &job); err != nil {
		return nil, err
	}
	job.Namespace = namespace
	return &job, nil
}
