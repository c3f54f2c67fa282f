package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/yaml"

	"depctl.dev/lang/kind"
)

// TestTheComponentHoldsTheKindsOfTheTable keeps the policies and rights of deploy/components/workloads as the table
// of kinds says what spec.suspend holds.
func TestTheComponentHoldsTheKindsOfTheTable(t *testing.T) {
	t.Parallel()
	held := map[string]string{}
	for _, k := range kind.Held() {
		if k.HeldBy == "spec.suspend" {
			held[k.Group] = k.Resource
		}
	}
	require.NotEmpty(t, held)
	for _, file := range []string{"admission.yaml", "leash.yaml"} {
		for _, policy := range objectsIn[struct {
			Kind string
			Spec struct{ MatchConstraints *admissionv1.MatchResources }
		}](t, "../../deploy/components/workloads/"+file) {
			if policy.Spec.MatchConstraints == nil {
				continue // a binding
			}
			named := map[string]string{}
			for _, rule := range policy.Spec.MatchConstraints.ResourceRules {
				require.Len(t, rule.APIGroups, 1)
				named[rule.APIGroups[0]] = rule.Resources[0]
			}
			require.Equal(t, held, named, "%s of %s", policy.Kind, file)
		}
	}
	may := map[string]string{}
	for _, role := range objectsIn[rbacv1.ClusterRole](t, "../../deploy/components/workloads/rbac.yaml") {
		for _, rule := range role.Rules {
			may[rule.APIGroups[0]] = rule.Resources[0]
		}
	}
	require.Equal(t, held, may)
}

// objectsIn reads the objects of a file.
func objectsIn[T any](t *testing.T, file string) (all []T) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 1<<10)
	for {
		var one T
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, one)
	}
}
