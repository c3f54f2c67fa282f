package admission

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admission/v1"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/lang/kind"
	"depctl.dev/test/admissioncases"
)

// except is all namespaces but one.
type except string

func (e except) Has(namespace string) bool { return namespace != string(e) }

// post sends a review, or whatever it is, as the API server does.
func post(t *testing.T, path string, body any) (int, *admissionv1.AdmissionResponse) {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	w := httptest.NewRecorder()
	NewHandler(except("kube-system"), true).ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, bytes.NewReader(text)))
	if w.Code != http.StatusOK {
		return w.Code, nil
	}
	var review admissionv1.AdmissionReview
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &review))
	require.Equal(t, "admission.k8s.io/v1, Kind=AdmissionReview", review.GroupVersionKind().String())
	require.Equal(t, types.UID("review-1"), review.Response.UID)
	return w.Code, review.Response
}

func create(t *testing.T, namespace, dependsOn string) *admissionv1.AdmissionReview {
	t.Helper()
	raw, err := json.Marshal(&batchv1.Job{ObjectMeta: metav1.ObjectMeta{
		Name: "load", Annotations: map[string]string{gate.DependsOnAnnotation: dependsOn},
	}})
	require.NoError(t, err)
	return &admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request: &admissionv1.AdmissionRequest{
			UID: "review-1", Namespace: namespace, Operation: admissionv1.Create, Object: runtime.RawExtension{Raw: raw},
			Resource: metav1.GroupVersionResource{Group: "batch", Version: "v1", Resource: "jobs"},
		},
	}
}

func TestReviewsAreAnswered(t *testing.T) {
	t.Parallel()
	_, response := post(t, MutatePath, create(t, "etl", "extract"))
	require.True(t, response.Allowed)
	require.Equal(t, admissionv1.PatchTypeJSONPatch, *response.PatchType)
	require.JSONEq(t, `[{"op":"add","path":"/spec/suspend","value":true}]`, string(response.Patch))

	_, response = post(t, ValidatePath, create(t, "etl", "etl/load"))
	require.False(t, response.Allowed)
	require.Contains(t, response.Result.Message, "[self-reference]", "the namespace is that of the request")
	require.Equal(t, metav1.StatusReasonInvalid, response.Result.Reason)
	require.Equal(t, "metadata.annotations[depctl.dev/depends-on]", response.Result.Details.Causes[0].Field)

	_, response = post(t, ValidatePath, create(t, "etl", "shard-*"))
	require.True(t, response.Allowed)
	require.Len(t, response.Warnings, 1)
}

func TestOtherKindsAreHeld(t *testing.T) {
	t.Parallel()
	for _, k := range kind.Held() {
		o, err := admissioncases.HeldCase{Create: func(_ kind.Kind, o *unstructured.Unstructured) {
			o.SetAnnotations(map[string]string{gate.DependsOnAnnotation: "extract"})
		}}.New(k, "x")
		require.NoError(t, err)
		raw, err := o.MarshalJSON()
		require.NoError(t, err)
		review := create(t, "etl", "extract")
		review.Request.Object.Raw = raw
		review.Request.Resource = metav1.GroupVersionResource{Group: k.Group, Version: "v9", Resource: k.Resource}
		review.Request.Kind = metav1.GroupVersionKind{Group: k.Group, Version: "v9", Kind: k.Noun}
		_, response := post(t, MutatePath, review)
		require.True(t, response.Allowed)
		require.Contains(t, string(response.Patch), `{"op":"add","path":"/metadata/labels","value":{"depctl.dev/held":"true"}}`, k.Name)

		review.Request.SubResource = "scale"
		code, _ := post(t, MutatePath, review)
		require.Equal(t, http.StatusBadRequest, code, "a subresource")
		review.Request.SubResource = ""
		code, _ = post(t, ValidatePath, review)
		require.Equal(t, http.StatusBadRequest, code, "mistakes are looked for in Jobs")
	}
}

func TestWhatIsOutOfScopeIsLetPass(t *testing.T) {
	t.Parallel()
	for _, path := range []string{MutatePath, ValidatePath} {
		_, response := post(t, path, create(t, "kube-system", "and and"))
		require.True(t, response.Allowed)
		require.Empty(t, response.Patch)
	}
}

func TestWhatIsNoReviewOfAJobIsNotAnswered(t *testing.T) {
	t.Parallel()
	other := create(t, "etl", "extract")
	other.Request.Resource.Resource = "cronjobs"
	status := create(t, "etl", "extract")
	status.Request.SubResource = "status"
	old := create(t, "etl", "extract")
	old.APIVersion = "admission.k8s.io/v1beta1"
	for name, body := range map[string]any{
		"no review": "hello", "no request": admissionv1.AdmissionReview{}, "another kind": other, "the status": status, "another version": old,
	} {
		code, _ := post(t, MutatePath, body)
		require.Equal(t, http.StatusBadRequest, code, name)
	}
	code, _ := post(t, "/", create(t, "etl", "extract"))
	require.Equal(t, http.StatusNotFound, code)
}
