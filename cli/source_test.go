package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	authorizationv1 "k8s.io/api/authorization/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
)

// fakeCluster answers requests for Jobs in JSON, one Job on a page.
type fakeCluster struct {
	jobs []batchv1.Job
	// forbidden has what the user may not do, as "list etl" or "get etl".
	forbidden map[string]bool
	requests  []string
}

func (f *fakeCluster) add(namespace, name, dependsOn string) {
	suspended := dependsOn != ""
	job := batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, UID: "uid"},
		Spec:       batchv1.JobSpec{Suspend: &suspended},
	}
	if suspended {
		job.Annotations = map[string]string{gate.DependsOnAnnotation: dependsOn}
	}
	f.jobs = append(f.jobs, job)
}

func (f *fakeCluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, _ := strings.CutPrefix(r.URL.Path, "/apis/batch/v1/")
	if regexp.MustCompile("^/apis/(apps|jobset.x-k8s.io|ray.io|rbac.authorization.k8s.io)/").MatchString(r.URL.Path) { // nothing else than Jobs waits here
		http.NotFound(w, r)
		return
	}
	switch {
	case strings.HasSuffix(r.URL.Path, "/leases/depctl-gate"):
		reply(w, http.StatusOK, fakeLease())
		return
	case strings.HasPrefix(r.URL.Path, "/api/v1/"): // there are no pods yet, and nobody has told why
		reply(w, http.StatusOK, corev1.List{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "List"}})
		return
	}
	parts := strings.Split(path, "/") // jobs, or namespaces NS jobs [NAME]
	namespace, name, verb := "", "", "list"
	if parts[0] == "namespaces" {
		namespace = parts[1]
	}
	if len(parts) == 4 {
		name, verb = parts[3], "get"
	}
	if strings.HasSuffix(r.URL.Path, "/subjectaccessreviews") {
		reply(w, http.StatusCreated, authorizationv1.SubjectAccessReview{
			TypeMeta: metav1.TypeMeta{APIVersion: "authorization.k8s.io/v1", Kind: "SubjectAccessReview"},
			Status:   authorizationv1.SubjectAccessReviewStatus{Allowed: true},
		})
		return
	}
	if parts[len(parts)-1] == "cronjobs" {
		f.requests = append(f.requests, strings.TrimSpace("list cronjobs "+namespace))
		reply(w, http.StatusOK, batchv1.CronJobList{TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "CronJobList"}})
		return
	}
	f.requests = append(f.requests, strings.TrimSpace(verb+" "+namespace+" "+name))
	if f.forbidden[verb+" "+namespace] {
		refuse(w, http.StatusForbidden, metav1.StatusReasonForbidden,
			fmt.Sprintf("jobs.batch is forbidden: User \"me\" cannot %s resource \"jobs\" in the namespace %q", verb, namespace))
		return
	}
	f.answer(w, namespace, name, r.URL.Query().Get("continue"))
}

func (f *fakeCluster) answer(w http.ResponseWriter, namespace, name, after string) {
	var found []batchv1.Job
	for _, job := range f.jobs {
		if (namespace == "" || job.Namespace == namespace) && (name == "" || job.Name == name) {
			found = append(found, job)
		}
	}
	if name != "" {
		if len(found) == 0 {
			refuse(w, http.StatusNotFound, metav1.StatusReasonNotFound, "not found")
			return
		}
		reply(w, http.StatusOK, found[0])
		return
	}
	list := batchv1.JobList{TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "JobList"}}
	for i, job := range found {
		if job.Namespace+"/"+job.Name == after || after == "" {
			list.Items = append(list.Items, job)
			if i+1 < len(found) {
				list.Continue = found[i+1].Namespace + "/" + found[i+1].Name
			}
			break
		}
	}
	reply(w, http.StatusOK, list)
}

func refuse(w http.ResponseWriter, code int32, reason metav1.StatusReason, message string) {
	reply(w, int(code), metav1.Status{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"},
		Status:   metav1.StatusFailure, Code: code, Reason: reason, Message: message,
	})
}

func reply(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}

func TestGraphOfACluster(t *testing.T) {
	tests := map[string]struct {
		args         string
		forbidden    []string
		wantOut      string
		wantErr      string
		wantCode     int
		wantRequests string
	}{
		"a namespace is listed page by page, and what it waits for elsewhere too": {
			args: "-n reporting",
			wantOut: `NAME                         STATE       AGE   WAITS FOR
etl/extract                  ◐ pending   -
└─ etl/load                  ○ waiting   -     extract, raw/ingest
   └─ report                 ○ waiting   -     etl/load
      └─ mail                ○ waiting   -     report
raw/ingest                   ◐ pending   -
`,
			wantErr:      "1 Job without dependencies is not shown (--all shows it).\n",
			wantRequests: "list reporting, list reporting, list reporting, list cronjobs reporting, list etl, list etl, list etl, list raw",
		},
		"dependents in other namespaces are not looked for": {
			args: "-n etl",
			wantOut: `NAME         STATE       AGE   WAITS FOR
extract      ◐ pending   -
└─ load      ○ waiting   -     extract, raw/ingest
raw/ingest   ◐ pending   -
`,
			wantErr: "1 Job without dependencies is not shown (--all shows it).\n",
		},
		"with -A every name has its namespace": {
			args: "-A --no-headers",
			wantOut: `etl/extract                  ◐ pending   -
└─ etl/load                  ○ waiting   -     extract, raw/ingest
   └─ reporting/report       ○ waiting   -     etl/load
      └─ reporting/mail      ○ waiting   -     report
raw/ingest                   ◐ pending   -
`,
			wantErr: "2 Jobs without dependencies are not shown (--all shows them).\n",
		},
		"a namespace that may not be listed is asked for by name": {
			args:      "-n reporting --no-headers",
			forbidden: []string{"list etl"},
			wantOut: `etl/extract                  ◐ pending   -
└─ etl/load                  ○ waiting   -     extract, raw/ingest
   └─ report                 ○ waiting   -     etl/load
      └─ mail                ○ waiting   -     report
raw/ingest                   ◐ pending   -
`,
			wantErr: "1 Job without dependencies is not shown (--all shows it).\n",
			wantRequests: "list reporting, list reporting, list reporting, list cronjobs reporting, list etl, get etl load, " +
				"get etl extract, list raw",
		},
		"what may not be read is unknown, and that is said": {
			args:      "-n reporting --no-headers",
			forbidden: []string{"list etl", "get etl"},
			wantOut: `etl/load     ? unknown   -
└─ report    ○ waiting   -     etl/load (unknown)
   └─ mail   ○ waiting   -     report
`,
			wantErr: `The state of etl/load is unknown: jobs.batch is forbidden: User "me" cannot get resource "jobs" in the namespace "etl"
1 Job without dependencies is not shown (--all shows it).
`,
		},
		"a namespace that was asked for and may not be listed is an error": {
			args:      "-n etl",
			forbidden: []string{"list etl"},
			wantErr: `error: listing Jobs in namespace etl: jobs.batch is forbidden: User "me" cannot list resource "jobs" in the namespace "etl"
`,
			wantCode: command.ExitError,
		},
		"who may not list all namespaces is told about -n": {
			args:      "-A",
			forbidden: []string{"list "},
			wantErr: `error: listing Jobs in all namespaces: jobs.batch is forbidden: User "me" cannot list resource "jobs" in the namespace ""; try one namespace, with -n
`,
			wantCode: command.ExitError,
		},
		"an empty namespace is said to be empty": {
			args:    "-n empty",
			wantErr: "No Jobs with dependencies found in namespace empty.\n",
		},
		"an empty namespace in JSON is an empty graph": {
			args:    "-n empty -o json",
			wantOut: "{\n    \"nodes\": [],\n    \"edges\": []\n}\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
			f := &fakeCluster{forbidden: map[string]bool{}}
			for _, verb := range test.forbidden {
				f.forbidden[verb] = true
			}
			f.add("reporting", "report", "etl/load")
			f.add("reporting", "mail", "report")
			f.add("reporting", "backup", "")
			f.add("etl", "load", "extract, raw/ingest")
			f.add("etl", "extract", "")
			f.add("etl", "vacuum", "")
			f.add("raw", "ingest", "")
			server := httptest.NewServer(f)
			defer server.Close()

			args := append([]string{"graph", "-o", "tree", "--server", server.URL}, strings.Fields(test.args)...)
			stdout, stderr, code := runDepctl(testFactory(command.Terminal{Glyphs: picture.Unicode()}), "", args...)
			require.Equal(t, test.wantErr, stderr)
			require.Equal(t, normal(test.wantOut), normal(strings.ReplaceAll(stdout, " ◆", "")))
			require.Equal(t, test.wantCode, code)
			if test.wantRequests != "" {
				require.Equal(t, test.wantRequests, strings.Join(f.requests, ", "))
			}
		})
	}
}

// normal makes every gap between columns one gap: the drawings pin its width.
func normal(drawing string) string {
	var b strings.Builder
	for line := range strings.Lines(drawing) {
		branch := line[:len(line)-len(strings.TrimLeft(line, " "))]
		b.WriteString(branch + strings.Join(strings.Fields(line), " ") + "\n")
	}
	return b.String()
}
