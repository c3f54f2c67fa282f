package container

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/test/sandbox"
)

// web is a service that is ready only where the schema is that its version needs, and its Service.
const web = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: {depctl.dev/depends-on: migrate-VERSION}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: main
          image: IMAGE
          command: [sh, -ec, "test -e /data/VERSION; exec httpd -f -p 8080 -h /data"]
          readinessProbe: {httpGet: {path: /VERSION, port: 8080}, periodSeconds: 1}
          volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, hostPath: {path: DATA, type: DirectoryOrCreate}}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 8080}]}
`

// A chain of a Job, a Deployment, its Service and a Job, and the next version, with containers that
// would not start before their time.
func TestAServiceStartsAfterItsMigration(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	own, err := startCluster(ctx, sandbox.Full)
	require.NoError(t, err)
	defer func() { require.NoError(t, own.stop()) }()
	g, err := own.StartGate(ctx, sandbox.GateOptions{})
	require.NoError(t, err)
	require.NoError(t, g.WaitReady(ctx))

	s := own.namespace(t, "web")
	data := on("/run/" + s.name)
	s.applyWeb("1")
	s.make("smoke-1", "deployment:web, service:web", `cat /data/1`, data)
	s.make("migrate-1", "", `echo one > /data/1`, data)
	s.completes("smoke-1")
	require.Equal(t, "one", s.printed("smoke-1"))

	s.applyWeb("2")
	s.make("still", "service:web", `echo "the old version serves"`)
	s.completes("still")
	s.make("smoke-2", "deployment:web", `cat /data/2`, data)
	s.make("migrate-2", "", `echo two > /data/2`, data)
	s.completes("smoke-2")
	require.Equal(t, "two", s.printed("smoke-2"))

	// Each pod that started found what its version needs: none was made before its time.
	pods, err := s.client.CoreV1().Pods(s.name).List(ctx, metav1.ListOptions{LabelSelector: "app=web"})
	require.NoError(t, err)
	for i := range pods.Items {
		for _, c := range pods.Items[i].Status.ContainerStatuses {
			require.Zero(t, c.RestartCount, pods.Items[i].Name)
		}
	}
}

// applyWeb applies a version of the service.
func (s *space) applyWeb(version string) {
	s.t.Helper()
	manifest := strings.NewReplacer("VERSION", version, "IMAGE", sandbox.BusyboxImage, "DATA", "/run/"+s.name).Replace(web)
	_, err := s.Kubectl(s.t.Context(), strings.NewReader(manifest), "apply", "--namespace", s.name, "-f", "-")
	require.NoError(s.t, err)
}
