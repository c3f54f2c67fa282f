package gate

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"depctl.dev/lang"
)

// SeenAnnotation keeps, on a Job that waits, the outcomes of prerequisites that
// finished and were deleted meanwhile. They stand for this Job until the name is
// taken again.
const SeenAnnotation = "depctl.dev/seen"

// Seen are the outcomes of prerequisites that are gone.
type Seen map[lang.Ref]Gone

// Gone is a Job that finished and was deleted.
type Gone struct {
	Object *lang.Object
	Labels map[string]string
}

// seenJSON is one entry of the annotation, under the reference's text.
type seenJSON struct {
	UID       string            `json:"uid"`
	Outcome   string            `json:"outcome"`
	Reason    string            `json:"reason,omitempty"`
	Code      *int32            `json:"code,omitempty"`
	At        time.Time         `json:"at"`
	Size      int64             `json:"size,omitempty"`
	Completed string            `json:"completed,omitempty"`
	Labels    map[string]string `json:"labels,omitempty"`
}

var outcomes = map[lang.Outcome]string{lang.Succeeded: "succeeded", lang.Failed: "failed", lang.Skipped: "skipped"}

// String returns the value of the annotation, the same text for the same
// outcomes; empty if there are none.
func (s Seen) String() string {
	if len(s) == 0 {
		return ""
	}
	entries := make(map[string]seenJSON, len(s))
	for ref, gone := range s {
		o := gone.Object
		entry := seenJSON{UID: o.UID, Outcome: outcomes[o.Outcome], Reason: o.Reason, At: o.Finished.UTC(), Labels: gone.Labels}
		if o.Exit != nil && !o.Exit.Lost {
			entry.Code = &o.Exit.Code
		}
		if o.Array != nil {
			entry.Size, entry.Completed = o.Array.Size, o.Array.Completed.String()
		}
		entries[ref.Kind+":"+ref.Namespace+"/"+ref.Name] = entry
	}
	text, err := json.Marshal(entries)
	if err != nil {
		return "" // maps of texts, numbers and times always encode
	}
	return string(text)
}

// parseSeen reads the annotation. What cannot be read was not written by the
// gate, and says nothing.
func parseSeen(text string) Seen {
	var entries map[string]seenJSON
	if text == "" || json.Unmarshal([]byte(text), &entries) != nil {
		return nil
	}
	seen := Seen{}
	for name, entry := range entries {
		ref, ok := parseRef(name)
		outcome := outcomeOf(entry.Outcome)
		if !ok || outcome == lang.Undecided {
			continue
		}
		o := &lang.Object{
			UID: entry.UID, Outcome: outcome, Reason: entry.Reason, Finished: entry.At,
			Created: entry.At, Started: outcome != lang.Skipped, Exit: &lang.Exit{Lost: true},
		}
		if entry.Code != nil {
			o.Exit = &lang.Exit{Code: *entry.Code}
		}
		if entry.Size > 0 {
			o.Array = &lang.Array{Size: entry.Size, Completed: indexes(entry.Completed)}
		}
		seen[ref] = Gone{Object: o, Labels: entry.Labels}
	}
	return seen
}

func parseRef(text string) (lang.Ref, bool) {
	kind, rest, ok := strings.Cut(text, ":")
	namespace, name, slash := strings.Cut(rest, "/")
	return lang.Ref{Kind: kind, Namespace: namespace, Name: name}, ok && slash
}

func outcomeOf(word string) lang.Outcome {
	for outcome, text := range outcomes {
		if text == word {
			return outcome
		}
	}
	return lang.Undecided
}

// With returns the outcomes with one more, or with another one of that name.
func (s Seen) With(ref lang.Ref, gone Gone) Seen {
	more := maps.Clone(s)
	if more == nil {
		more = Seen{}
	}
	more[ref] = gone
	return more
}

// Without returns the outcomes without that of ref.
func (s Seen) Without(ref lang.Ref) Seen {
	less := maps.Clone(s)
	delete(less, ref)
	return less
}

// SeenPatch returns the JSON patch that writes outcomes to a Job that waits. It
// tests that the Job still waits for what it did.
func SeenPatch(job Job, seen Seen) ([]byte, error) {
	patch, err := json.Marshal([]operation{
		{"test", "/metadata/uid", job.UID},
		{"test", annotationPath(DependsOnAnnotation), job.DependsOn},
		{"test", annotationPath(ReleasedAnnotation), nil},
		{"add", annotationPath(SeenAnnotation), seen.String()},
	})
	if err != nil {
		return nil, fmt.Errorf("encoding what Job %s/%s has seen: %w", job.Namespace, job.Name, err)
	}
	return patch, nil
}
