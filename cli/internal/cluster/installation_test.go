package cluster

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// Whatever is added to deploy must be deleted too, and so must the Secret that
// the gate makes.
func TestEverythingThatIsInstalledIsKnown(t *testing.T) {
	t.Parallel()
	var known []string
	for _, step := range [][]Installed{DefaultInstallation().Policies(), DefaultInstallation().Programs(), DefaultInstallation().Rights(), DefaultInstallation().Namespaces()} {
		for _, i := range step {
			known = append(known, i.Resource.GroupVersion().String()+" "+i.singular+" "+i.Namespace+"/"+i.Name)
		}
	}
	require.ElementsMatch(t, append(inDeploy(t), "v1 secret depctl-system/depctl-gate-webhook"), known)
}

func inDeploy(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, dir := range []string{"base", "webhook", "diagnostics", "components/webhook", "arrays", "components/arrays", "components/results", "components/schedules", "components/limits", "components/scheduler", "scheduler", "components/kinds", "components/kinds-secrets", "components/deployments", "components/workloads", "components/pods", "components/kueue", "webhook-full", "components/webhook-deployments", "components/webhook-pods", "components/webhook-workloads"} {
		more, err := filepath.Glob("../../../deploy/" + dir + "/*.yaml")
		require.NoError(t, err)
		require.NotEmpty(t, more)
		files = append(files, more...)
	}
	var found []string
	for _, name := range files {
		if strings.HasSuffix(name, "webhook/deployment.yaml") || strings.HasSuffix(name, "/webhooks.yaml") {
			continue // a patch
		}
		file, err := os.Open(name)
		require.NoError(t, err)
		defer file.Close()
		for decoder := yaml.NewDecoder(file); ; {
			var object struct {
				APIVersion string `yaml:"apiVersion"`
				Kind       string
				Metadata   struct{ Namespace, Name string }
			}
			err := decoder.Decode(&object)
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, name)
			if object.Kind != "Kustomization" && object.Kind != "Component" && object.Kind != "KubeSchedulerConfiguration" {
				m := object.Metadata
				found = append(found, object.APIVersion+" "+strings.ToLower(object.Kind)+" "+m.Namespace+"/"+m.Name)
			}
		}
	}
	return found
}
