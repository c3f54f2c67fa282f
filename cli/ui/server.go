package ui

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/picture"
	"depctl.dev/cli/ui/call"
)

// server answers the page.
type server struct {
	about about
	// user asks who the user is, and where they may look.
	user  func(context.Context) (*cluster.User, error)
	feeds *feeds
	tabs  tabs
}

// about is what a page is told first.
type about struct {
	Cluster    string   `json:"cluster"`
	User       string   `json:"user"`
	Version    string   `json:"version"`
	Namespace  string   `json:"namespace"`
	Namespaces []string `json:"namespaces"`
	MayListAll bool     `json:"mayListAll"`
	ReadOnly   bool     `json:"readOnly"`
	// States are all states, in the order in which counts have them, with sign and colour.
	States   []sign `json:"states"`
	Several  string `json:"several"`
	Critical string `json:"critical"`
}

type sign struct {
	Name string `json:"name"`
	Sign string `json:"sign"`
	Look string `json:"look"`
}

func signs(glyphs picture.Glyphs) (list []sign) {
	for _, state := range picture.States {
		list = append(list, sign{string(state), glyphs.Symbols[state], picture.Look(state)})
	}
	return list
}

// handler returns the routes: the files of the page, what it shows, and what commands say.
func (s *server) handler(files fs.FS, mount func(*http.ServeMux)) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /", packed(http.FileServerFS(files)))
	mux.HandleFunc("GET /states.css", palette)
	mux.HandleFunc("GET /api/about", s.tell)
	mux.HandleFunc("GET /api/stream", s.stream)
	mount(mux)
	return mux
}

// packed compresses what a handler answers, where the browser takes it.
func packed(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || r.Method != http.MethodGet {
			inner.ServeHTTP(w, r)
			return
		}
		r.Header.Del("Range") // a part of what is packed is of no use
		zip := gzip.NewWriter(w)
		defer func() { _ = zip.Close() }() // who has gone reads nothing
		inner.ServeHTTP(&packing{w, zip}, r)
	})
}

// packing is an answer that is compressed.
type packing struct {
	http.ResponseWriter
	zip *gzip.Writer
}

func (p *packing) WriteHeader(code int) {
	p.Header().Del("Content-Length")
	p.Header().Set("Content-Encoding", "gzip")
	p.ResponseWriter.WriteHeader(code)
}

func (p *packing) Write(text []byte) (int, error) { return p.zip.Write(text) }

func palette(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css")
	_, _ = w.Write([]byte(picture.Palette()))
}

// tell says what the page is about.
func (s *server) tell(w http.ResponseWriter, r *http.Request) {
	user, err := s.user(r.Context())
	if err != nil {
		call.Refuse(w, http.StatusBadGateway, err.Error())
		return
	}
	a := s.about
	a.User, a.Namespaces, a.MayListAll = user.Name, user.Namespaces, user.Everywhere
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(a) // who has gone reads nothing
}
