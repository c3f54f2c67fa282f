package ui

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/test/browser"
)

// A browser sends the cookies of a name to all its ports. Another server on this machine, of another user, may not
// get the one that lets in.
func TestAnotherServerOnTheMachineIsSentNoCookie(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var sent []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, r.URL.Path+" "+r.Header.Get("Cookie"))
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<body>other<img src="/api/about"><img src="/x/y/"></body>`))
	}))
	defer other.Close()
	s := shared.namespace(t)
	s.make("extract", "", long)
	s.make("load", "extract", nil)
	tab := s.page(browser.Desktop)
	tab.Shows("waiting")
	ours := browser.Value[string](tab, `location.href`)
	tab.Open(other.URL)
	tab.Shows("other")
	tab.Until("its pictures were asked for", `document.images.length === 2 && [...document.images].every(i => i.complete)`)
	mu.Lock()
	require.GreaterOrEqual(t, len(sent), 3)
	for _, one := range sent {
		require.NotContains(t, one, "depctl-ui")
	}
	mu.Unlock()
	// And a page of that server can neither read nor do anything here.
	for _, script := range []string{
		`fetch(%q + "api/about", {credentials: "include"}).then(r => r.text(), () => "refused")`,
		`fetch(%q + "api/about", {credentials: "include", mode: "no-cors"}).then(r => r.text(), () => "refused")`,
		`fetch(%q + "api/act", {credentials: "include", method: "POST", body: "{}", mode: "no-cors"}).then(r => r.text(), () => "refused")`,
		`new Promise(done => { const e = new EventSource(%q + "api/stream"); e.onmessage = () => done("read"); e.onerror = () => done("refused") })`,
	} {
		base, _, _ := strings.Cut(ours, "?")
		said := browser.Value[string](tab, strings.Replace(script, "%q", `"`+base+`"`, 1))
		require.NotContains(t, said, "sandbox")
		require.Contains(t, []string{"refused", ""}, said)
	}
}

func TestThereIsAnEndToTabs(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	client := entered(t, s.served(t, "-n", s.name))
	stream := client.at + "api/stream?namespace=" + url.QueryEscape(s.name)
	// open returns the code of a stream, and what ends it.
	open := func() (int, func() error) {
		answer, err := client.Get(stream) //nolint:bodyclose // whoever opens a tab ends it
		require.NoError(t, err)
		return answer.StatusCode, answer.Body.Close
	}
	var tabs []func() error
	for range 100 {
		code, end := open()
		require.Equal(t, http.StatusOK, code)
		tabs = append(tabs, end)
	}
	code, end := open()
	require.Equal(t, http.StatusTooManyRequests, code)
	require.NoError(t, end())
	require.NoError(t, tabs[0]())
	require.Eventually(t, func() bool {
		code, end := open()
		return end() == nil && code == http.StatusOK
	}, time.Minute, 50*time.Millisecond, "there is room again")
	for _, end := range tabs[1:] {
		require.NoError(t, end())
	}
}
