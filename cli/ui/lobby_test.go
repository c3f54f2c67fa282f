package ui

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	testclock "k8s.io/utils/clock/testing"
)

// hall is a lobby with users whom tokens of their names stand for.
type hall struct {
	*lobby
	clock *testclock.FakeClock
	// gone are those whose token stands for nobody any more, busy who has a tab open, and left who was dropped.
	gone, busy map[string]bool
	left       []string
}

func newHall() *hall {
	h := &hall{clock: testclock.NewFakeClock(time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)), gone: map[string]bool{}, busy: map[string]bool{}}
	h.lobby = newLobby([]string{"depctl.example.com"}, h.clock, func(_ context.Context, token string) (*visitor, error) {
		name, known := strings.CutPrefix(token, "token-of-")
		if !known || h.gone[name] {
			return nil, errUnknown
		}
		return &visitor{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(name + " at " + r.URL.Path)) }),
			valid:   func(context.Context) bool { return !h.gone[name] }, busy: func() bool { return h.busy[name] }, leave: func() { h.left = append(h.left, name) },
		}, nil
	})
	return h
}

// asks sends a request as a browser does, and returns the code and the text.
func (h *hall) asks(method, path string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://depctl.example.com"+path, nil)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func (h *hall) login(t *testing.T, token string) *http.Cookie {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "https://depctl.example.com/login", strings.NewReader(url.Values{"token": {token}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther {
		return nil
	}
	made := w.Result().Cookies()
	require.Len(t, made, 1)
	require.True(t, made[0].Secure && made[0].HttpOnly && made[0].SameSite == http.SameSiteStrictMode && strings.HasPrefix(made[0].Name, "__Host-"))
	require.NotContains(t, made[0].Value, token)
	return made[0]
}

func with(c *http.Cookie) func(*http.Request) { return func(r *http.Request) { r.AddCookie(c) } }

func bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

func TestEachUserIsServedAsThemselves(t *testing.T) {
	t.Parallel()
	h := newHall()
	kate, tom := h.login(t, "token-of-kate"), h.login(t, " token-of-tom\n")
	require.Equal(t, "kate at /api/about", h.asks("GET", "/api/about", with(kate)).Body.String())
	require.Equal(t, "tom at /api/about", h.asks("GET", "/api/about", with(tom)).Body.String())
	require.Equal(t, "kate at /", h.asks("GET", "/", bearer("token-of-kate")).Body.String())
	require.Equal(t, "tom at /api/act", h.asks("POST", "/api/act", bearer("token-of-tom")).Body.String())
	require.Len(t, h.visitors, 4)
	require.Equal(t, http.StatusSeeOther, h.asks("POST", "/logout", with(kate)).Code)
	require.Equal(t, http.StatusUnauthorized, h.asks("GET", "/api/about", with(kate)).Code)
	require.Equal(t, []string{"kate"}, h.left)
	require.Equal(t, http.StatusOK, h.asks("GET", "/api/about", with(tom)).Code)
}

func TestNobodyElseIsServed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method, path string
		change       func(*http.Request)
		code         int
	}{
		"without a cookie":                     {"GET", "/api/about", nil, 401},
		"with a wrong cookie":                  {"GET", "/api/about", with(&http.Cookie{Name: lobbyCookie, Value: "x"}), 401},
		"with an empty cookie":                 {"GET", "/api/about", with(&http.Cookie{Name: lobbyCookie}), 401},
		"with the key of a header as cookie":   {"GET", "/api/about", with(&http.Cookie{Name: lobbyCookie, Value: "token:x"}), 401},
		"with an unknown token":                {"GET", "/api/about", bearer("x"), 401},
		"with an empty token":                  {"GET", "/api/about", bearer(""), 401},
		"with a token of white space":          {"GET", "/api/about", bearer("  "), 401},
		"with a token that is too long":        {"GET", "/api/about", bearer("token-of-" + strings.Repeat("x", mostToken)), 401},
		"with a password":                      {"GET", "/api/about", func(r *http.Request) { r.SetBasicAuth("kate", "token-of-kate") }, 401},
		"by another name":                      {"GET", "/api/about", func(r *http.Request) { r.Host = "evil.example" }, 421},
		"from another site":                    {"GET", "/api/about", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		"from a page of the same domain":       {"POST", "/api/act", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, 403},
		"a login from another site":            {"POST", "/login", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		"a login without a token":              {"POST", "/login", nil, 401},
		"who looks whether it is there may":    {"GET", "/healthz", func(r *http.Request) { r.Host = "10.0.0.7:8080" }, 200},
		"who comes to the page can log in":     {"GET", "/", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 200},
		"and the login page has its colours":   {"GET", "/states.css", nil, 200},
		"a link to the page cannot log out":    {"GET", "/logout", nil, 401},
		"a page that is not there is not said": {"GET", "/secret", nil, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHall()
			w := h.asks(test.method, test.path, test.change)
			require.Equal(t, test.code, w.Code, w.Body.String())
			require.NotContains(t, w.Body.String(), "kate")
			require.Empty(t, h.visitors)
		})
	}
}

func TestATokenThatStandsForNobodyAnyMoreIsNoticed(t *testing.T) {
	t.Parallel()
	h := newHall()
	kate := h.login(t, "token-of-kate")
	h.gone["kate"] = true
	h.clock.Step(askAgain - time.Second)
	require.Equal(t, http.StatusOK, h.asks("GET", "/api/about", with(kate)).Code)
	h.clock.Step(time.Second)
	require.Equal(t, http.StatusUnauthorized, h.asks("GET", "/api/about", with(kate)).Code)
	require.Equal(t, []string{"kate"}, h.left)
}

func TestWhoIsAwayForLongIsForgotten(t *testing.T) {
	t.Parallel()
	h := newHall()
	kate, tom := h.login(t, "token-of-kate"), h.login(t, "token-of-tom")
	h.busy["tom"] = true
	h.clock.Step(mostIdle + time.Second)
	h.login(t, "token-of-eve")
	require.Equal(t, []string{"kate"}, h.left)
	require.Equal(t, http.StatusUnauthorized, h.asks("GET", "/api/about", with(kate)).Code)
	require.Equal(t, http.StatusOK, h.asks("GET", "/api/about", with(tom)).Code, "a tab looks")
	h.clock.Step(mostStay)
	require.Equal(t, http.StatusUnauthorized, h.asks("GET", "/api/about", with(tom)).Code, "all must log in again some time")
}

func TestTokensCannotBeGuessedFast(t *testing.T) {
	t.Parallel()
	h := newHall()
	said := ""
	for range 60 {
		said = h.asks("GET", "/api/about", bearer("guess")).Body.String()
	}
	require.Contains(t, said, "Too many tokens")
}

func TestTheHouseCanBeFull(t *testing.T) {
	t.Parallel()
	h := newHall()
	h.tries.SetBurst(10 * mostUsers)
	h.tries.SetLimit(1e9)
	for range mostUsers {
		require.NotNil(t, h.login(t, "token-of-kate"))
	}
	require.Nil(t, h.login(t, "token-of-tom"))
	require.Equal(t, []string{"tom"}, h.left)
}

func TestTheLoginPageKeepsWhatIsToBeSeen(t *testing.T) {
	t.Parallel()
	h := newHall()
	said := h.asks("GET", `/?ns=etl&q=%22%3E%3Cscript%3E`, nil).Body.String()
	require.Contains(t, said, `action="login?ns=etl&amp;q=%22%3E%3Cscript%3E"`)
	require.NotContains(t, said, "<script>")
	r := httptest.NewRequest(http.MethodPost, "https://depctl.example.com/login?ns=etl&x=//evil.example", strings.NewReader("token=token-of-kate"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(t, "/?ns=etl&x=%2F%2Fevil.example", w.Header().Get("Location"))
}
