package event

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MostBody is how long a body may be, and MostData what is in it, in bytes: that goes into
// annotations of pods.
const (
	MostBody      = 128 << 10
	MostData      = 64 << 10
	mostAttribute = 1 << 10
	mostKey       = 256
)

// Intent is what an event asks for.
type Intent struct {
	Target
	// Results are what pods get, by their keys: "event" is the event itself, and event-type and
	// the like what is said about it.
	Results map[string]string
	// Key tells the event from others, empty if nothing does. Covered says that it is part of the
	// body, as is Time, so that a signature of the body speaks for both.
	Key     string
	Covered bool
	// Time is when it happened, zero if the event does not say.
	Time time.Time
	// Ping says that somebody asks whether this works, and nothing else.
	Ping bool
	// CloudEvent says that it is one: those who send them take no other answer than an event, or
	// none.
	CloudEvent bool
}

// Read returns what a request asks for. The error is a *Refusal.
func Read(t Target, header http.Header, body []byte) (Intent, error) {
	i := Intent{Target: t, Results: map[string]string{}}
	e, err := cloudEventOf(header, body)
	if err != nil {
		return i, err
	}
	data := body
	switch github := header.Get("X-GitHub-Event"); {
	case e != nil:
		i.CloudEvent, data = true, e.data
		for _, name := range known {
			i.attribute(name, e.attributes[name])
		}
		i.Time, _ = time.Parse(time.RFC3339, e.attributes["time"]) // checked has read it
		i.Key, i.Covered = "cloudevent "+e.attributes["source"]+" "+e.attributes["id"], e.structured
	case github != "":
		i.attribute("type", github)
		i.attribute("id", header.Get("X-GitHub-Delivery"))
		i.Ping = github == "ping"
		if data, err = payload(header, body); err != nil {
			return i, err
		}
	}
	if delivery := header.Get("X-GitHub-Delivery"); delivery != "" && i.Key == "" {
		i.Key = "github " + delivery
	}
	if given := header.Values("Idempotency-Key"); len(given) > 0 && !i.Covered {
		key := strings.Trim(given[0], `"`)
		if len(given) > 1 || key == "" {
			return i, refuse(http.StatusBadRequest, "the header Idempotency-Key must be there once, and say something")
		}
		i.Key = "key " + key
	}
	if i.Key != "" && (len(i.Key) > mostKey || !isText(i.Key)) {
		i.Key = digest("sha256 ", []byte(i.Key))
	}
	i.Results["event"] = string(data)
	if i.Failed && i.Why == "" {
		i.Why = strings.TrimSpace(string(data))
	}
	return i, i.check()
}

// BodyKey returns a key for a request that has none: the same body is the same event.
func BodyKey(body []byte) string { return digest("body ", body) }

func digest(kind string, text []byte) string {
	sum := sha256.Sum256(text)
	return kind + hex.EncodeToString(sum[:])
}

func (i *Intent) attribute(name, value string) {
	if value != "" {
		i.Results["event-"+name] = value
	}
}

// payload returns the event that GitHub sends: it may send it as a field of a form.
func payload(header http.Header, body []byte) ([]byte, error) {
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return body, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || len(form["payload"]) != 1 {
		return nil, refuse(http.StatusBadRequest, "the form has no field payload: in the settings of the webhook, choose the content type application/json")
	}
	return []byte(form["payload"][0]), nil
}

// check returns why pods cannot get what the event says, nil if they can.
func (i *Intent) check() error {
	for _, key := range slices.Sorted(maps.Keys(i.Results)) {
		value := i.Results[key]
		most, what := mostAttribute, strings.TrimPrefix(key, "event-")
		if key == "event" {
			most, what = MostData, "event"
		}
		if len(value) > most {
			return refuse(http.StatusRequestEntityTooLarge, "the %s has %d bytes, at most %d are taken: send where it is in place of what it is", what, len(value), most)
		}
		if !isText(value) {
			return refuse(http.StatusUnprocessableEntity, "the %s is no UTF-8 text, or has control characters: encode it, as with base64", what)
		}
	}
	if i.Verb == Done {
		if err := i.Done(i.Result()).Check(); err != nil {
			return refuse(http.StatusUnprocessableEntity, "%v", err)
		}
	}
	return nil
}

// Result returns what a Job says that is done. One that has failed says nothing.
func (i *Intent) Result() string {
	if i.Failed {
		return ""
	}
	return strings.TrimRightFunc(i.Results["event"], unicode.IsSpace)
}

// Late returns why an event is too old, or too new, nil if it is neither: of an old one the Job may
// be gone by which it would be known.
func (i *Intent) Late(now time.Time, window time.Duration) error {
	switch {
	case i.Time.IsZero():
		return nil
	case now.Sub(i.Time) > window:
		return refuse(http.StatusGone, "the event is of %s, which is longer ago than the replay window of %s", i.Time.UTC().Format(time.RFC3339), window)
	case i.Time.Sub(now) > window:
		return refuse(http.StatusBadRequest, "the event is of %s, which is still to come: is a clock wrong?", i.Time.UTC().Format(time.RFC3339))
	}
	return nil
}

// isText reports whether a pod can get a text as a variable, and read it.
func isText(text string) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r'
	}) < 0
}

// String returns what a log says of the event.
func (i *Intent) String() string { return fmt.Sprintf("%s %s/%s", i.Verb, i.Namespace, i.Name) }
