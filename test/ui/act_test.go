package ui

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/test/browser"
)

func (s *space) job(name string) *batchv1.Job {
	s.t.Helper()
	job, err := s.client.BatchV1().Jobs(s.name).Get(s.t.Context(), name, metav1.GetOptions{})
	require.NoError(s.t, err)
	return job
}

func (s *space) cron(name string) *batchv1.CronJob {
	s.t.Helper()
	cron, err := s.client.BatchV1().CronJobs(s.name).Get(s.t.Context(), name, metav1.GetOptions{})
	require.NoError(s.t, err)
	return cron
}

func (s *space) jobs() (names []string) {
	s.t.Helper()
	list, err := s.client.BatchV1().Jobs(s.name).List(s.t.Context(), metav1.ListOptions{})
	require.NoError(s.t, err)
	for _, job := range list.Items {
		names = append(names, job.Name)
	}
	return names
}

// Every action says first what it would do, and does it when told so.
func TestActionsAreTriedAndThenDone(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("slow", "", long)
	s.make("load", "slow", nil)
	s.make("mail", "load", nil)
	s.make("bad", "", fails)
	s.make("after", "bad", nil)
	s.make("doomed", "slow", nil)
	s.cronJob("nightly", "0 2 * * *")
	tab := s.page(browser.Desktop)
	goTo(tab, "view=list")
	shows(tab, "bad", "failed")
	shows(tab, "after", "skipped")
	failed := s.job("bad").UID
	held := func() bool { _, held := s.job("load").Annotations[gate.HoldAnnotation]; return held }
	suspended := func() bool { return *s.cron("nightly").Spec.Suspend }
	for _, c := range []struct {
		name, id, button string
		fill             map[string]string
		toggle           string
		says, command    string
		confirm          string
		is               func() bool
	}{
		{"hold", s.id("load"), "Hold…", map[string]string{"Why": "the disk is full; it's late"}, "", "load", "--reason='the disk is full; it'\\''s late'", "Hold it", held},
		{"release", s.id("load"), "Release…", nil, "", "load", "depctl release load", "Release it", func() bool { return !held() }},
		{"set", s.id("mail"), "Set…", map[string]string{"Waits for": "load or failed(load)"}, "", "mail", "-- 'load or failed(load)'", "Change it", func() bool {
			return s.job("mail").Annotations[gate.DependsOnAnnotation] == "load or failed(load)"
		}},
		{"retry", s.id("bad"), "Retry…", nil, "", "after", "depctl retry bad", "Retry it", func() bool { return s.job("bad").UID != failed }},
		{"release by force", s.id("mail"), "Release…", nil, "Run it now, whatever it waits for. That cannot be taken back.", "mail", "--force", "Release it", func() bool { return !*s.job("mail").Spec.Suspend }},
		{"cancel", s.id("doomed"), "Cancel…", nil, "", "doomed", "depctl cancel doomed", "Cancel it", func() bool { return !slices.Contains(s.jobs(), "doomed") }},
		{"suspend", "cronjob:" + s.id("nightly"), "Suspend…", nil, "", "nightly", "depctl hold cronjob/nightly", "Suspend it", suspended},
		{"resume", "cronjob:" + s.id("nightly"), "Resume…", nil, "", "nightly", "depctl release cronjob/nightly", "Resume it", func() bool { return !suspended() }},
		{"run now", "cronjob:" + s.id("nightly"), "Run now…", nil, "", "nightly-", "depctl run cronjob/nightly", "Run it", func() bool {
			return slices.ContainsFunc(s.jobs(), func(name string) bool { return strings.HasPrefix(name, "nightly-") })
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tab := tab.For(t)
			require.False(t, c.is(), "it is so already")
			goTo(tab, "view=list&id="+c.id)
			tab.Press(c.button)
			for field, text := range c.fill {
				tab.Fill(field, text)
			}
			if c.toggle != "" {
				tab.Press(c.toggle)
			}
			dialogShows(tab, c.command)
			tab.Until("the dry run says of what", fmt.Sprintf(`document.querySelector("dialog.act .said").innerText.includes(%q) && !document.querySelector("dialog.act .said.bad")`, c.says))
			tab.Picture(*pictures, "act-"+c.name)
			require.False(t, c.is(), "a dry run changes nothing")
			tab.Press(c.confirm)
			dialogShows(tab, "What was done")
			tab.Until("nothing went wrong", `!document.querySelector("dialog.act .bad")`)
			require.Eventually(t, c.is, patience, tick, "the cluster has it")
			tab.Press("Close")
			tab.Until("the form is closed", `!document.querySelector("dialog.act[open]")`)
		})
	}
	require.Empty(t, tab.Mistakes())
}

func TestAFormShowsWhyItCannotBeDone(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("slow", "", long)
	s.make("load", "slow", nil)
	tab := s.page(browser.Desktop)
	goTo(tab, "view=list&id="+s.id("load"))
	tab.Press("Set…")
	tab.Fill("Waits for", "slow, (extract or")
	tab.Until("the mistake has a caret", `/\n\s*\^/.test(document.querySelector("dialog.act .said.bad")?.innerText)`)
	require.False(t, tab.Has("Change it"), "the button is not to be pressed")
	tab.Press("Leave it")
	require.Equal(t, "slow", s.job("load").Annotations[gate.DependsOnAnnotation])
	require.Empty(t, tab.Mistakes())
}

func TestAPageThatOnlyShowsOffersNoAction(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("slow", "", long)
	s.make("load", "slow", nil)
	s.cronJob("nightly", "0 2 * * *")
	url := s.served(t, "-n", s.name, "--read-only")
	tab := browser.New(t, browser.Desktop)
	tab.Open(url)
	for query, says := range map[string]string{
		"view=list&id=" + s.id("load"): "slow", "view=list&id=cronjob:" + s.id("nightly"): "0 2 * * *", "view=schedules": "0 2 * * *",
	} {
		goTo(tab, query)
		tab.Shows("Copy")
		tab.Shows(says)
		for _, button := range []string{"Hold…", "Release…", "Set…", "Retry…", "Cancel…", "Run now…", "Suspend…", "Resume…"} {
			require.False(t, tab.Has(button), button)
		}
	}
	require.Equal(t, http.StatusForbidden, browser.Value[int](tab, fmt.Sprintf(`fetch("api/act", {method: "POST", headers: {"X-Depctl": "page", "Content-Type": "application/json"},
		body: JSON.stringify({action: "hold", namespace: %q, name: "load", options: {}, dryRun: false})}).then(r => r.status)`, s.name)))
	require.NotContains(t, s.job("load").Annotations, gate.HoldAnnotation)
}

// Without the page's own marks, nothing is done, though the cookie is right.
func TestAnActionFromElsewhereIsRefused(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("slow", "", long)
	s.make("load", "slow", nil)
	client := entered(t, s.served(t, "-n", s.name))
	body := fmt.Sprintf(`{"action":"hold","namespace":%q,"name":"load","options":{},"dryRun":false}`, s.name)
	for name, header := range map[string]http.Header{
		"no header at all":         {},
		"no mark of the page":      {"Sec-Fetch-Site": {"same-origin"}},
		"from another site":        {"Sec-Fetch-Site": {"cross-site"}, "X-Depctl": {"page"}},
		"from another port":        {"Sec-Fetch-Site": {"same-site"}, "X-Depctl": {"page"}},
		"from another origin":      {"Origin": {"http://127.0.0.1:1"}, "X-Depctl": {"page"}},
		"from a page without name": {"Origin": {"null"}, "X-Depctl": {"page"}},
	} {
		t.Run(name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, client.at+"api/act", bytes.NewBufferString(body))
			require.NoError(t, err)
			request.Header = header
			response, err := client.Do(request)
			require.NoError(t, err)
			defer response.Body.Close()
			require.Equal(t, http.StatusForbidden, response.StatusCode)
		})
	}
	require.NotContains(t, s.job("load").Annotations, gate.HoldAnnotation)
}

// entry is a client that has the cookie, and where the page is.
type entry struct {
	*http.Client
	at string
}

// entered follows the URL with the key, as a browser does.
func entered(t *testing.T, url string) entry {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := &http.Client{Jar: jar}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	response, err := client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)
	where := *response.Request.URL
	where.RawQuery = ""
	return entry{client, where.String()}
}
