package cli

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
)

func TestLintLooksAtTheClusterToo(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	manifest := jobText("report", "etl/load, etl/loda, raw/ingest", "", "") + jobText("mail", "print, archive", "", "")
	tests := map[string]struct {
		may, forbidden []string
		want           []string
		wantErr        string
	}{
		"with all rights": {
			may: []string{"get etl load", "get etl loda", "get raw ingest"},
			want: []string{
				`in.yaml:3:74: warning: there is no Job etl/loda among the files or in the cluster [missing-prerequisite]`,
				`  did you mean "etl/load"?`,
				`in.yaml:7:62: error: held in a deadlock: default/mail waits for default/print, which waits for default/mail [deadlock]`,
				`in.yaml:7:69: warning: there is no Job archive among the files or in the cluster [missing-prerequisite]`,
			},
			wantErr: "1 error, 2 warnings in 2 Jobs of 1 file\n",
		},
		"a service account without the right": {
			may:       []string{"get etl load", "get etl loda"},
			forbidden: []string{"list raw", "get raw"},
			want: []string{
				`warning: service account default/default may not get Job raw/ingest [forbidden-reference]`,
				`  to allow it: kubectl create role default:default:get:ingest -n raw --verb=get --resource=jobs.batch --resource-name=ingest`,
			},
			wantErr: `The state of raw/ingest is unknown: jobs.batch is forbidden: User "me" cannot get resource "jobs" in the namespace "raw"`,
		},
		"nobody who may ask": {
			forbidden: []string{"review"},
			want:      []string{`[missing-prerequisite]`},
			wantErr:   "Whether Jobs may wait for those of other namespaces is not known: subjectaccessreviews is forbidden",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := &fakeCluster{forbidden: map[string]bool{}}
			for _, verb := range test.forbidden {
				f.forbidden[verb] = true
			}
			f.add("etl", "load", "")
			f.add("raw", "ingest", "")
			f.add("default", "print", "mail")
			mux := http.NewServeMux()
			mux.Handle("/apis/batch/v1/", f)
			mux.HandleFunc("/apis/authorization.k8s.io/v1/subjectaccessreviews", func(w http.ResponseWriter, r *http.Request) {
				if f.forbidden["review"] {
					refuse(w, http.StatusForbidden, metav1.StatusReasonForbidden, "subjectaccessreviews is forbidden")
					return
				}
				body, _ := io.ReadAll(r.Body)
				var review authorizationv1.SubjectAccessReview
				if _, _, err := scheme.Codecs.UniversalDeserializer().Decode(body, nil, &review); err != nil {
					refuse(w, http.StatusBadRequest, metav1.StatusReasonBadRequest, err.Error())
					return
				}
				review.TypeMeta = metav1.TypeMeta{APIVersion: "authorization.k8s.io/v1", Kind: "SubjectAccessReview"}
				asked := review.Spec.ResourceAttributes
				for _, may := range test.may {
					review.Status.Allowed = review.Status.Allowed || may == asked.Verb+" "+asked.Namespace+" "+asked.Name
				}
				reply(w, http.StatusCreated, review)
			})
			server := httptest.NewServer(mux)
			defer server.Close()
			factory := testFactory(terminal{})
			path := writeManifest(t, "in.yaml", manifest)
			stdout, stderr, code := runDepctl(factory, "", "lint", "--cluster", "--server", server.URL, path)
			require.Equal(t, exitFindings, code, stderr)
			for _, want := range test.want {
				require.Contains(t, strings.ReplaceAll(stdout, path, "in.yaml"), want)
			}
			require.Contains(t, stderr, test.wantErr)
		})
	}
}
