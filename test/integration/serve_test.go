package integration

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	authenticationv1 "k8s.io/api/authentication/v1"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/event"
	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/test/sandbox"
)

// listener is a "depctl serve" with the rights that deploy/events has.
type listener struct {
	*space
	process *exec.Cmd
	address string
	config  string
	args    []string
	log     *bytes.Buffer
}

// theSecret signs events of the CronJob load of a namespace.
const theSecret = "9cc1a3dbbb2f5e0f6a3f"

// eventsInstalled applies deploy/events once, and returns what was said.
var eventsInstalled = sync.OnceValues(func() (string, error) {
	apply := exec.Command(filepath.Join(cmp.Or(os.Getenv("DEPCTL_BIN"), "../../bin"), "kube"), "kubectl", "apply", "-k", filepath.Join("..", "..", "deploy", "events"))
	apply.Env = append(apply.Environ(), "KUBECONFIG="+shared.Kubeconfig(), "KUBERC=off")
	said, err := apply.CombinedOutput()
	return string(said), err
})

// listens starts it, with its rights bound in the namespace, and a CronJob load that events run.
func (s *space) listens(args ...string) *listener {
	s.t.Helper()
	said, err := eventsInstalled()
	require.NoError(s.t, err, said)
	config, err := s.ConfigFor(s.t.Context(), "depctl-events", "depctl-events")
	require.NoError(s.t, err)
	l := &listener{space: s, config: s.t.TempDir() + "/serve", args: args}
	require.NoError(s.t, sandbox.WriteKubeconfig(l.config, config))
	s.kubectl("", "create", "rolebinding", "depctl-events", "--clusterrole=depctl-events-jobs", "--serviceaccount=depctl-events:depctl-events")
	s.kubectl("", "create", "role", "depctl-events-secrets", "--verb=get", "--resource=secrets", "--resource-name=github")
	s.kubectl("", "create", "rolebinding", "depctl-events-secrets", "--role=depctl-events-secrets", "--serviceaccount=depctl-events:depctl-events")
	s.kubectl("", "create", "secret", "generic", "github", "--from-literal=secret="+theSecret)
	s.onEvents("load", "github")
	s.until("its rights are there", func() bool {
		out, err := s.Kubectl(s.t.Context(), strings.NewReader(""), "auth", "can-i", "get", "secrets/github", "-n", s.name, "--as=system:serviceaccount:depctl-events:depctl-events")
		return err == nil && strings.TrimSpace(out) == "yes"
	})
	l.start()
	s.t.Cleanup(func() { _ = l.process.Process.Kill(); _ = l.process.Wait() })
	return l
}

// onEvents makes a CronJob that only events run.
func (s *space) onEvents(name, secret string) {
	s.t.Helper()
	template := newJob("x", "")
	template.Spec.Template.Spec.Containers[0].Env = nil
	cronJob := &batchv1.CronJob{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: batchv1.CronJobSpec{
			Schedule: yearly, Suspend: ptr.To(true),
			JobTemplate: batchv1.JobTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"of": name}}, Spec: template.Spec},
		},
	}
	if secret != "" {
		cronJob.Annotations = map[string]string{gate.WebhookSecretAnnotation: secret}
	}
	_, err := s.client.BatchV1().CronJobs(s.name).Create(s.t.Context(), cronJob, metav1.CreateOptions{})
	require.NoError(s.t, err)
}

func (l *listener) start() {
	l.t.Helper()
	l.log = &bytes.Buffer{}
	l.process = exec.Command(filepath.Join(l.bin(), "depctl"), append([]string{"serve", "--kubeconfig", l.config, "--bind-address", "127.0.0.1:0"}, l.args...)...)
	l.process.Stderr = l.log
	out, err := l.process.StdoutPipe()
	require.NoError(l.t, err)
	require.NoError(l.t, l.process.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(l.t, err)
	_, err = fmt.Sscanf(line, "Listening on %s", &l.address)
	require.NoError(l.t, err)
	l.address = strings.TrimSuffix(l.address, ".")
}

// kill ends it as a crash would, and returns its log.
func (l *listener) kill() string {
	l.t.Helper()
	require.NoError(l.t, l.process.Process.Kill())
	_ = l.process.Wait()
	return l.log.String()
}

// answer is what came back.
type answer struct {
	status   int
	outcome  string
	job      string
	message  string
	raw      string
	location string
}

// post sends a body, with headers as in "Name: value".
func (l *listener) post(path, body string, headers ...string) answer {
	request, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, "http://"+l.address+path, strings.NewReader(body))
	if err != nil {
		return answer{message: err.Error()}
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{message: err.Error()}
	}
	defer response.Body.Close()
	raw, _ := io.ReadAll(response.Body)
	var said struct{ Job, Outcome, Message string }
	_ = json.Unmarshal(raw, &said)
	return answer{response.StatusCode, said.Outcome, said.Job, said.Message, string(raw), response.Header.Get("Location")}
}

// push is a delivery of GitHub.
func (l *listener) push(delivery, body, secret string) answer {
	return l.post("/run/"+l.name+"/load", body, "X-GitHub-Event: push", "X-GitHub-Delivery: "+delivery, "Content-Type: application/json",
		event.SignatureHeader+": "+event.Sign([]byte(secret), []byte(body)))
}

// token returns one of a service account of the namespace, which is made.
func (s *space) token(account string, audiences ...string) string {
	s.t.Helper()
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{Audiences: audiences}}
	made, err := s.client.CoreV1().ServiceAccounts(s.name).CreateToken(s.t.Context(), account, request, metav1.CreateOptions{})
	require.NoError(s.t, err)
	return made.Status.Token
}

// A delivery runs a Job once, however often and at once it comes, and also after a restart.
func TestADeliveryIsOneRun(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	l := s.listens()
	const body = `{"ref":"refs/heads/main"}`
	first := l.push("72d3162e-cc78", body, theSecret)
	require.Equal(t, http.StatusCreated, first.status, first.raw)
	s.completes(first.job)
	job := s.get(first.job)
	require.Equal(t, map[string]string{gate.ResultPrefix + "event": body, gate.ResultPrefix + "event-type": "push", gate.ResultPrefix + "event-id": "72d3162e-cc78"}, withPrefix(job.Spec.Template.Annotations, gate.ResultPrefix))
	require.Equal(t, "load", job.Labels["of"])
	require.Equal(t, "manual", job.Annotations["cronjob.kubernetes.io/instantiate"])
	require.Equal(t, "load", job.OwnerReferences[0].Name)
	require.Empty(t, job.Spec.Template.Spec.Containers[0].Command, "nothing of the event is executed")

	answers := make(chan answer, 40)
	var all sync.WaitGroup
	for n := range 40 {
		all.Go(func() { answers <- l.push(fmt.Sprintf("at-once-%d", n%2), fmt.Sprintf(`{"n":%d}`, n%2), theSecret) })
	}
	all.Wait()
	close(answers)
	created := 0
	for a := range answers {
		require.Less(t, a.status, 300, a.raw)
		if a.status == http.StatusCreated {
			created++
		}
	}
	require.Equal(t, 2, created, "40 requests of two deliveries")

	l.kill()
	l.start()
	again := l.push("72d3162e-cc78", body, theSecret)
	require.Equal(t, http.StatusOK, again.status, again.raw)
	require.Equal(t, answer{status: http.StatusOK, outcome: "unchanged", job: first.job, raw: again.raw, location: first.location}, again)
	require.Len(t, s.allJobs(), 3)

	ping := l.post("/run/"+s.name+"/load", "{}", "X-GitHub-Event: ping", "X-GitHub-Delivery: 1", event.SignatureHeader+": "+event.Sign([]byte(theSecret), []byte("{}")))
	require.Equal(t, http.StatusOK, ping.status)
	require.Len(t, s.allJobs(), 3, "a ping runs nothing")
}

func withPrefix(all map[string]string, prefix string) map[string]string {
	some := map[string]string{}
	for key, value := range all {
		if strings.HasPrefix(key, prefix) {
			some[key] = value
		}
	}
	return some
}

// What is forged, replayed, too long, too late or too much runs nothing, and those who have no right learn nothing.
func TestWhatRunsNothing(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	l := s.listens("--rate=2000")
	s.onEvents("no-secret", "")
	s.onEvents("gone", "gone")
	s.onEvents("short", "short")
	s.kubectl("", "create", "serviceaccount", "clerk")
	clerk := "Authorization: Bearer " + s.token("clerk")
	signed := func(body, secret string) string {
		return event.SignatureHeader + ": " + event.Sign([]byte(secret), []byte(body))
	}
	at := "/run/" + s.name + "/"
	const unsigned = "the signature is not right, or nothing here can be run by one"
	long := strings.Repeat("x", event.MostBody+1)
	old := fmt.Sprintf(`{"specversion":"1.0","id":"7","source":"s","type":"t","time":%q}`, time.Now().Add(-2*time.Hour).Format(time.RFC3339))
	for name, test := range map[string]struct {
		got     answer
		status  int
		message string
	}{
		"nobody":                         {l.post(at+"load", "x"), 401, "who asks?"},
		"another key":                    {l.push("1", "x", "another key of 20 by"), 401, unsigned},
		"the signature of another body":  {l.post(at+"load", "y", signed("x", theSecret)), 401, unsigned},
		"no signature of a hash":         {l.post(at+"load", "y", event.SignatureHeader+": sha256="), 401, unsigned},
		"a CronJob without a Secret":     {l.post(at+"no-secret", "x", signed("x", "")), 401, unsigned},
		"a Secret that is missing":       {l.post(at+"gone", "x", signed("x", "")), 401, unsigned},
		"a Secret that it may not read":  {l.post(at+"short", "x", signed("x", "short")), 401, unsigned},
		"a CronJob that is missing":      {l.post(at+"none", "x", signed("x", theSecret)), 401, unsigned},
		"a namespace without its rights": {l.post("/run/default/load", "x", signed("x", theSecret)), 401, unsigned},
		"a signature for another verb":   {l.post("/done/"+s.name+"/approval", "x", signed("x", theSecret)), 401, "a signature is for /run"},
		"a token that is none":           {l.post(at+"load", "x", "Authorization: Bearer a.b.c"), 401, "does not know this token"},
		"another scheme":                 {l.post(at+"load", "x", "Authorization: Basic YTpi"), 401, "is not as in: Bearer TOKEN"},
		"a token without the right":      {l.post(at+"load", "x", clerk), 403, "system:serviceaccount:" + s.name + ":clerk may not get cronjobs.batch in namespace " + s.name},
		"a token that may not say it":    {l.post("/done/"+s.name+"/approval", "x", clerk), 403, "clerk may not create jobs.batch"},
		"a token and a right signature":  {l.post(at+"load", "x", clerk, signed("x", theSecret)), 403, "may not"},
		"a body of 128 KiB and a byte":   {l.post(at+"load", long, signed(long, theSecret)), 413, "the body is longer than 128 KiB"},
		"an event of two hours ago":      {l.post(at+"load", old, signed(old, theSecret), "Content-Type: application/cloudevents+json"), 410, "longer ago than the replay window of 1h0m0s"},
		"another URL":                    {l.post("/jobs", "x"), 404, "there is nothing here"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.status, test.got.status, test.got.raw)
			require.Contains(t, test.got.message, test.message)
		})
	}
	require.Empty(t, s.allJobs())

	require.Equal(t, http.StatusCreated, l.push("first", "seen", theSecret).status)
	replayed := l.push("second", "seen", theSecret)
	require.Equal(t, http.StatusConflict, replayed.status, replayed.raw)
	require.Contains(t, replayed.message, "this signed body came before under another id")
	require.Equal(t, http.StatusOK, l.push("first", "seen", theSecret).status)
	require.Len(t, s.allJobs(), 1)
	log := l.kill()
	require.Contains(t, log, "there is no such CronJob")
	require.Contains(t, log, gate.WebhookSecretAnnotation)
	require.Contains(t, log, `secrets \"gone\" is forbidden`)
	require.NotContains(t, log, theSecret)

	l.args = []string{"--rate=1"}
	l.start()
	most := 0
	for range 20 {
		if a := l.post(at+"load", "x"); a.status == http.StatusTooManyRequests {
			most++
		}
	}
	require.Greater(t, most, 5, "five at once, and one a second")
}

// Who has the right has the same done as by the commands.
func TestEventsOfTokens(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	l := s.listens("--audience=depctl-events")
	s.kubectl("", "create", "serviceaccount", "clerk")
	s.kubectl("", "create", "role", "clerk", "--verb=get,create,patch", "--resource=jobs.batch,jobs.batch/status,cronjobs.batch")
	s.kubectl("", "create", "rolebinding", "clerk", "--role=clerk", "--serviceaccount="+s.name+":clerk")
	clerk := "Authorization: Bearer " + s.token("clerk", "depctl-events")
	at, done := "/run/"+s.name+"/load", "/done/"+s.name+"/"
	s.until("the clerk may", func() bool { return l.post(done+"early", "", clerk).status < 300 })

	elsewhere := l.post(at, "x", "Authorization: Bearer "+s.token("clerk"))
	require.Equal(t, http.StatusUnauthorized, elsewhere.status, "a token for the API server is not for this audience")

	binary := []string{clerk, "Ce-Specversion: 1.0", "Ce-Id: 7", "Ce-Source: /shop", "Ce-Type: order", "Content-Type: text/csv"}
	first := l.post(at, "a,b", binary...)
	require.Equal(t, http.StatusCreated, first.status, first.raw)
	require.Empty(t, first.raw, "brokers take no answer that is no event")
	structured := l.post(at, `{"specversion":"1.0","id":"7","source":"/shop","type":"order","data":1}`, clerk, "Content-Type: application/cloudevents+json")
	require.Equal(t, http.StatusOK, structured.status, "the same event in the other mode")
	require.Equal(t, first.location, structured.location)
	job := s.get(first.location[strings.LastIndex(first.location, "/")+1:])
	require.Equal(t, "a,b", job.Spec.Template.Annotations[gate.ResultPrefix+"event"])

	s.make("next", "succeeded(approval)")
	s.make("alarm", "failed(denied)")
	a := l.post(done+"approval", "yes\n", clerk)
	require.Equal(t, http.StatusCreated, a.status, a.raw)
	require.Equal(t, http.StatusOK, l.post(done+"approval", "yes", clerk).status)
	require.Equal(t, http.StatusConflict, l.post(done+"approval", "no", clerk).status)
	require.Equal(t, http.StatusCreated, l.post(done+"denied?failed=true&reason=too+late", "", clerk).status)
	s.completes("next", "alarm")
	require.Equal(t, "system:serviceaccount:"+s.name+":clerk", s.get("approval").Annotations[gate.DoneByAnnotation])
	outcome, reason := s.outcome("denied")
	require.Equal(t, lang.Failed, outcome)
	require.Equal(t, gate.ReasonDeclaredFailed, reason)

	require.Equal(t, http.StatusNotFound, l.post("/run/"+s.name+"/none", "x", clerk).status)
	unkeyed := l.post(at, "x", clerk)
	require.Equal(t, http.StatusCreated, unkeyed.status)
	require.NotEqual(t, unkeyed.job, l.post(at, "x", clerk).job, "without a key each is another")
}

// The manifests of deploy/events are taken by a namespace that enforces the restricted standard, and may nothing in
// another namespace before somebody says so.
func TestEventsAreInstalledWithTheLeastRights(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	said, err := eventsInstalled()
	require.NoError(t, err, said)
	require.NotContains(t, said, "Warning")
	s.until("a pod was admitted", func() bool {
		d, err := s.client.AppsV1().Deployments("depctl-events").Get(t.Context(), "depctl-events", metav1.GetOptions{})
		return err == nil && d.Status.AvailableReplicas == 1
	})
	for right, may := range map[string]string{
		"create tokenreviews.authentication.k8s.io": "yes", "create subjectaccessreviews.authorization.k8s.io": "yes",
		"create jobs.batch": "no", "get secrets": "no", "get cronjobs.batch": "no", "list jobs.batch": "no",
	} {
		out, _ := s.Kubectl(t.Context(), strings.NewReader(""), append([]string{"auth", "can-i", "-n", s.name, "--as=system:serviceaccount:depctl-events:depctl-events"}, strings.Fields(right)...)...)
		require.Equal(t, may, strings.TrimSpace(out), right)
	}
}

// TestTheGuideOfEvents runs all commands of docs/guide/events.md, one block after another.
func TestTheGuideOfEvents(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	said, err := eventsInstalled() // its role is bound on the page
	require.NoError(t, err, said)
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "guide", "events.md"))
	require.NoError(t, err)
	address := freeAddress(t)
	script := "trap 'kill $(jobs -p)' EXIT\n"
	blocks := regexp.MustCompile("(?ms)^```sh\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(blocks), 8)
	for _, block := range blocks {
		script += block[1]
	}
	printed := s.shell(t.TempDir(), strings.NewReplacer("127.0.0.1:8080", address, "/etl/", "/"+s.name+"/", "-n etl", "-n "+s.name, "=etl:", "="+s.name+":").Replace(script))
	for _, part := range []string{"job.batch/approval done", `"outcome":"created"`, `"outcome":"unchanged"`, "Took an event"} {
		require.Contains(t, printed, part)
	}
	require.Equal(t, 5, strings.Count(printed, "outcome=created"), printed) // of GitHub, CloudEvent, registry, MinIO, file
	jobs, err := s.client.BatchV1().Jobs(s.name).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	events := 0
	for i := range jobs.Items {
		if _, of := jobs.Items[i].Spec.Template.Annotations[gate.ResultPrefix+"event"]; of {
			events++
			require.Contains(t, jobs.Items[i].Name, "load-")
		}
	}
	require.Equal(t, 4, events)
}
