package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
)

var update = flag.Bool("update", false, "write the table of docs/guide/install.md")

// brings says what each component of deploy is for.
var brings = map[string]string{
	"arrays":        "[arrays](arrays.md), element by element",
	"deployments":   "[Deployments that wait](deployments.md), for Kubernetes 1.36 or newer",
	"kinds":         "[objects of other kinds](kinds.md): `deployment:db`",
	"kinds-secrets": "beside `kinds`: `secret:key`; whoever holds the gate's token can then read all Secrets",
	"kueue":         "[Jobs in queues of Kueue](kueue.md), for Kubernetes 1.36 and Kueue v0.17 or newer",
	"limits":        "[limits](limits.md): `depctl.dev/uses`",
	"pods":          "[Pods that wait](pods.md) and that no controller owns, for Kubernetes 1.36 or newer",
	"results":       "[results](results.md) of Jobs: `result=`, `depctl.dev/results`",
	"schedules":     "[runs of CronJobs](replace-your-scheduler.md): `cronjob:load`",
	"scheduler":     "ranks of pods, for [depctl-scheduler](scheduling.md#a-scheduler-that-knows-the-graph), beside `limits`",
	"workloads":     "[JobSets and RayJobs that wait](workloads.md), for Kubernetes 1.36 or newer",
	"webhook":       "`kubectl apply` refuses an expression that cannot be read, and shows where the mistake is",

	"webhook-deployments": "`deployments` [by webhooks](webhook.md), beside `deploy/webhook`, for Kubernetes 1.30 to 1.35",
	"webhook-pods":        "`pods` by webhooks, the same",
	"webhook-workloads":   "`workloads` by webhooks, the same",
}

// TestTheComponentsOfTheGuide keeps the table of docs/guide/install.md as deploy has it.
func TestTheComponentsOfTheGuide(t *testing.T) {
	t.Parallel()
	const page, begin, end = "../../docs/guide/install.md", "<!-- components -->\n", "<!-- /components -->"
	table := "| component | brings | part of | flag | rights of the gate |\n|---|---|---|---|---|\n"
	table += "| `base` | Jobs that wait for Jobs | all overlays |  | " + rightsOf(t, "../../deploy/base") + " |\n"
	components, err := filepath.Glob("../../deploy/components/*")
	require.NoError(t, err)
	for _, dir := range components {
		name := filepath.Base(dir)
		require.Contains(t, brings, name)
		table += fmt.Sprintf("| `%s` | %s | %s | %s | %s |\n", name, brings[name], overlaysWith(t, name), flagOf(t, within(t, dir)), rightsOf(t, within(t, dir)))
	}
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	before, rest, _ := strings.Cut(string(text), begin)
	shown, after, _ := strings.Cut(rest, end)
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(before+begin+table+end+after), 0o644))
		return
	}
	require.Equal(t, table, shown, "run with -update to write it")
}

// overlaysWith returns the overlays of deploy that have a component.
func overlaysWith(t *testing.T, component string) string {
	t.Helper()
	files, err := filepath.Glob("../../deploy/*/kustomization.yaml")
	require.NoError(t, err)
	var names []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if regexp.MustCompile(`(?m)^  - \.\./components/` + component + `$`).Match(text) {
			names = append(names, "`deploy/"+filepath.Base(filepath.Dir(file))+"`")
		}
	}
	return strings.Join(names, ", ")
}

// within returns the component that another brings with it, itself if there is none.
func within(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "kustomization.yaml"))
	require.NoError(t, err)
	if other := regexp.MustCompile(`(?m)^components:\n  - (\S+)$`).FindSubmatch(text); other != nil {
		return filepath.Join(dir, string(other[1]))
	}
	return dir
}

// flagOf returns the flag of the gate that a component adds.
func flagOf(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "kustomization.yaml"))
	require.NoError(t, err)
	if added := regexp.MustCompile(`value: (--\S+)`).FindSubmatch(text); added != nil {
		return "`" + string(added[1]) + "`"
	}
	return ""
}

// rightsOf says what the roles of a component let the gate do.
func rightsOf(t *testing.T, dir string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "rbac.yaml"))
	if errors.Is(err, os.ErrNotExist) {
		return "no more"
	}
	require.NoError(t, err)
	var order []string
	resources := map[string][]string{}
	for decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096); ; {
		var role rbacv1.Role // a ClusterRole has the same rules
		err := decoder.Decode(&role)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		for _, rule := range role.Rules {
			verbs := strings.Join(rule.Verbs, ", ")
			if role.Namespace != "" {
				verbs += " in " + role.Namespace
			}
			if !slices.Contains(order, verbs) {
				order = append(order, verbs)
			}
			named := ""
			if len(rule.ResourceNames) > 0 {
				named = " named " + strings.Join(rule.ResourceNames, ", ")
			}
			for _, resource := range rule.Resources {
				resources[verbs] = append(resources[verbs], "`"+resource+"`"+named)
			}
		}
	}
	if filepath.Base(dir) == "kinds" { // another test compares them
		require.Equal(t, []string{"list, watch"}, order)
		return "list, watch: [the kinds of the table](../reference/kinds.md) but Secrets, and `endpointslices`"
	}
	for i, verbs := range order {
		order[i] = verbs + ": " + strings.Join(resources[verbs], ", ")
	}
	return strings.Join(order, "; ")
}
