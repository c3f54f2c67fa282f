package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// podsOfJobSets are the only Pods that JobSet's webhook is asked about, as its own manifests have it.
var podsOfJobSets = &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{
	Key: "jobset.sigs.k8s.io/jobset-name", Operator: metav1.LabelSelectorOpExists,
}}}

// configurations returns the peer's own webhook configurations, but for the kinds that it has not to be
// asked about, with the API server calling an address of this machine.
func (p peer) configurations(source, address string, ca []byte) (string, error) {
	text, err := os.ReadFile(filepath.Join(source, "config", "components", "webhook", "manifests.yaml"))
	if err != nil {
		return "", err
	}
	var all []string
	for document := range strings.SplitSeq(string(text), "\n---\n") {
		var read struct {
			metav1.TypeMeta   `json:",inline"`
			metav1.ObjectMeta `json:"metadata"`
			// Both kinds of webhooks have these fields; unknown ones are not lost, as there are none.
			Webhooks []admissionregistrationv1.MutatingWebhook `json:"webhooks"`
		}
		if err := yaml.Unmarshal([]byte(document), &read); err != nil {
			return "", fmt.Errorf("read a configuration: %w", err)
		}
		read.Name = p.name
		read.Webhooks = slices.DeleteFunc(read.Webhooks, func(w admissionregistrationv1.MutatingWebhook) bool {
			return !slices.Contains(p.webhooks, w.Rules[0].Resources[0])
		})
		for i := range read.Webhooks {
			w := &read.Webhooks[i]
			url := "https://" + address + *w.ClientConfig.Service.Path
			w.ClientConfig = admissionregistrationv1.WebhookClientConfig{URL: &url, CABundle: ca}
			if w.Rules[0].Resources[0] == "pods" {
				w.ObjectSelector = podsOfJobSets
			}
		}
		document, err := yaml.Marshal(read)
		if err != nil {
			return "", err
		}
		all = append(all, string(document))
	}
	return strings.Join(all, "---\n"), nil
}
