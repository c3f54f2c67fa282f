package admission

import (
	"errors"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// The webhooks are called under the conditions of the policies, so that an
// outage stops no other write.
func TestWebhooksHaveTheConditionsOfThePolicies(t *testing.T) {
	t.Parallel()
	file, err := os.Open("../../deploy/base/admission.yaml")
	require.NoError(t, err)
	defer file.Close()
	policies := map[string]admissionregistrationv1.MutatingAdmissionPolicy{}
	for decoder := yaml.NewYAMLOrJSONDecoder(file, 4096); ; {
		var document struct {
			admissionregistrationv1.MutatingAdmissionPolicy `json:",inline"`
		}
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if document.Kind == "MutatingAdmissionPolicy" {
			policies[document.Name] = document.MutatingAdmissionPolicy
		}
	}
	require.Len(t, policies, 3)

	text, err := os.ReadFile("../../deploy/webhook/mutating.yaml")
	require.NoError(t, err)
	var configuration admissionregistrationv1.MutatingWebhookConfiguration
	require.NoError(t, yaml.UnmarshalStrict(text, &configuration))
	require.Equal(t, ConfigurationName, configuration.Name)
	require.Len(t, configuration.Webhooks, len(policies))
	for _, webhook := range configuration.Webhooks {
		policy := policies[webhook.Name]
		require.Equal(t, policy.Spec.MatchConditions, webhook.MatchConditions, webhook.Name)
		rule := policy.Spec.MatchConstraints.ResourceRules[0]
		require.Equal(t, rule.Operations, webhook.Rules[0].Operations, webhook.Name)
		require.Equal(t, rule.Resources, webhook.Rules[0].Resources, webhook.Name)
		require.Equal(t, admissionregistrationv1.Fail, *webhook.FailurePolicy)
		require.Equal(t, MutatePath, *webhook.ClientConfig.Service.Path)
		require.Equal(t, configuration.Webhooks[0].NamespaceSelector, webhook.NamespaceSelector)
	}
}
