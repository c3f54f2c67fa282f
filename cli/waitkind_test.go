package cli

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	authenticationv1 "k8s.io/api/authentication/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
)

// client-go slows errors down by a sleep until a time of the real clock, which never comes where
// time is that of a test.
func TestMain(m *testing.M) {
	utilruntime.ErrorHandlers = utilruntime.ErrorHandlers[:1]
	os.Exit(m.Run())
}

func TestWaitForObjectsOfOtherKinds(t *testing.T) {
	for name, test := range map[string]struct {
		args      []string
		forbidden bool
		code      int
		says      string
	}{
		"ready":            {args: []string{"pvc:data"}, says: "true: persistentvolumeclaim:etl/data is ready"},
		"by its status":    {args: []string{"ready(persistentvolumeclaim:data)"}, says: "true: persistentvolumeclaim:etl/data is ready"},
		"exists":           {args: []string{"configmap:settings"}, says: "true: configmap:etl/settings exists"},
		"beside a Job":     {args: []string{"configmap:settings, load"}, code: 124, says: "etl/load has not finished"},
		"a set":            {args: []string{"pvc:* >= 1"}, says: "true: persistentvolumeclaim:* >= 1: 1 of 2"},
		"a delay":          {args: []string{"pvc:data + 2s"}, code: 124, says: "still unknown after 1s: persistentvolumeclaim:data + 2s: not before 2000-01-01T00:00:02Z"},
		"a short delay":    {args: []string{"pvc:data + 500ms"}, says: "true: persistentvolumeclaim:etl/data is ready"},
		"absent":           {args: []string{"absent(pvc:none) + 500ms"}, says: "true: persistentvolumeclaim:etl/none is absent"},
		"not ready":        {args: []string{"pvc:cache"}, code: 124, says: "still unknown after 1s: persistentvolumeclaim:etl/cache is not ready"},
		"not there":        {args: []string{"pvc:none", "--timeout", "0"}, code: 124, says: "still unknown: persistentvolumeclaim:etl/none does not exist"},
		"once":             {args: []string{"pvc:data", "--timeout", "0"}, says: "true: "},
		"forbidden":        {args: []string{"pvc:data"}, forbidden: true, code: 3, says: "you may not list and watch persistentvolumeclaims in namespace etl"},
		"how to allow it":  {args: []string{"pvc:data"}, forbidden: true, code: 3, says: "to allow it: kubectl create role me:list-watch:persistentvolumeclaims -n etl --verb=list,watch --resource=persistentvolumeclaims"},
		"or what is known": {args: []string{"pvc:data or configmap:settings"}, forbidden: true, says: "true: configmap:etl/settings exists"},
	} {
		t.Run(name, func(t *testing.T) {
			f := kindFactory(t)
			objects, err := f.NewObjects(nil)
			require.NoError(t, err)
			if test.forbidden {
				client, err := f.NewClient(nil)
				require.NoError(t, err)
				client.(*fake.Clientset).PrependReactor("create", "selfsubjectreviews", func(clienttesting.Action) (bool, runtime.Object, error) {
					return true, &authenticationv1.SelfSubjectReview{Status: authenticationv1.SelfSubjectReviewStatus{UserInfo: authenticationv1.UserInfo{Username: "me"}}}, nil
				})
				objects.(*dynamicfake.FakeDynamicClient).PrependReactor("list", "*", func(clienttesting.Action) (bool, runtime.Object, error) {
					return true, nil, apierrors.NewForbidden(schema.GroupResource{Resource: "persistentvolumeclaims"}, "", nil)
				})
			}
			synctest.Test(t, func(t *testing.T) {
				f.Clock = clock.RealClock{}
				stdout, stderr, code := runDepctl(f, "", append([]string{"wait", "-n", "etl", "--timeout", "1s"}, test.args...)...)
				require.Equal(t, test.code, code, stdout+stderr)
				require.Contains(t, stdout+stderr, test.says)
				time.Sleep(time.Hour) // whoever is still at work ends meanwhile
			})
		})
	}
}

func TestWaitEndsWhenAnObjectChanges(t *testing.T) {
	f := kindFactory(t)
	objects, err := f.NewObjects(nil)
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		f.Clock = clock.RealClock{}
		codes := make(chan int, 1)
		go func() {
			_, _, code := runDepctl(f, "", "wait", "pvc:cache", "-n", "etl", "--timeout", "30s")
			codes <- code
		}()
		synctest.Wait()
		claims := objects.Resource(schema.GroupVersionResource{Version: "v1", Resource: "persistentvolumeclaims"}).Namespace("etl")
		claim, err := claims.Get(t.Context(), "cache", metav1.GetOptions{})
		require.NoError(t, err)
		claim.Object["status"] = map[string]any{"phase": "Bound"}
		_, err = claims.Update(t.Context(), claim, metav1.UpdateOptions{})
		require.NoError(t, err)
		require.Zero(t, <-codes)
		time.Sleep(time.Hour)
	})
}

// A cluster without the kind is no cluster that does not answer.
func TestWaitSaysWhatTheClusterHasNot(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	f := testFactory(command.Terminal{Glyphs: picture.Unicode()})
	f.Clock = clock.RealClock{}
	server := httptest.NewServer(http.NotFoundHandler())
	address := server.URL
	_, stderr, code := runDepctl(f, "", "wait", "jobset:x", "--timeout", "30s", "--server", address)
	require.Equal(t, 3, code, stderr)
	require.Contains(t, stderr, "this cluster has no kind jobset: it has no API group jobset.x-k8s.io; install what brings it")
	server.Close()
	_, stderr, code = runDepctl(f, "", "wait", "deployment:db", "--timeout", "30s", "--server", address)
	require.Equal(t, 1, code, stderr)
	require.Contains(t, stderr, "is the cluster reachable, and is it the right --context?")
}
