package admission

import (
	"errors"
	"io"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// policies are those of an admission.yaml of deploy, by name.
type policies struct {
	mutating         map[string]admissionregistrationv1.MutatingAdmissionPolicy
	refuse           admissionregistrationv1.ValidatingAdmissionPolicy
	mutatingBindings map[string]admissionregistrationv1.MutatingAdmissionPolicyBinding
	refuseBinding    admissionregistrationv1.ValidatingAdmissionPolicyBinding
}

func readPolicies(t *testing.T, dir string) policies {
	t.Helper()
	file, err := os.Open("../../deploy/" + dir + "/admission.yaml")
	require.NoError(t, err)
	defer file.Close()
	p := policies{
		map[string]admissionregistrationv1.MutatingAdmissionPolicy{},
		admissionregistrationv1.ValidatingAdmissionPolicy{},
		map[string]admissionregistrationv1.MutatingAdmissionPolicyBinding{},
		admissionregistrationv1.ValidatingAdmissionPolicyBinding{},
	}
	for reader := yaml.NewDocumentDecoder(file); ; {
		text := make([]byte, 1<<16)
		n, err := reader.Read(text)
		if errors.Is(err, io.EOF) {
			return p
		}
		require.NoError(t, err)
		var kind metav1.PartialObjectMetadata
		require.NoError(t, yaml.Unmarshal(text[:n], &kind))
		switch kind.Kind {
		case "MutatingAdmissionPolicy":
			var policy admissionregistrationv1.MutatingAdmissionPolicy
			require.NoError(t, yaml.UnmarshalStrict(text[:n], &policy))
			p.mutating[policy.Name] = policy
		case "MutatingAdmissionPolicyBinding":
			var binding admissionregistrationv1.MutatingAdmissionPolicyBinding
			require.NoError(t, yaml.UnmarshalStrict(text[:n], &binding))
			p.mutatingBindings[binding.Name] = binding
		case "ValidatingAdmissionPolicy":
			require.NoError(t, yaml.UnmarshalStrict(text[:n], &p.refuse))
		case "ValidatingAdmissionPolicyBinding":
			require.NoError(t, yaml.UnmarshalStrict(text[:n], &p.refuseBinding))
		default:
			t.Fatalf("what is a %s?", kind.Kind)
		}
	}
}

// The API server calls a policy again after a change of another only if its
// matchConditions were true before it. So none looks at the new object.
func TestPoliciesAreCalledAgainAfterEveryChange(t *testing.T) {
	t.Parallel()
	p := readPolicies(t, "base")
	require.Len(t, p.mutating, 3)
	object := regexp.MustCompile(`\bobject\b`)
	for name, policy := range p.mutating {
		require.Equal(t, admissionregistrationv1.IfNeededReinvocationPolicy, policy.Spec.ReinvocationPolicy, name)
		for _, condition := range policy.Spec.MatchConditions {
			require.NotRegexp(t, object, condition.Expression, "%s, %s", name, condition.Name)
		}
		require.Equal(t, p.refuseBinding.Spec.MatchResources, p.mutatingBindings[name].Spec.MatchResources, name)
	}
	require.Equal(t, "refuse.depctl.dev", p.refuse.Name)
	require.Equal(t, admissionregistrationv1.Fail, *p.refuse.Spec.FailurePolicy)
	require.Equal(t, p.refuse.Name, p.refuseBinding.Spec.PolicyName)
	require.Equal(t, []admissionregistrationv1.ValidationAction{admissionregistrationv1.Deny}, p.refuseBinding.Spec.ValidationActions)
}

// readWebhooks returns the mutating webhooks of a file of deploy.
func readWebhooks(t *testing.T, file string) []admissionregistrationv1.MutatingWebhook {
	t.Helper()
	text, err := os.ReadFile("../../deploy/" + file)
	require.NoError(t, err)
	var configuration admissionregistrationv1.MutatingWebhookConfiguration
	require.NoError(t, yaml.UnmarshalStrict(text, &configuration))
	require.Equal(t, ConfigurationName, configuration.Name)
	return configuration.Webhooks
}

// The webhooks are called for what the policies look at, so that an outage stops no
// other write. What they are not called for is refused.
func TestWebhooksAreCalledForWhatThePoliciesLookAt(t *testing.T) {
	t.Parallel()
	for dir, file := range map[string]string{
		"base":                   "webhook/mutating.yaml",
		"components/deployments": "components/webhook-deployments/webhooks.yaml",
		"components/pods":        "components/webhook-pods/webhooks.yaml",
		"components/workloads":   "components/webhook-workloads/webhooks.yaml",
	} {
		p := readPolicies(t, dir)
		webhooks := readWebhooks(t, file)
		require.Len(t, webhooks, len(p.mutating))
		for _, webhook := range webhooks {
			policy := p.mutating[webhook.Name]
			require.Len(t, webhook.Rules, len(policy.Spec.MatchConstraints.ResourceRules))
			for i, rule := range policy.Spec.MatchConstraints.ResourceRules {
				require.Equal(t, rule.APIGroups, webhook.Rules[i].APIGroups, webhook.Name)
				require.Equal(t, rule.APIVersions, webhook.Rules[i].APIVersions, webhook.Name)
				require.Equal(t, rule.Operations, webhook.Rules[i].Operations, webhook.Name)
				require.Equal(t, rule.Resources, webhook.Rules[i].Resources, webhook.Name)
			}
			require.Equal(t, admissionregistrationv1.Fail, *webhook.FailurePolicy)
			require.Equal(t, admissionregistrationv1.IfNeededReinvocationPolicy, *webhook.ReinvocationPolicy)
			require.Equal(t, MutatePath, *webhook.ClientConfig.Service.Path)
			require.Equal(t, p.refuseBinding.Spec.MatchResources.NamespaceSelector, webhook.NamespaceSelector)
		}
	}
}

func TestJobsAreSentUnderTheConditionsUnderWhichTheyAreRefused(t *testing.T) {
	t.Parallel()
	refused := map[string]string{}
	for _, condition := range readPolicies(t, "base").refuse.Spec.MatchConditions {
		refused[condition.Name] = condition.Expression
	}
	hold := readWebhooks(t, "webhook/mutating.yaml")[0]
	require.Equal(t, "hold.depctl.dev", hold.Name)
	for _, condition := range hold.MatchConditions {
		if expression, same := refused[condition.Name]; same {
			require.Equal(t, expression, condition.Expression)
		}
		require.NotEqual(t, "unheld", condition.Name, "one that is suspended at first may not be so in the end")
	}
}
