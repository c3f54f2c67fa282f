package ui

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/test/browser"
)

// forUsers starts a page for many users, without any identity of its own, and returns its URL.
func (c *cluster) forUsers(t *testing.T) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := free.Addr().String()
	require.NoError(t, free.Close())
	ca := filepath.Join(t.TempDir(), "ca.crt")
	require.NoError(t, os.WriteFile(ca, c.Config().CAData, 0o600))
	cmd := exec.Command(filepath.Join("..", "..", "bin", "depctl"), "ui", "--for-users", "-A", "--bind-address", address, "--host", address,
		"--server", c.Config().Host, "--certificate-authority", ca)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+filepath.Join(t.TempDir(), "none"))
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = t.Output()
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		require.NoError(t, cmd.Wait())
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "Listening on "+address)
	return "http://" + address + "/"
}

// user makes a service account that may do something in the namespace, and returns its token and the role.
func (s *space) user(name string, verbs ...string) (token, role string) {
	s.t.Helper()
	ctx := s.t.Context()
	_, err := s.client.CoreV1().ServiceAccounts(s.name).Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	require.NoError(s.t, err)
	_, err = s.client.RbacV1().Roles(s.name).Create(ctx, &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: []rbacv1.PolicyRule{
		{APIGroups: []string{"batch"}, Resources: []string{"jobs", "cronjobs"}, Verbs: verbs},
		{APIGroups: []string{""}, Resources: []string{"pods", "pods/log", "events", "configmaps"}, Verbs: []string{"get", "list", "watch"}},
	}}, metav1.CreateOptions{})
	require.NoError(s.t, err)
	_, err = s.client.RbacV1().RoleBindings(s.name).Create(ctx, &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: name},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: s.name, Name: name}},
	}, metav1.CreateOptions{})
	require.NoError(s.t, err)
	config, err := s.ConfigFor(ctx, s.name, name)
	require.NoError(s.t, err)
	return config.BearerToken, name
}

// visit is somebody at a page for many users.
type visit struct {
	t          *testing.T
	url, token string
}

func (v visit) request(ctx context.Context, method, path, body string) *http.Response {
	v.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, v.url+path, strings.NewReader(body))
	require.NoError(v.t, err)
	r.Header.Set("Authorization", "Bearer "+v.token)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("X-Depctl", "page")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(v.t, err)
	return answer
}

func (v visit) gets(path string) string {
	v.t.Helper()
	answer := v.request(v.t.Context(), http.MethodGet, path, "")
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(v.t, err)
	return string(text)
}

// hears returns the events of a stream, up to one of a name.
func (v visit) hears(namespace, until, lastID string, within time.Duration) string {
	v.t.Helper()
	ctx, stop := context.WithTimeout(v.t.Context(), within)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, v.url+"api/stream?namespace="+namespace, nil)
	require.NoError(v.t, err)
	r.Header.Set("Authorization", "Bearer "+v.token)
	r.Header.Set("Last-Event-ID", lastID)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(v.t, err)
	defer answer.Body.Close()
	require.Equal(v.t, http.StatusOK, answer.StatusCode)
	var heard bytes.Buffer
	lines := bufio.NewReader(answer.Body)
	for wanted := false; ; {
		line, err := lines.ReadString('\n')
		require.NoError(v.t, err, "waiting for %q, it says %s", until, &heard)
		heard.WriteString(line)
		switch {
		case line == "event: "+until+"\n":
			wanted = true
		case wanted && line == "\n":
			return heard.String()
		}
	}
}

func TestTwoUsersSeeNothingOfOneAnother(t *testing.T) {
	t.Parallel()
	ours, theirs := shared.namespace(t), shared.namespace(t)
	ours.make("extract", "", long)
	ours.make("load", "extract, "+theirs.name+"/secret-job", nil)
	theirs.make("secret-job", "", long)
	theirs.make("secret-next", "secret-job", nil)
	kateToken, _ := ours.user("kate", "get", "list", "watch")
	tomToken, tomRole := theirs.user("tom", "get", "list", "watch", "patch", "update")
	url := shared.forUsers(t)
	kate, tom := visit{t, url, kateToken}, visit{t, url, tomToken}

	var about struct {
		User       string
		Namespaces []string
		MayListAll bool
	}
	require.NoError(t, json.Unmarshal([]byte(kate.gets("api/about")), &about))
	require.Equal(t, "system:serviceaccount:"+ours.name+":kate", about.User)
	require.Nil(t, about.Namespaces)
	require.False(t, about.MayListAll)

	theirSnapshot := tom.hears(theirs.name, "snapshot", "", time.Minute)
	require.Contains(t, theirSnapshot, "secret-next")
	id := strings.TrimPrefix(strings.Split(theirSnapshot[strings.Index(theirSnapshot, "id: "):], "\n")[0], "id: ")
	for name, said := range map[string]string{
		"the stream of their namespace":      kate.hears(theirs.name, "problem", "", time.Minute),
		"the stream of all":                  kate.hears("", "problem", "", time.Minute),
		"with an event of theirs":            kate.hears(theirs.name, "problem", id, time.Minute),
		"why":                                kate.gets("api/call/explain?namespace=" + theirs.name + "&name=secret-next"),
		"the object":                         kate.gets("api/call/object?namespace=" + theirs.name + "&name=secret-next"),
		"a name that is not there, the same": strings.ReplaceAll(kate.gets("api/call/explain?namespace="+theirs.name+"&name=other"), "other", "secret-next"),
		"the logs":                           kate.gets("api/logs?namespace=" + theirs.name + "&name=secret-job"),
	} {
		require.NotContains(t, said, "running", name)
		require.NotContains(t, said, `"state"`, name)
		require.NotContains(t, said, "has not finished", name)
	}
	mine := kate.hears(ours.name, "snapshot", id, time.Minute)
	require.Contains(t, mine, `"id":"`+ours.name+`/load"`)
	require.NotContains(t, mine, "secret-next")
	require.Contains(t, mine, theirs.name+"/secret-job", "the expression names it")
	require.NotContains(t, mine, `"id":"`+theirs.name+`/secret-job","ns"`, "no row tells of it")

	act := func(v visit, namespace, name string) string {
		answer := v.request(t.Context(), http.MethodPost, "api/act", fmt.Sprintf(`{"action":"hold","namespace":%q,"name":%q,"dryRun":false}`, namespace, name))
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return string(text)
	}
	require.Contains(t, act(kate, theirs.name, "secret-next"), "you may not")
	require.Contains(t, act(kate, ours.name, "load"), "you may not", "she may only look")
	require.Contains(t, act(tom, theirs.name, "secret-next"), `"code":0`)

	// Who loses a right is told so, though a watch would go on.
	require.NoError(t, theirs.client.RbacV1().RoleBindings(theirs.name).Delete(t.Context(), tomRole, metav1.DeleteOptions{}))
	require.Regexp(t, "you may not watch|cannot list", tom.hears(theirs.name, "problem", "", 3*time.Minute))
}

func TestAUserLogsInWithAToken(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "", long)
	s.make("load", "extract", nil)
	token, _ := s.user("kate", "get", "list", "watch")
	tab := browser.New(t, browser.Desktop)
	tab.Open(shared.forUsers(t) + "?ns=" + s.name)
	tab.Shows("Log in")
	tab.Picture(*pictures, "login")
	require.Empty(t, tab.Axe())
	tab.Run(chromedp.SendKeys("#token", "wrong", chromedp.ByQuery), chromedp.Submit("form", chromedp.ByQuery))
	tab.Shows("does not know this token")
	tab.Run(chromedp.NavigateBack(), chromedp.SetValue("#token", token, chromedp.ByQuery), chromedp.Submit("form", chromedp.ByQuery))
	tab.Shows("waiting")
	require.Equal(t, "?ns="+s.name, browser.Value[string](tab, `location.search`))
	tab.Open(browser.Value[string](tab, `location.origin`) + "/")
	tab.Shows("choose one above")
	tab.Picture(*pictures, "few-rights")
	require.Empty(t, tab.Mistakes())
}
