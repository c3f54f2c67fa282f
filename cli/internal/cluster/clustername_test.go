package cluster

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/internal/command"
)

func TestHowAClusterIsCalled(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(file, []byte(`
apiVersion: v1
kind: Config
current-context: prod
contexts:
- {name: prod, context: {cluster: a}}
- {name: test, context: {cluster: a}}
clusters:
- {name: a, cluster: {server: "https://a.example.com:6443"}}
- {name: b, cluster: {server: "https://user:secret@b.example.com"}}
`), 0o600))
	for name, tt := range map[string]struct {
		set  func(*Factory)
		want string
	}{
		"by the current context":                          {func(*Factory) {}, "prod"},
		"by another context":                              {func(f *Factory) { f.Flags.Context = ptr.To("test") }, "test"},
		"by the address of --server":                      {func(f *Factory) { f.Flags.APIServer = ptr.To("https://c.example.com:6443") }, "c.example.com:6443"},
		"by the address of --cluster, without a password": {func(f *Factory) { f.Flags.ClusterName = ptr.To("b") }, "b.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			f := NewFactory(command.Build{})
			f.Flags.KubeConfig = ptr.To(file)
			tt.set(f)
			got, err := f.ClusterName()
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}
