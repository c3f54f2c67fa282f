package ui

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/utils/clock"

	"depctl.dev/cli/ui/call"
)

// lobby lets many users in, each with a token of the API server. It has no rights itself: whatever a user sees
// or does, the API server lets them see or do, for each request goes there with their own token.
//
// A token comes from the login page, and then a cookie stands for it, or in the header Authorization of each
// request, from a proxy in front that knows the users. It is kept in memory alone.
type lobby struct {
	// hosts are the names by which the page may be called; with a port if that is no usual one.
	hosts []string
	// enter asks who a token stands for, and returns what answers that user.
	enter func(ctx context.Context, token string) (*visitor, error)
	clock clock.PassiveClock
	// tries bounds how often somebody may try a token.
	tries *rate.Limiter

	mu       sync.Mutex
	visitors map[string]*visitor
}

// visitor is a user who has been let in.
type visitor struct {
	http.Handler
	// valid reports whether the token still stands for somebody, as far as the API server answers, and busy whether
	// a tab looks.
	valid func(context.Context) bool
	busy  func() bool
	// leave ends all that is done for the user.
	leave func()

	began, seen, asked time.Time
}

// How long a visitor stays: without any request or tab, and at all. The token is asked about again as often as that.
const (
	mostIdle    = time.Hour
	mostStay    = 12 * time.Hour
	askAgain    = time.Minute
	mostUsers   = 200
	mostToken   = 32 << 10
	lobbyCookie = "__Host-depctl-ui"
)

func newLobby(hosts []string, c clock.PassiveClock, enter func(context.Context, string) (*visitor, error)) *lobby {
	return &lobby{hosts: hosts, clock: c, enter: enter, tries: rate.NewLimiter(rate.Every(200*time.Millisecond), 50), visitors: map[string]*visitor{}}
}

//go:embed login.html
var loginPage string

//go:embed login.css
var loginStyle []byte

// showLogin shows the login page, with what was wrong. What the URL says of the page to see is kept.
func showLogin(w http.ResponseWriter, r *http.Request, code int, wrong string) {
	if wrong != "" {
		wrong = `<p role="alert">` + html.EscapeString(wrong) + "</p>"
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	where := url.URL{Path: "login", RawQuery: r.URL.Query().Encode()}
	_, _ = w.Write([]byte(strings.NewReplacer("<!--wrong-->", wrong, `action="login"`, `action="`+html.EscapeString(where.String())+`"`).Replace(loginPage)))
}

// ServeHTTP lets a request of a visitor through.
func (l *lobby) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setPolicy(w)
	switch {
	case r.URL.Path == "/healthz":
		_, _ = w.Write([]byte("ok\n"))
		return
	case !slices.Contains(l.hosts, r.Host):
		call.Refuse(w, http.StatusMisdirectedRequest, "This page is not called so: give the server its name with --host.")
		return
	case r.URL.Path == "/login" && r.Method == http.MethodPost:
		l.login(w, r)
		return
	}
	page := r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead)
	if !page && foreign(r) {
		call.Refuse(w, http.StatusForbidden, "Another page has asked for this. Only the page of depctl ui itself may.")
		return
	}
	key, v, err := l.visitorOf(r)
	switch {
	case err != nil:
		call.Refuse(w, http.StatusUnauthorized, err.Error())
	case v == nil && page:
		showLogin(w, r, http.StatusOK, "")
	case v == nil && r.URL.Path == "/states.css":
		palette(w, r)
	case r.URL.Path == "/login.css":
		w.Header().Set("Content-Type", "text/css")
		_, _ = w.Write(loginStyle)
	case v == nil:
		call.Refuse(w, http.StatusUnauthorized, "You are not logged in: load the page again.")
	case r.URL.Path == "/logout" && r.Method == http.MethodPost:
		l.drop(key)
		http.SetCookie(w, &http.Cookie{Name: lobbyCookie, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: -1})
		http.Redirect(w, r, "/", http.StatusSeeOther)
	default:
		v.ServeHTTP(w, r)
	}
}

// login takes a token in.
func (l *lobby) login(w http.ResponseWriter, r *http.Request) {
	if foreign(r) {
		call.Refuse(w, http.StatusForbidden, "Another page has asked for this. Only the login page itself may.")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, mostToken)
	token := strings.TrimSpace(r.PostFormValue("token"))
	key := "cookie:" + rand.Text() + rand.Text()
	if _, err := l.admit(r.Context(), key, token); err != nil {
		showLogin(w, r, http.StatusUnauthorized, err.Error())
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: lobbyCookie, Value: strings.TrimPrefix(key, "cookie:"), Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	back := url.URL{Path: "/", RawQuery: r.URL.Query().Encode()}
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}

// visitorOf returns who asks, nil for nobody that is known. A token in the header is taken in.
func (l *lobby) visitorOf(r *http.Request) (string, *visitor, error) {
	if token, is := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); is {
		token = strings.TrimSpace(token)
		sum := sha256.Sum256([]byte(token))
		key := "token:" + base64.RawURLEncoding.EncodeToString(sum[:])
		if v := l.known(r.Context(), key); v != nil {
			return key, v, nil
		}
		v, err := l.admit(r.Context(), key, token)
		return key, v, err
	}
	for _, c := range r.CookiesNamed(lobbyCookie) {
		key := "cookie:" + c.Value
		if v := l.known(r.Context(), key); v != nil {
			return key, v, nil
		}
	}
	return "", nil, nil
}

// known returns a visitor who is in, and whose token still stands for somebody.
func (l *lobby) known(ctx context.Context, key string) *visitor {
	now := l.clock.Now()
	l.mu.Lock()
	v := l.visitors[key]
	ask := false
	if v != nil {
		if ask = now.Sub(v.asked) >= askAgain; ask {
			v.asked = now
		}
		v.seen = now
	}
	l.mu.Unlock()
	if v == nil {
		return nil
	}
	if now.Sub(v.began) > mostStay || ask && !v.valid(ctx) {
		l.drop(key)
		return nil
	}
	return v
}

// admit asks who a token stands for, and lets them in.
func (l *lobby) admit(ctx context.Context, key, token string) (*visitor, error) {
	switch {
	case token == "" || len(token) > mostToken:
		return nil, errNoToken
	case !l.tries.Allow():
		return nil, errTooMany
	}
	v, err := l.enter(ctx, token)
	if err != nil {
		return nil, err
	}
	now := l.clock.Now()
	v.began, v.seen, v.asked = now, now, now
	l.sweep()
	l.mu.Lock()
	defer l.mu.Unlock()
	if other := l.visitors[key]; other != nil { // of another request at the same time
		v.leave()
		return other, nil
	}
	if len(l.visitors) >= mostUsers {
		v.leave()
		return nil, errFull
	}
	l.visitors[key] = v
	return v, nil
}

// sweep drops who has not been seen for long.
func (l *lobby) sweep() {
	now := l.clock.Now()
	l.mu.Lock()
	var gone []string
	for key, v := range l.visitors {
		if now.Sub(v.seen) > mostIdle && !v.busy() || now.Sub(v.began) > mostStay {
			gone = append(gone, key)
		}
	}
	l.mu.Unlock()
	for _, key := range gone {
		l.drop(key)
	}
}

func (l *lobby) drop(key string) {
	l.mu.Lock()
	v := l.visitors[key]
	delete(l.visitors, key)
	l.mu.Unlock()
	if v != nil {
		v.leave()
	}
}

// refusal is why somebody is not let in.
type refusal string

func (r refusal) Error() string { return string(r) }

const (
	errNoToken refusal = "Give a token that the API server knows, as of: kubectl create token SERVICEACCOUNT"
	errUnknown refusal = "The API server does not know this token, or it has expired."
	errTooMany refusal = "Too many tokens were tried: wait a moment."
	errFull    refusal = "Too many users are logged in: wait until one leaves."
)
