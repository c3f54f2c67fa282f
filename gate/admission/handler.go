package admission

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/klog/v2"
)

// The paths under which the webhooks are called.
const (
	MutatePath   = "/mutate"
	ValidatePath = "/validate"
)

// maxReview is the longest request that is read: two objects of the size that
// the API server takes, and what is around them.
const maxReview = 16 << 20

// Scope says in which namespaces objects are held.
type Scope interface{ Has(namespace string) bool }

// NewHandler answers the API server's reviews. What is out of scope is let pass. results says
// whether the gate reads results.
func NewHandler(scope Scope, results bool) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST "+MutatePath, handler{scope, mutate(results)})
	mux.Handle("POST "+ValidatePath, handler{scope, validate})
	return mux
}

type handler struct {
	scope  Scope
	answer answer
}

// ServeHTTP answers one review. What cannot be answered is an HTTP error, and
// the failurePolicy of the webhook says what becomes of the object.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	review, err := h.review(http.MaxBytesReader(w, r.Body, maxReview))
	if err != nil {
		klog.FromContext(r.Context()).Error(err, "Review was not answered", "path", r.URL.Path)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	// If the API server is gone there is nobody to tell.
	_ = json.NewEncoder(w).Encode(review)
}

func (h handler) review(body io.Reader) (*admissionv1.AdmissionReview, error) {
	var review admissionv1.AdmissionReview
	if err := json.NewDecoder(body).Decode(&review); err != nil {
		return nil, fmt.Errorf("reading the review: %w", err)
	}
	if review.Request == nil || review.GroupVersionKind() != admissionv1.SchemeGroupVersion.WithKind("AdmissionReview") {
		return nil, errors.New("want a request as AdmissionReview of admission.k8s.io/v1")
	}
	response, err := h.respond(review.Request)
	if err != nil {
		return nil, err
	}
	response.UID = review.Request.UID
	return &admissionv1.AdmissionReview{TypeMeta: review.TypeMeta, Response: response}, nil
}

func (h handler) respond(request *admissionv1.AdmissionRequest) (*admissionv1.AdmissionResponse, error) {
	if !h.scope.Has(request.Namespace) {
		return &admissionv1.AdmissionResponse{Allowed: true}, nil
	}
	return h.answer(request)
}
