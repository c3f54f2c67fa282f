package admission

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
)

// answer is what a webhook says to a request.
type answer func(*admissionv1.AdmissionRequest) (*admissionv1.AdmissionResponse, error)

// mutate holds what is written. results says whether it keeps the pods of Jobs for their results.
func mutate(results bool) answer {
	return func(request *admissionv1.AdmissionRequest) (*admissionv1.AdmissionResponse, error) {
		patch, err := holdPatch(request, results)
		if err != nil {
			return nil, err
		}
		response := &admissionv1.AdmissionResponse{Allowed: true}
		if patch != nil {
			response.Patch, response.PatchType = patch, ptr.To(admissionv1.PatchTypeJSONPatch)
		}
		return response, nil
	}
}

func holdPatch(request *admissionv1.AdmissionRequest, results bool) ([]byte, error) {
	if isJob(request) {
		old, job, err := read[batchv1.Job](request)
		if err != nil {
			return nil, err
		}
		return gate.HoldPatch(old, job, results)
	}
	if request.SubResource != "" {
		return nil, fmt.Errorf("asked about %s of %s, which holds nothing", request.SubResource, request.Resource.String())
	}
	old, o, err := read[unstructured.Unstructured](request)
	if err != nil {
		return nil, err
	}
	o.SetGroupVersionKind(schema.GroupVersionKind(request.Kind))
	return gate.HoldHeldPatch(old, o)
}

// validate refuses a Job whose annotations cannot be read.
func validate(request *admissionv1.AdmissionRequest) (*admissionv1.AdmissionResponse, error) {
	if !isJob(request) {
		return nil, fmt.Errorf("asked about %s, not about Jobs of batch/v1", request.Resource.String())
	}
	old, job, err := read[batchv1.Job](request)
	if err != nil {
		return nil, err
	}
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

func isJob(request *admissionv1.AdmissionRequest) bool {
	r := request.Resource
	return r.Group == batchv1.GroupName && r.Version == "v1" && r.Resource == "jobs" && request.SubResource == ""
}

// read returns the object that a request is about, as it was, nil if it is new, and as it is to be.
func read[T any, P interface {
	*T
	SetNamespace(string)
}](request *admissionv1.AdmissionRequest) (old, object *T, err error) {
	if object, err = decode[T, P](request.Object.Raw, request.Namespace); err != nil {
		return nil, nil, fmt.Errorf("reading what is written: %w", err)
	}
	if request.Operation == admissionv1.Update {
		if old, err = decode[T, P](request.OldObject.Raw, request.Namespace); err != nil {
			return nil, nil, fmt.Errorf("reading the object as it was: %w", err)
		}
	}
	return old, object, nil
}

func decode[T any, P interface {
	*T
	SetNamespace(string)
}](raw []byte, namespace string) (*T, error) {
	var object T
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, err
	}
	P(&object).SetNamespace(namespace)
	return &object, nil
}
