package ui

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// page is a guarded server that says what it was asked for.
func guarded(t *testing.T) (*guard, http.Handler) {
	t.Helper()
	g := newGuard(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080})
	return g, g.wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("inside: " + r.URL.Path))
	}))
}

func TestTheKeyBecomesACookieOfAPathThatNobodyGuesses(t *testing.T) {
	t.Parallel()
	g, handler := guarded(t)
	entrance, err := url.Parse(g.entrance(url.Values{"view": {"list"}}))
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:8080", entrance.Host)
	r := httptest.NewRequest(http.MethodGet, entrance.String(), nil)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	require.Equal(t, http.StatusSeeOther, w.Code)
	require.Equal(t, g.path+"?view=list", w.Header().Get("Location"), "the key is gone from the URL")
	made := w.Result().Cookies()
	require.Len(t, made, 1)
	require.True(t, made[0].HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, made[0].SameSite)
	require.Equal(t, g.path, made[0].Path)
	require.Greater(t, len(g.path), 26)

	r = httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080"+g.path+"api/about", nil)
	r.AddCookie(made[0])
	w = httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	require.Equal(t, "inside: /api/about", w.Body.String())
	require.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'self'")
}

func TestOnlyThePageItselfGetsAnAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method, url string
		change      func(*http.Request)
		code        int
	}{
		"the page":                                   {"GET", "http://127.0.0.1:8080/PATH/", nil, 200},
		"by another name of this machine":            {"GET", "http://localhost:8080/PATH/", nil, 200},
		"the page writes":                            {"POST", "http://127.0.0.1:8080/PATH/api/act", from("http://127.0.0.1:8080", "same-origin"), 200},
		"a link from elsewhere to the page":          {"GET", "http://127.0.0.1:8080/PATH/", from("", "none"), 200},
		"a name that turned into this machine":       {"GET", "http://evil.example:8080/PATH/", nil, 421},
		"such a name with the key":                   {"GET", "http://evil.example:8080/?key=KEY", nil, 421},
		"another port in the name":                   {"GET", "http://127.0.0.1:8081/PATH/", nil, 421},
		"no port in the name":                        {"GET", "http://127.0.0.1/PATH/", nil, 421},
		"no cookie":                                  {"GET", "http://127.0.0.1:8080/PATH/", func(r *http.Request) { r.Header.Del("Cookie") }, 401},
		"a wrong cookie":                             {"GET", "http://127.0.0.1:8080/PATH/", func(r *http.Request) { r.Header.Set("Cookie", cookie+"=x") }, 401},
		"an empty cookie":                            {"GET", "http://127.0.0.1:8080/PATH/", func(r *http.Request) { r.Header.Set("Cookie", cookie+"=") }, 401},
		"the cookie without the path":                {"GET", "http://127.0.0.1:8080/api/about", nil, 401},
		"the key again":                              {"GET", "http://127.0.0.1:8080/?key=KEY", nil, 303},
		"a wrong key":                                {"GET", "http://127.0.0.1:8080/?key=x", nil, 401},
		"an empty key":                               {"GET", "http://127.0.0.1:8080/?key=", nil, 401},
		"the key by another way":                     {"POST", "http://127.0.0.1:8080/?key=KEY", nil, 401},
		"another site reads":                         {"GET", "http://127.0.0.1:8080/PATH/api/about", from("", "cross-site"), 403},
		"another port reads":                         {"GET", "http://127.0.0.1:8080/PATH/api/about", from("http://127.0.0.1:9999", "same-site"), 403},
		"another site writes":                        {"POST", "http://127.0.0.1:8080/PATH/api/act", from("https://evil.example", "cross-site"), 403},
		"another site writes and says no more":       {"POST", "http://127.0.0.1:8080/PATH/api/act", from("https://evil.example", ""), 403},
		"somebody writes who does not say from":      {"POST", "http://127.0.0.1:8080/PATH/api/act", from("", ""), 403},
		"a page without an origin writes":            {"POST", "http://127.0.0.1:8080/PATH/api/act", from("null", ""), 403},
		"a form of the page":                         {"POST", "http://127.0.0.1:8080/PATH/api/act", from("null", "same-origin"), 200},
		"another port writes":                        {"POST", "http://127.0.0.1:8080/PATH/api/act", from("http://127.0.0.1:9999", "same-site"), 403},
		"another machine's page of the same port":    {"POST", "http://127.0.0.1:8080/PATH/api/act", from("http://localhost:8080", "cross-site"), 403},
		"a path that only begins like the right one": {"GET", "http://127.0.0.1:8080/PATH", nil, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, handler := guarded(t)
			r := httptest.NewRequest(test.method, strings.NewReplacer("/PATH/", g.path, "/PATH", strings.TrimSuffix(g.path, "/"), "KEY", g.key).Replace(test.url), nil)
			r.AddCookie(&http.Cookie{Name: cookie, Value: g.session})
			if test.change != nil {
				test.change(r)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			require.Equal(t, test.code, w.Code, w.Body.String())
			if w.Code != 200 {
				require.NotContains(t, w.Body.String(), "inside")
				require.NotContains(t, w.Body.String(), g.session)
			}
		})
	}
}

// from says where a request comes from, as a browser does.
func from(origin, site string) func(*http.Request) {
	return func(r *http.Request) {
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if site != "" {
			r.Header.Set("Sec-Fetch-Site", site)
		}
	}
}
