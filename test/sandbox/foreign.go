package sandbox

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Meddle serves mutating webhooks of somebody else until the test ends, and returns
// where, and the certificate for a caBundle. patch returns the JSON patch for the object
// of a request to a path.
func (s *Sandbox) Meddle(t testing.TB, patch func(path string, object *metav1.PartialObjectMetadata) string) (url, ca string, err error) {
	t.Helper()
	certificate, err := s.Certificate()
	if err != nil {
		return "", "", fmt.Errorf("read the certificate: %w", err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review admissionv1.AdmissionReview
		var object metav1.PartialObjectMetadata
		if json.NewDecoder(r.Body).Decode(&review) != nil || review.Request == nil || json.Unmarshal(review.Request.Object.Raw, &object) != nil {
			http.Error(w, "no review", http.StatusBadRequest)
			return
		}
		kind := admissionv1.PatchTypeJSONPatch
		review.Response = &admissionv1.AdmissionResponse{
			UID: review.Request.UID, Allowed: true, Patch: []byte(patch(r.URL.Path, &object)), PatchType: &kind,
		}
		_ = json.NewEncoder(w).Encode(review)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	var bundle strings.Builder
	for _, der := range certificate.Certificate {
		if err := pem.Encode(&bundle, &pem.Block{Type: "CERTIFICATE", Bytes: der}); err != nil {
			return "", "", fmt.Errorf("encode the certificate: %w", err)
		}
	}
	return strings.Replace(server.URL, "[::1]", "127.0.0.1", 1), base64.StdEncoding.EncodeToString([]byte(bundle.String())), nil
}
