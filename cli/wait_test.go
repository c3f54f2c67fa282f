package cli

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	ktesting "k8s.io/client-go/testing"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
)

func TestTheExitCodesOfWait(t *testing.T) {
	for name, test := range map[string]struct {
		args   []string
		change func(*fake.Clientset)
		code   int
		says   string
	}{
		"true":                {args: []string{"extract-1, failed(tune, code=3)"}, code: 0, says: "true: etl/extract-1 succeeded, etl/tune failed with exit code 3"},
		"as submit prints it": {args: []string{"job.batch/extract-1"}, code: 0, says: "true: etl/extract-1 succeeded"},
		"as kubectl has it":   {args: []string{"job/extract-1, failed(jobs.batch/tune)"}, code: 0, says: "true: etl/extract-1 succeeded"},
		"false":               {args: []string{"tune or skipped"}, code: 1, says: "false, and will stay false unless something changes: etl/tune failed"},
		"timeout":             {args: []string{"extract-2", "--timeout", "10ms"}, code: 124, says: "still unknown after 10ms: etl/extract-2 has not finished"},
		"no answer": {
			args: []string{"extract-2", "--timeout", "10ms"}, change: func(c *fake.Clientset) {
				c.PrependReactor("list", "jobs", func(ktesting.Action) (bool, runtime.Object, error) {
					time.Sleep(time.Second)
					return false, nil, nil
				})
			}, code: 124, says: "still unknown after 10ms: the API server has not answered yet",
		},
		"once":         {args: []string{"extract-2", "--timeout", "0"}, code: 124, says: "still unknown: etl/extract-2 has not finished"},
		"set":          {args: []string{"extract-* >= 1"}, code: 0, says: "true: extract-* >= 1: 1 of 2"},
		"elements":     {args: []string{"array[0..1]"}, code: 0, says: "true: array[0..1]: 2 of 2"},
		"kind":         {args: []string{"gadget:x"}, code: 3, says: `there is no kind "gadget"`},
		"cronjob":      {args: []string{"cronjob:nightly"}, code: 2, says: "there is no Job here for whose time a run of CronJob nightly could be meant"},
		"forbidden":    {args: []string{"extract-1"}, change: func(c *fake.Clientset) { forbid(c, "list", "jobs") }, code: 3, says: "you may not watch it"},
		"no exit code": {args: []string{"failed(tune, code=3)"}, change: func(c *fake.Clientset) { forbid(c, "list", "pods") }, code: 3, says: "exit code"},
		"index":        {args: []string{"extract-1, array[i]"}, code: 2, says: "expression:1:12: there is no Job here whose index i could be"},
		"self":         {args: []string{"self[0]"}, code: 2, says: "expression:1:1: "},
		"before":       {args: []string{"finished(extract-*, made=before)"}, code: 2, says: "made before"},
		"mistake":      {args: []string{"suceeded(a)"}, code: 2, says: `did you mean "succeeded"?`},
		"nothing":      {args: nil, code: 2, says: "there is no expression"},
		"unquoted":     {args: []string{"a", "b"}, code: 2, says: "put it in quotes"},
		"time":         {args: []string{"time(2026-11-23T02:09:00Z)"}, code: 0, says: "has passed"},
		"quiet":        {args: []string{"tune", "-q"}, code: 1, says: ""},
	} {
		// In its own time, which stands still while anybody is at work.
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := nightCluster(nightObjects(), true)
				if test.change != nil {
					test.change(client)
				}
				stdout, stderr, code := runDepctl(clusterFactory(t, client, command.Terminal{Glyphs: picture.Unicode()}), "", append([]string{"wait"}, test.args...)...)
				require.Equal(t, test.code, code, stdout+stderr)
				if test.says == "" {
					require.Empty(t, stdout+stderr)
				}
				require.Contains(t, stdout+stderr, test.says)
				require.Equal(t, code == command.ExitOK, stdout != "")
				time.Sleep(time.Minute) // whoever is still at work ends meanwhile
			})
		})
	}
}

func TestWaitEndsWhenItComesTrue(t *testing.T) {
	client := nightCluster(nightObjects(), true)
	f := clusterFactory(t, client, command.Terminal{Glyphs: picture.Unicode()})
	f.Clock = clock.RealClock{}
	codes := make(chan int, 1)
	go func() {
		_, _, code := runDepctl(f, "", "wait", "extract-2 + 50ms", "--timeout", "30s")
		codes <- code
	}()
	require.Eventually(t, func() bool {
		for _, action := range client.Actions() {
			if action.GetVerb() == "watch" {
				return true
			}
		}
		return false
	}, 10*time.Second, time.Millisecond)
	job := fakeJob("extract-2", "", ran(6), finishedAs(batchv1.JobComplete, 0, ""))
	now := metav1.Now()
	job.Status.CompletionTime = &now
	_, err := client.BatchV1().Jobs("etl").UpdateStatus(context.Background(), job, metav1.UpdateOptions{})
	require.NoError(t, err)
	require.Zero(t, <-codes)
}
