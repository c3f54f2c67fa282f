package event

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// cloudEvent is an event as https://github.com/cloudevents/spec has it, version 1.0: its attributes
// as text, without extensions, and its data.
type cloudEvent struct {
	attributes map[string]string
	data       []byte
	// structured says that the attributes are in the body.
	structured bool
}

// known are the attributes that pods get. The first three must be there.
var known = []string{"id", "source", "type", "subject", "time"}

// media are the types of the bodies of structured events, of several, and what both begin with.
const (
	structuredMedia = "application/cloudevents+json"
	batchMedia      = "application/cloudevents-batch"
	anyMedia        = "application/cloudevents"
)

// cloudEventOf reads a CloudEvent, nil if the request is none.
func cloudEventOf(header http.Header, body []byte) (*cloudEvent, error) {
	media, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	switch {
	case err == nil && strings.HasPrefix(media, batchMedia):
		return nil, refuse(http.StatusUnsupportedMediaType, "a batch of events is not taken: send each in a request of its own")
	case err == nil && media == structuredMedia:
		if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
			return nil, refuse(http.StatusUnsupportedMediaType, "the charset is %q: send UTF-8", charset)
		}
		return structured(body)
	case err == nil && strings.HasPrefix(media, anyMedia):
		return nil, refuse(http.StatusUnsupportedMediaType, "the type %q is not taken: send %s", media, structuredMedia)
	}
	return binary(header, body)
}

// binary reads an event whose attributes are headers.
func binary(header http.Header, body []byte) (*cloudEvent, error) {
	e := &cloudEvent{attributes: map[string]string{}, data: body}
	some := false
	for _, name := range slices.Sorted(maps.Keys(header)) { // of several mistakes always the same one is said
		values := header[name]
		attribute, is := strings.CutPrefix(strings.ToLower(name), "ce-")
		if !is {
			continue
		}
		if some = true; len(values) != 1 {
			return nil, refuse(http.StatusBadRequest, "the header %s is there %d times", name, len(values))
		}
		value, err := unescaped(values[0])
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "the header %s is not encoded as CloudEvents has it: %v", name, err)
		}
		e.attributes[attribute] = value
	}
	if !some {
		return nil, nil
	}
	return e.checked()
}

// unescaped reads the value of a header: it may be quoted, and has characters beyond ASCII as %XX.
func unescaped(value string) (string, error) {
	if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' {
		value = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(value[1 : len(value)-1])
	}
	return url.PathUnescape(value)
}

// structured reads an event whose attributes are in the body, as JSON.
func structured(body []byte) (*cloudEvent, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return nil, refuse(http.StatusBadRequest, "the body is no JSON object, as %s has it", structuredMedia)
	}
	e := &cloudEvent{attributes: map[string]string{}, structured: true}
	for _, name := range append([]string{"specversion", "datacontenttype"}, known...) {
		raw, there := members[name]
		if !there || string(raw) == "null" {
			continue
		}
		var value string
		if err := json.Unmarshal(raw, &value); err != nil {
			return nil, refuse(http.StatusBadRequest, "the attribute %s is no text", name)
		}
		e.attributes[name] = value
	}
	data, encoded := members["data"], members["data_base64"]
	switch {
	case data != nil && encoded != nil:
		return nil, refuse(http.StatusBadRequest, "there are data and data_base64: an event has one of them")
	case encoded != nil:
		var text string
		err := json.Unmarshal(encoded, &text)
		if err == nil {
			e.data, err = base64.StdEncoding.DecodeString(text)
		}
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "data_base64 is not in Base64")
		}
	case data != nil:
		e.data = dataText(data, e.attributes["datacontenttype"])
	}
	return e.checked()
}

// dataText returns data as a pod gets it: JSON as JSON, and a text that is said to be no JSON without
// its quotes.
func dataText(data json.RawMessage, media string) []byte {
	isJSON := media == "" || strings.Contains(media, "json")
	var text string
	if !isJSON && json.Unmarshal(data, &text) == nil {
		return []byte(text)
	}
	var compact bytes.Buffer
	if json.Compact(&compact, data) != nil {
		return data
	}
	return compact.Bytes()
}

// checked returns the event, if it has what each must have.
func (e *cloudEvent) checked() (*cloudEvent, error) {
	if version := e.attributes["specversion"]; version != "1.0" {
		return nil, refuse(http.StatusBadRequest, "the event has specversion %q: it must be 1.0", version)
	}
	for _, name := range known[:3] {
		if e.attributes[name] == "" {
			return nil, refuse(http.StatusBadRequest, "the event has no %s", name)
		}
	}
	if at := e.attributes["time"]; at != "" {
		if _, err := time.Parse(time.RFC3339, at); err != nil {
			return nil, refuse(http.StatusBadRequest, "the time of the event is %q: write it as in 2026-11-30T02:00:00Z", at)
		}
	}
	return e, nil
}
