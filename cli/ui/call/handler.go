package call

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"depctl.dev/cli/internal/command"
)

// How much and how long, unless Options say otherwise.
const (
	atOnce       = 8
	logsAtOnce   = 64
	queue        = 10 * time.Second
	readPatience = 30 * time.Second
	// actPatience is long: a Job that is recreated is first deleted, and its pods may take their
	// time. Half of that is worse than none.
	actPatience = 10 * time.Minute
	mostBytes   = 32 << 20
	mostNotes   = 1 << 20
	mostBody    = 256 << 10
	mostLog     = 256 << 20
)

// Header must be there with a request that changes something: no form of another site can send it.
const Header = "X-Depctl"

// Options say how much a page may have.
type Options struct {
	// ReadOnly refuses acts.
	ReadOnly bool
	// Connection are options that a shown command has beside its own, such as --context=prod.
	Connection []string
	// MostBytes is how long an answer may be, MostLog a log; 0 is the default.
	MostBytes, MostLog int
	// AtOnce is how many commands run at once, and Queue how long one waits for its turn; 0 is the default.
	AtOnce int
	Queue  time.Duration
	// Patience is how long a read may take; 0 is the default.
	Patience time.Duration
}

// Handlers answer what a page asks by commands of depctl.
type Handlers struct {
	depctl              Depctl
	options             Options
	reads, acts, follow slots
}

// New returns what answers by running commands.
func New(depctl Depctl, o Options) *Handlers {
	o.MostBytes, o.MostLog = cmp.Or(o.MostBytes, mostBytes), cmp.Or(o.MostLog, mostLog)
	o.AtOnce, o.Queue, o.Patience = cmp.Or(o.AtOnce, atOnce), cmp.Or(o.Queue, queue), cmp.Or(o.Patience, readPatience)
	return &Handlers{depctl, o, newSlots(o.AtOnce, o.Queue), newSlots(o.AtOnce, o.Queue), newSlots(logsAtOnce, o.Queue)}
}

// Mount adds the handlers to a server: calls, logs and acts.
func (h *Handlers) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/call/{name}", h.Read)
	mux.HandleFunc("POST /api/call/{name}", h.Read)
	mux.HandleFunc("GET /api/logs", h.Logs)
	mux.HandleFunc("POST /api/act", h.Act)
}

// Read runs a command that changes nothing. Its values are those of the query, or, for long ones,
// an object of strings in the body.
func (h *Handlers) Read(w http.ResponseWriter, r *http.Request) {
	values := r.URL.Query()
	if r.Method == http.MethodPost {
		var body map[string]string
		if !decode(w, r, &body) {
			return
		}
		values = url.Values{}
		for key, value := range body {
			values.Set(key, value)
		}
	}
	args, err := Line(r.PathValue("name"), values)
	if err != nil {
		refuse(w, err)
		return
	}
	h.say(w, r.Context(), h.reads, args, "", h.options.Patience)
}

// Act runs a command that changes something, or says what it would change. It goes on when the
// page is closed.
func (h *Handlers) Act(w http.ResponseWriter, r *http.Request) {
	switch {
	case h.options.ReadOnly:
		Refuse(w, http.StatusForbidden, "this page only shows: the server was started with --read-only")
		return
	case r.Header.Get(Header) == "":
		Refuse(w, http.StatusForbidden, "the request does not come from the page")
		return
	}
	var a Action
	if !decode(w, r, &a) {
		return
	}
	args, err := ActLine(a)
	if err != nil {
		refuse(w, err)
		return
	}
	if !a.DryRun {
		h.say(w, context.WithoutCancel(r.Context()), h.acts, args, "", actPatience)
		return
	}
	a.DryRun = false
	does, err := ActLine(a)
	if err != nil {
		refuse(w, err)
		return
	}
	h.say(w, r.Context(), h.reads, args, Shown(does, h.options.Connection), h.options.Patience)
}

// say runs a command when there is room, and answers what it said.
func (h *Handlers) say(w http.ResponseWriter, ctx context.Context, slots slots, args []string, does string, patience time.Duration) {
	done, err := slots.take(ctx)
	if err != nil {
		refuse(w, err)
		return
	}
	a := h.answer(ctx, args, patience)
	done()
	a.Does = does
	write(w, http.StatusOK, a)
}

func decode(w http.ResponseWriter, r *http.Request, into any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		Refuse(w, http.StatusRequestEntityTooLarge, "the request is longer than 256 KiB")
	case err != nil:
		Refuse(w, http.StatusBadRequest, "the request is not the JSON that is expected here")
	}
	return err == nil
}

// refuse answers with an error: what was wrong in a request is the page's to show.
func refuse(w http.ResponseWriter, err error) {
	var usage *command.UsageError
	switch {
	case errors.Is(err, ErrUnknown):
		Refuse(w, http.StatusNotFound, err.Error())
	case errors.As(err, &usage):
		Refuse(w, http.StatusBadRequest, err.Error())
	case errors.Is(err, errBusy):
		w.Header().Set("Retry-After", "5")
		Refuse(w, http.StatusServiceUnavailable, err.Error())
	default: // the page has gone
		Refuse(w, http.StatusServiceUnavailable, err.Error())
	}
}

// Refuse answers with a status and the reason.
func Refuse(w http.ResponseWriter, status int, text string) {
	write(w, status, struct {
		Message string `json:"message"`
	}{text})
}

func write(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // who has gone reads nothing
}
