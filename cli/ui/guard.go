package ui

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"depctl.dev/cli/ui/call"
)

// guard lets only the user's own browser in: the one that was opened with the key in its URL.
//
// The key is given once, and becomes a cookie. Cookies know no ports, so another server on this
// machine would be sent it, too: its path has letters that nobody can guess, and a browser sends it
// to no other path. Names are checked so that no page of a name that turns into 127.0.0.1 gets an
// answer, and where a request comes from, so that no other page can write.
type guard struct {
	key, path, session string
	// hosts are the names by which the page may be called, with the port.
	hosts []string
}

// cookie is the name of the cookie.
const cookie = "depctl-ui"

func newGuard(listener net.Addr) *guard {
	g := &guard{key: rand.Text(), path: "/" + rand.Text() + "/", session: rand.Text()}
	_, port, err := net.SplitHostPort(listener.String())
	if err != nil {
		return g // no host is right
	}
	for _, host := range []string{"127.0.0.1", "localhost", "::1"} {
		g.hosts = append(g.hosts, net.JoinHostPort(host, port))
	}
	return g
}

// entrance returns the URL that a browser is opened with.
func (g *guard) entrance(query url.Values) string {
	all := url.Values{"key": {g.key}}
	for name, values := range query {
		all[name] = values
	}
	return "http://" + g.hosts[0] + "/?" + all.Encode()
}

// policy are the headers of every answer.
var policy = map[string]string{
	"Content-Security-Policy":      "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
	"X-Content-Type-Options":       "nosniff",
	"Referrer-Policy":              "no-referrer",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Cache-Control":                "no-store",
}

// setPolicy sets the headers of every answer.
func setPolicy(w http.ResponseWriter) {
	for name, value := range policy {
		w.Header().Set(name, value)
	}
}

// wrap lets requests through to a handler that knows nothing of the path before its own.
func (g *guard) wrap(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setPolicy(w)
		switch {
		case !slices.Contains(g.hosts, r.Host):
			call.Refuse(w, http.StatusMisdirectedRequest, fmt.Sprintf("This page is not called %q: open it as depctl ui says.", r.Host))
		case r.URL.Path == "/":
			g.enter(w, r)
		case foreign(r):
			call.Refuse(w, http.StatusForbidden, "Another page has asked for this. Only the page of depctl ui itself may.")
		case !strings.HasPrefix(r.URL.Path, g.path), !g.has(r):
			call.Refuse(w, http.StatusUnauthorized, "You are not logged in: open the URL that depctl ui has printed.")
		default:
			http.StripPrefix(strings.TrimSuffix(g.path, "/"), inner).ServeHTTP(w, r)
		}
	})
}

// enter turns the key into a cookie.
func (g *guard) enter(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if r.Method != http.MethodGet || !same(query.Get("key"), g.key) {
		call.Refuse(w, http.StatusUnauthorized, "The key in the URL is missing or wrong: open the URL that depctl ui has printed. Each start of depctl ui has a key of its own.")
		return
	}
	query.Del("key")
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: g.session, Path: g.path, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	at := url.URL{Path: g.path, RawQuery: query.Encode()}
	http.Redirect(w, r, at.String(), http.StatusSeeOther)
}

func (g *guard) has(r *http.Request) bool {
	for _, c := range r.CookiesNamed(cookie) {
		if same(c.Value, g.session) {
			return true
		}
	}
	return false
}

// foreign reports whether a request comes from another page. To write, a browser must say where from.
func foreign(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	if site != "" && site != "same-origin" && site != "none" {
		return true
	}
	origin := r.Header.Get("Origin")
	if origin == "null" && site == "same-origin" {
		origin = "" // of a form on a page that tells nobody where it is
	}
	if origin != "" {
		from, err := url.Parse(origin)
		return err != nil || from.Host != r.Host
	}
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	return !reads && site != "same-origin"
}

// same compares secrets in a time that tells nothing.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// mostTabs is how many tabs a user may have open at once.
const mostTabs = 100

// tabs counts those that look.
type tabs struct{ open atomic.Int64 }

func (t *tabs) enter() bool {
	if t.open.Add(1) > mostTabs {
		t.leave()
		return false
	}
	return true
}

func (t *tabs) leave() { t.open.Add(-1) }

func (t *tabs) any() bool { return t.open.Load() > 0 }
