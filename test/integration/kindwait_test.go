package integration

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
	require.NoError(t, s.objects(deployments).Delete(t.Context(), "db", metav1.DeleteOptions{}))
	s.does("wait", "absent(deployment:db) + 1s", "--timeout", "1m")
}

// checkOf returns what depctl check finds of one thing.
func (s *space) checkOf(name string) (level, message, mend string) {
	s.t.Helper()
	stdout, _, _ := s.depctl(s.Kubeconfig(), "check", "-o", "json")
	var all struct {
		Findings []struct{ Check, Level, Message, Mend string }
	}
	require.NoError(s.t, json.Unmarshal([]byte(stdout), &all), stdout)
	for _, f := range all.Findings {
		if f.Check == name {
			return f.Level, f.Message, f.Mend
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
	var mend string
	s.until("the kind is there", func() bool {
		level, message, mend = s.checkOf("kinds")
		return strings.Contains(message, "gadget")
	})
	require.Equal(t, "warning", level)
	require.Equal(t, "the gate may not list and watch what Jobs wait for, here with how many do: secret (1), gadget.example.net (1)", message)
	for line := range strings.SplitSeq(mend, " && ") {
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
