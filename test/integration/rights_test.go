package integration

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
)

// reading is the right to read resources of an API group.
func reading(group string, resources ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: resources, Verbs: []string{"get", "list", "watch"}}
}

// Whoever has few rights sees what they may, is told what was left out, and which right is missing.
func TestUsersWithFewRights(t *testing.T) {
	t.Parallel()
	s, other := shared.namespace(t), shared.namespace(t)
	s.make("extract", "")
	s.make("slow", "", template("run-for", "600s"))
	other.grant(s, "default", "load") // else what the gate says of it comes in between
	s.make("report", "extract, "+other.name+"/load")
	s.make("shards", "self[i-1]", indexed(3), template("run-for", "600s"))
	s.completes("extract")
	s.runs("slow")
	s.eventuallyOpens("shards", 1)

	users := map[string][]rbacv1.PolicyRule{
		"jobs": {reading("batch", "jobs")},
		"most": {reading("batch", "jobs", "cronjobs"), reading("apps", "deployments"), reading("", "configmaps")},
		"none": nil,
	}
	for user, rules := range users {
		s.account(user)
		if rules != nil {
			s.bind(rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: s.name, Name: user}, rules...)
		}
	}
	s.until("the rights are in force", func() bool {
		for _, user := range []string{"jobs", "most"} {
			if _, _, code := s.depctl(s.Kubeconfig(), "get", "--as=system:serviceaccount:"+s.name+":"+user); code != 0 {
				return false
			}
		}
		return true
	})

	unreadable := other.name + "/load"
	mayNot := "you may not "
	for name, test := range map[string]struct {
		users string
		args  []string
		code  int
		// out and err are parts of what is said.
		out, err string
	}{
		"get lists":               {"jobs most", []string{"get"}, 0, "report", ""},
		"get says what is hidden": {"jobs most", []string{"get", "report"}, 0, "waiting", unreadable},
		"status sums up":          {"jobs most", []string{"status"}, 0, unreadable + "   ? unknown", unreadable},
		"graph draws":             {"jobs most", []string{"graph"}, 0, "? " + unreadable, unreadable},
		"explain explains":        {"jobs most", []string{"explain", "report"}, 0, "it depends on " + unreadable + ", which you may not read", unreadable},
		"explain knows no pods":   {"jobs most", []string{"explain", "shards"}, 0, "shards", "Which elements of " + s.name + "/shards run is not known"},
		"logs need pods":          {"jobs most", []string{"logs", "extract"}, 1, "", mayNot + "list pods in namespace " + s.name},
		"logs -f need pods":       {"jobs most", []string{"logs", "-f", "extract"}, 1, "", mayNot + "list and watch pods in namespace " + s.name},
		"wait is true":            {"jobs most", []string{"wait", "extract", "--timeout", "1m"}, 0, "true", ""},
		"wait is over":            {"jobs most", []string{"wait", "slow", "--timeout", "0"}, 124, "", "slow"},
		"wait needs the Job":      {"jobs most", []string{"wait", unreadable, "--timeout", "1m"}, 3, "", mayNot},

		"get -A":    {"jobs most none", []string{"get", "-A"}, 1, "", `cannot list resource "jobs" in API group "batch" at the cluster scope; try one namespace, with -n`},
		"status -A": {"jobs most none", []string{"status", "-A"}, 1, "", `cannot list resource "jobs" in API group "batch" at the cluster scope; try one namespace, with -n`},
		"graph -A":  {"jobs most none", []string{"graph", "-A"}, 1, "", `cannot list resource "jobs" in API group "batch" at the cluster scope; try one namespace, with -n`},
		"logs -A":   {"jobs most none", []string{"logs", "-A"}, 1, "", mayNot + "list jobs.batch in all namespaces; try one namespace, with -n, or allow it:\n  kubectl create clusterrole"},

		"get of nothing":     {"none", []string{"get"}, 1, "", `cannot list resource "jobs"`},
		"status of nothing":  {"none", []string{"status"}, 1, "", `cannot list resource "jobs"`},
		"graph of nothing":   {"none", []string{"graph"}, 1, "", `cannot list resource "jobs"`},
		"explain of nothing": {"none", []string{"explain", "report"}, 1, "", `cannot get resource "jobs"`},
		"logs of nothing":    {"none", []string{"logs", "extract"}, 1, "", mayNot + "get jobs.batch in namespace " + s.name},
		"wait for nothing":   {"none", []string{"wait", "extract", "--timeout", "1m"}, 3, "", mayNot},
	} {
		for user := range strings.FieldsSeq(test.users) {
			t.Run(name+" as "+user, func(t *testing.T) {
				stdout, stderr, code := s.depctl(s.Kubeconfig(), append(test.args, "--as=system:serviceaccount:"+s.name+":"+user)...)
				t.Logf("$ depctl %s\n%s-- exit code %d --\n%s", strings.Join(test.args, " "), stdout, code, stderr)
				require.Equal(t, test.code, code)
				require.Contains(t, stdout, test.out)
				require.Contains(t, stderr, test.err)
				for _, trace := range []string{"goroutine ", "panic", "<nil>", "%!"} {
					require.NotContains(t, stdout+stderr, trace)
				}
			})
		}
	}
}
