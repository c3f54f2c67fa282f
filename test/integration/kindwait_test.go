package integration

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// What a person sees of objects of other kinds: depctl wait, and what depctl check says of the gate.
func depctlWaitsForOtherKinds(t *testing.T, c *cluster, _ func()) {
	s := c.namespace(t)
	_, stderr, code := s.depctl(s.Kubeconfig(), "wait", "gizmo.example.org:w", "--timeout", "1m")
	require.Equal(t, 3, code)
	require.Contains(t, stderr, "this cluster has no kind gizmo.example.org: it has no API group example.org")

	// The commands that it prints are what helps.
	as, done := "--as=system:serviceaccount:"+s.name+":default", map[string]bool{}
	s.until("the rights are in force", func() bool {
		_, stderr, code = s.depctl(s.Kubeconfig(), "wait", "service:db", "--timeout", "0", as)
		if _, commands, denied := strings.Cut(strings.TrimSpace(stderr), "to allow it: kubectl "); denied && !done[commands] {
			require.Equal(t, 3, code)
			done[commands] = true
			for line := range strings.SplitSeq(commands, " && kubectl ") {
				s.kubectl("", strings.Fields(line)...)
			}
		}
		return code == 124
	})
	require.Len(t, done, 2) // Services and EndpointSlices

	s.apply(services, "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {selector: {app: db}, ports: [{port: 5432}]}")
	s.apply(deployments, databaseDeployment)
	stdout, _ := s.does("wait", "service:db, deploy:d* >= 1", "--timeout", "1m")
	require.Contains(t, stdout, "true: service:"+s.name+"/db is ready")
	s.does("wait", "deployment:db", "--timeout", "1m")
	for word, want := range map[string]string{"stat": "statefulset:\tready\n:6\n", "a, deploy:": "a, deploy:db\n:6\n", "jobs": ":6\n"} {
		stdout, _ = s.does("__complete", "wait", word)
		require.Equal(t, want, stdout)
	}
	require.NoError(t, s.objects(deployments).Delete(t.Context(), "db", metav1.DeleteOptions{}))
	s.does("wait", "absent(deployment:db) + 1s", "--timeout", "1m")
}

// checkOf returns what depctl check finds of one thing.
func (s *space) checkOf(name string) (level, message, fix string) {
	s.t.Helper()
	stdout, _, _ := s.depctl(s.Kubeconfig(), "check", "-o", "json")
	var all struct {
		Findings []struct{ Check, Level, Message, Fix string }
	}
	require.NoError(s.t, json.Unmarshal([]byte(stdout), &all), stdout)
	for _, f := range all.Findings {
		if f.Check == name {
			return f.Level, f.Message, f.Fix
		}
	}
	return "", "", ""
}

func depctlChecksWhatTheGateMayLookUp(t *testing.T, c *cluster, _ func()) {
	s := c.namespace(t)
	level, message, _ := s.checkOf("kinds")
	require.Equal(t, "ok", level)
	require.Regexp(t, `^the gate may look up pod, deployment, .*; not secret, and no Job waits for one$`, message)
	require.NotContains(t, message, "jobset")

	s.apply(crds, strings.NewReplacer("example.com", "example.net", "widget", "gadget", "Widget", "Gadget").Replace(widgetKind))
	s.make("key", "secret:key, gadget.example.net:g")
	s.saysOf("key", "may not list and watch")
	var fix string
	s.until("the kind is there", func() bool {
		level, message, fix = s.checkOf("kinds")
		return strings.Contains(message, "gadget")
	})
	require.Equal(t, "warning", level)
	require.Equal(t, "the gate may not list and watch what Jobs wait for, here with how many do: secret (1), gadget.example.net (1)", message)
	for line := range strings.SplitSeq(fix, " && ") {
		s.kubectl("", strings.Fields(strings.ReplaceAll(line, "deploy/", "../../deploy/"))[1:]...)
	}
	s.until("the gate may", func() bool {
		level, message, _ = s.checkOf("kinds")
		return level == "ok"
	})
	require.Contains(t, message, "secret")
	require.Contains(t, message, "gadget.example.net")
	s.saysOf("key", "does not exist")
	s.kubectl("", "delete", "clusterrole", "depctl-gate-kinds-secrets", "depctl-gate-gadgets.example.net")
	require.NoError(t, s.objects(crds).Delete(t.Context(), "gadgets.example.net", metav1.DeleteOptions{}))
}

// theGuideToOtherKindsWorks applies the manifests of docs/guide/kinds.md as they stand there. The
// kinds of other projects have CRDs of their group, version and names, and say what their controllers do.
func theGuideToOtherKindsWorks(t *testing.T, c *cluster, _ func()) {
	s := c.namespace(t)
	page, err := os.ReadFile("../../docs/guide/kinds.md")
	require.NoError(t, err)
	shown := map[string]string{}
	for _, block := range regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindAllStringSubmatch(string(page), -1) {
		name := regexp.MustCompile(`(?m)^kind: Job\nmetadata:\n  name: (\w+)$`).FindStringSubmatch(block[1])
		if name != nil {
			shown[name[1]] = block[1]
		}
	}

	database := strings.SplitN(shown["migrate"], "---\n", 3)
	require.Len(t, database, 3)
	s.kubectl(database[2], "apply", "-n", s.name, "-f", "-")
	s.saysOf("migrate", "service:"+s.name+"/db does not exist")
	s.kubectl(database[0], "apply", "-n", s.name, "-f", "-")
	s.saysOf("migrate", "service:"+s.name+"/db is not ready")
	s.kubectl(database[1], "apply", "-n", s.name, "-f", "-")
	s.completes("migrate")
	s.does("wait", "statefulset:db, service:db", "--timeout", "1m")

	kinds := []struct {
		group, version, singular, kind, name string
		runs, ends                           string
	}{
		{
			"jobset.x-k8s.io", "v1alpha2", "jobset", "JobSet", "train",
			`{"conditions":[{"type":"StartupPolicyCompleted","status":"True"}]}`,
			`{"conditions":[{"type":"Completed","status":"True","reason":"AllJobsCompleted","lastTransitionTime":"2026-01-01T00:00:00Z"}]}`,
		},
		{
			"ray.io", "v1", "rayjob", "RayJob", "tune",
			`{"jobStatus":"RUNNING","jobDeploymentStatus":"Running"}`, `{"jobStatus":"SUCCEEDED","jobDeploymentStatus":"Complete"}`,
		},
		{
			"sparkoperator.k8s.io", "v1beta2", "sparkapplication", "SparkApplication", "load",
			`{"applicationState":{"state":"RUNNING"}}`, `{"applicationState":{"state":"COMPLETED"}}`,
		},
	}
	resource := map[string]schema.GroupVersionResource{}
	for _, k := range kinds {
		at := schema.GroupVersionResource{Group: k.group, Version: k.version, Resource: k.singular + "s"}
		s.installs(at, k.kind)
		s.apply(at, "apiVersion: "+k.group+"/"+k.version+"\nkind: "+k.kind+"\nmetadata: {name: "+k.name+"}\nspec: {}")
		s.setStatus(at, k.name, `{"status":`+k.runs+`}`)
		resource[k.name] = at
	}
	s.kubectl(shown["report"], "apply", "-n", s.name, "-f", "-")
	for _, k := range kinds {
		s.saysOf("report", k.singular+":"+s.name+"/"+k.name+" has not finished")
		s.held("report")
		s.setStatus(resource[k.name], k.name, `{"status":`+k.ends+`}`)
	}
	s.completes("report")
	s.does("wait", "jobset:train, succeeded(rayjob:tune), sparkapplication:load", "--timeout", "1m")
	for _, at := range resource {
		s.uninstalls(at)
	}
}
