package cli

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

// Whatever is added to deploy/base must be deleted too.
func TestEverythingThatIsInstalledIsKnown(t *testing.T) {
	t.Parallel()
	var known []string
	for _, step := range [][]installed{installedPolicies, installedGate, installedRights, installedNamespace} {
		for _, i := range step {
			known = append(known, i.resource.GroupVersion().String()+" "+i.singular+" "+i.namespace+"/"+i.name)
		}
	}
	require.ElementsMatch(t, inDeployBase(t), known)
}

func inDeployBase(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../deploy/base/*.yaml")
	require.NoError(t, err)
	var found []string
	for _, name := range files {
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
			if object.Kind != "Kustomization" {
				m := object.Metadata
				found = append(found, object.APIVersion+" "+strings.ToLower(object.Kind)+" "+m.Namespace+"/"+m.Name)
			}
		}
	}
	return found
}
