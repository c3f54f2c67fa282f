package sandbox_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"depctl.dev/test/sandbox"
)

func TestKubectlReportsTheVersion(t *testing.T) {
	t.Parallel()
	s := sandbox.New(t, sandbox.Options{APIOnly: true})
	text, err := s.Kubectl(t.Context(), nil, "version", "-o", "json")
	require.NoError(t, err)
	var got struct {
		ClientVersion, ServerVersion struct{ GitVersion, Major, Minor string }
	}
	require.NoError(t, json.Unmarshal([]byte(text), &got))
	require.Equal(t, "v1.37.2", got.ClientVersion.GitVersion)
	require.Equal(t, got.ClientVersion, got.ServerVersion)
	require.Equal(t, "1.37", got.ServerVersion.Major+"."+got.ServerVersion.Minor)
}

func TestKubectlReadsStandardInputAndReturnsStandardError(t *testing.T) {
	t.Parallel()
	s := sandbox.New(t, sandbox.Options{APIOnly: true})
	manifest := "{apiVersion: v1, kind: Namespace, metadata: {name: made}}"
	text, err := s.Kubectl(t.Context(), strings.NewReader(manifest), "apply", "-f", "-")
	require.NoError(t, err)
	require.Equal(t, "namespace/made created\n", text)
	_, err = s.Kubectl(t.Context(), nil, "get", "namespace", "missing")
	require.ErrorContains(t, err, `namespaces "missing" not found`)
}

// A token says who somebody is, and RBAC alone what they may.
func TestServiceAccountsHaveOnlyTheirOwnRights(t *testing.T) {
	t.Parallel()
	s := sandbox.New(t, sandbox.Options{})
	config, err := s.ConfigFor(t.Context(), "default", "default")
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, sandbox.WriteKubeconfig(path, config))
	read, err := clientcmd.BuildConfigFromFlags("", path)
	require.NoError(t, err)
	client, err := kubernetes.NewForConfig(read)
	require.NoError(t, err)

	list := func() error {
		_, err := client.BatchV1().Jobs("default").List(t.Context(), metav1.ListOptions{})
		return err
	}
	err = list()
	require.True(t, apierrors.IsForbidden(err), "got %v", err)
	require.ErrorContains(t, err, `"system:serviceaccount:default:default"`)

	_, err = s.Kubectl(t.Context(), nil, "create", "rolebinding", "viewer",
		"--namespace=default", "--clusterrole=view", "--serviceaccount=default:default")
	require.NoError(t, err)
	eventually(t, "the right to list Jobs", func(context.Context) (bool, error) { return list() == nil, nil })

	_, err = s.ConfigFor(t.Context(), "default", "nobody")
	require.ErrorContains(t, err, `serviceaccounts "nobody" not found`)
}

func TestComponentsComeBackWhereTheyWere(t *testing.T) {
	t.Parallel()
	s := sandbox.New(t, sandbox.Options{})
	client := newClient(t, s)
	createJob(t, client, newJob("before", nil))
	finished(t, client, "before")
	for _, name := range []string{sandbox.Etcd, sandbox.APIServer, sandbox.ControllerManager, sandbox.Scheduler, sandbox.Kwok} {
		require.NoError(t, s.Kill(name))
		require.Len(t, s.Parts(), 4)
		require.NoError(t, s.Restart(t.Context(), name))
	}
	finished(t, client, "before")
	createJob(t, client, newJob("after", nil))
	finished(t, client, "after")
	require.ErrorContains(t, s.Kill("kubelet"), `the sandbox has no "kubelet", only etcd`)
}

func TestAuditLogHoldsEveryRequestOnce(t *testing.T) {
	t.Parallel()
	s := sandbox.New(t, sandbox.Options{APIOnly: true, Audit: true})
	_, err := newClient(t, s).CoreV1().ConfigMaps("default").Get(t.Context(), "unmistakable", metav1.GetOptions{})
	require.True(t, apierrors.IsNotFound(err), "got %v", err)
	eventually(t, "the request in the audit log", func(context.Context) (bool, error) {
		text, err := os.ReadFile(filepath.Join(s.Dir(), "audit.log"))
		return strings.Count(string(text), "configmaps/unmistakable") == 1, err
	})
}

func TestFlagsReachTheProgram(t *testing.T) {
	t.Parallel()
	_, err := sandbox.Start(t.Context(), sandbox.Options{
		APIOnly: true,
		Flags:   map[string][]string{sandbox.APIServer: {"--no-such-flag"}},
	})
	require.ErrorContains(t, err, "kube-apiserver exited: exit status 1")
	require.ErrorContains(t, err, "unknown flag: --no-such-flag")
}

func TestStartSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		options sandbox.Options
		want    string
	}{
		"no binaries": {sandbox.Options{Bin: t.TempDir()}, "run `make build`"},
		"no CPU":      {sandbox.Options{NodeCPU: "many"}, `CPU of a node "many"`},
		"no nodes":    {sandbox.Options{Nodes: -1}, "-1 nodes: want at least 1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := sandbox.Start(t.Context(), test.options)
			require.ErrorContains(t, err, test.want)
		})
	}
}
