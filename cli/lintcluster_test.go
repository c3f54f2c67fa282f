package cli

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	authorizationv1 "k8s.io/api/authorization/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"

	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
)

func TestLintLooksAtTheClusterToo(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	manifest := linted("report", "etl/load, etl/loda, raw/ingest", "", "") + linted("mail", "print, archive", "", "")
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
			factory := testFactory(command.Terminal{})
			path := written(t, "in.yaml", manifest)
			stdout, stderr, code := runDepctl(factory, "", "lint", "--cluster", "--server", server.URL, path)
			require.Equal(t, command.ExitFindings, code, stderr)
			for _, want := range test.want {
				require.Contains(t, strings.ReplaceAll(stdout, path, "in.yaml"), want)
			}
			require.Contains(t, stderr, test.wantErr)
		})
	}
}

func TestLintLooksAtTheClusterAlone(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	ended := func(job *batchv1.Job) {
		job.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}}
	}
	released := func(job *batchv1.Job) {
		job.Spec.Suspend = new(bool)
		job.Annotations[gate.ReleasedAnnotation] = `{"uid":"uid"}`
	}
	seen := func(job *batchv1.Job) {
		job.Annotations[gate.SeenAnnotation] = `{"job:etl/gone":{"uid":"u","outcome":"succeeded"}}`
	}
	for name, test := range map[string]struct {
		args, forbidden string
		fill            func(add func(namespace, name, dependsOn string, with ...func(*batchv1.Job)))
		want, wantErr   string
		wantCode        int
	}{
		"the Jobs of the namespace that are still held": {
			args: "-n etl", wantCode: command.ExitFindings,
			fill: func(add func(string, string, string, ...func(*batchv1.Job))) {
				add("etl", "extract", "")
				add("etl", "load", "extrct")
				add("etl", "mail", "gone, load, gone2", seen)
				add("etl", "was-released", "nobody", released)
				add("etl", "has-ended", "nobody", ended)
				add("other", "elsewhere", "nobody")
			},
			want: `job/load: warning: there is no Job extrct in the cluster [missing-prerequisite]
      depctl.dev/depends-on: extrct
                             ^~~~~~
  did you mean "extract"?
job/mail: warning: there is no Job gone2 in the cluster [missing-prerequisite]
      depctl.dev/depends-on: gone, load, gone2
                                         ^~~~~
  it is waited for until somebody makes it; if others do, write depctl.dev/lint-ignore: missing-prerequisite
`,
			wantErr: "2 warnings in 3 Jobs of namespace etl, of which 2 wait for others\n",
		},
		"of all namespaces": {
			args: "-A -o github", wantCode: command.ExitFindings,
			fill: func(add func(string, string, string, ...func(*batchv1.Job))) {
				add("etl", "load", "other/elsewhere")
				add("other", "elsewhere", "etl/load")
			},
			want: "::error title=deadlock::job/load -n etl: held in a deadlock: etl/load waits for other/elsewhere, which waits for etl/load%0Aedit one of the annotations\n",
		},
		"a text that the API server took and the gate cannot read": {
			args: "-n etl -o json", wantCode: command.ExitFindings,
			fill: func(add func(string, string, string, ...func(*batchv1.Job))) { add("etl", "load", "a && b") },
			want: `"file": "job/load"`,
		},
		"nothing that can be fixed": {
			args: "-n etl",
			fill: func(add func(string, string, string, ...func(*batchv1.Job))) {
				add("etl", "extract", "")
				add("etl", "load", "extract", func(job *batchv1.Job) { // as the gate makes it
					job.Annotations[corev1.LastAppliedConfigAnnotation] = "{}"
				})
			},
			wantErr: "no mistakes in 2 Jobs of namespace etl, of which 1 wait for others\n",
		},
		"without the right": {
			args: "-n etl", forbidden: "list etl", wantCode: command.ExitUnreadable,
			fill:    func(func(string, string, string, ...func(*batchv1.Job))) {},
			wantErr: `error: listing Jobs in namespace etl: jobs.batch is forbidden`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fakeCluster{forbidden: map[string]bool{test.forbidden: true}}
			test.fill(func(namespace, name, dependsOn string, with ...func(*batchv1.Job)) {
				f.add(namespace, name, dependsOn)
				for _, change := range with {
					change(&f.jobs[len(f.jobs)-1])
				}
			})
			server := httptest.NewServer(f)
			defer server.Close()
			args := append([]string{"lint", "--cluster", "--server", server.URL}, strings.Fields(test.args)...)
			stdout, stderr, code := runDepctl(testFactory(command.Terminal{}), "", args...)
			require.Equal(t, test.wantCode, code, stderr)
			if test.want == "" || strings.Contains(test.want, "[") || strings.HasPrefix(test.want, "::") {
				require.Equal(t, test.want, stdout)
			}
			require.Contains(t, stdout, test.want)
			require.Contains(t, stderr, test.wantErr)
			lists := map[string]int{}
			for _, request := range f.requests {
				lists[request]++
			}
			first := "list etl"
			if strings.Contains(test.args, "-A") {
				first = "list"
			}
			require.LessOrEqual(t, lists[first], max(len(f.jobs), 1), "one page for each Job of the fake, and no second list")
		})
	}
	for args, want := range map[string]string{
		"lint":                     "name files or folders, - for standard input, or --cluster",
		"lint -A":                  "-A needs --cluster",
		"lint --cluster -A x.yaml": "-A needs --cluster, and no files",
	} {
		_, stderr, code := runDepctl(testFactory(command.Terminal{}), "", strings.Fields(args)...)
		require.Equal(t, command.ExitUsage, code, args)
		require.Contains(t, stderr, want)
	}
}

// The cluster says which kinds it has; what --kinds names may still be to come.
func TestLintAsksTheClusterForItsKinds(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	server := httptest.NewServer(newFakeJobs(t))
	defer server.Close()
	path := written(t, "in.yaml", linted("report", "deployment:db, jobset:train, rayjob:tune, workflow:w", "", ""))
	for kinds, want := range map[string]string{
		"jobset":          "2 warnings in 1 Job",
		"rayjob":          "1 warning in 1 Job",
		"rayjob,workflow": "no mistakes in 1 Job",
	} {
		stdout, stderr, _ := runDepctl(testFactory(command.Terminal{}), "", "lint", "--cluster", "--server", server.URL, "--kinds", kinds, path)
		require.Contains(t, stderr, want, stdout)
	}
	stdout, _, code := runDepctl(testFactory(command.Terminal{}), "", "lint", "--cluster", "--server", server.URL, path)
	require.Equal(t, command.ExitFindings, code)
	require.Contains(t, stdout, "warning: the cluster has no kind rayjob: it has no API group ray.io [missing-kind]")
	require.Contains(t, stdout, "install what brings it: the Job waits until then")
	require.NotContains(t, stdout, "jobset.x-k8s.io")
}

// linted is a Job in one line, with a container.
func linted(name, dependsOn, annotations, spec string) string {
	if dependsOn != "" {
		annotations = fmt.Sprintf("depctl.dev/depends-on: %q, %s", dependsOn, annotations)
	}
	if spec == "" {
		spec = "backoffLimit: 6"
	}
	return fmt.Sprintf("---\nkind: Job\nmetadata: {name: %s, annotations: {%s}}\nspec: {%s, template: {spec: {containers: [{name: a}]}}}\n", name, annotations, spec)
}

func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}
