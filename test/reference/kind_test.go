package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/yaml"

	"depctl.dev/lang/kind"
)

// The gate may look up all kinds of the table but Secrets, which are a choice of their own, and nothing else.
func TestTheRightsOfTheGateAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	var want []string
	for _, k := range kind.All() {
		switch k.Name {
		case kind.Job, kind.CronJob, "secret": // Jobs are in deploy/base, CronJobs in deploy/components/schedules
		default:
			want = append(want, k.Group+"/"+k.Resource)
		}
	}
	require.ElementsMatch(t, append(want, "discovery.k8s.io/endpointslices"), granted(t, "../../deploy/components/kinds/rbac.yaml"))
	require.Equal(t, []string{"/secrets"}, granted(t, "../../deploy/components/kinds-secrets/rbac.yaml"))
}

// granted returns what the ClusterRoles of a file let the gate list and watch.
func granted(t *testing.T, file string) (resources []string) {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	for decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096); ; {
		var role rbacv1.ClusterRole
		err := decoder.Decode(&role)
		if errors.Is(err, io.EOF) {
			return resources
		}
		require.NoError(t, err)
		for _, rule := range role.Rules {
			require.Equal(t, []string{"list", "watch"}, rule.Verbs)
			require.Equal(t, "true", role.Labels["depctl.dev/aggregate-to-gate"])
			for _, group := range rule.APIGroups {
				for _, resource := range rule.Resources {
					resources = append(resources, group+"/"+resource)
				}
			}
		}
	}
}
