package gate

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"depctl.dev/lang"
)

// SeenAnnotation keeps, on a Job that waits, the outcomes of prerequisites that
// finished and were deleted meanwhile. They count for this Job until the name is
// taken again. The gate writes it.
const SeenAnnotation = "depctl.dev/seen"

// RecordedOutcomes are the outcomes of prerequisites that are gone.
type RecordedOutcomes map[lang.Ref]RecordedOutcome

// RecordedOutcome is a Job that finished and was deleted.
type RecordedOutcome struct {
	Object *lang.Object
	Labels map[string]string
	// Ran is where its pods ran, for those that go near it; nil if nobody knows.
	Ran []Place
	// text is its entry in the annotation, with its name; empty if nobody has asked.
	text string
}

// RecordOutcome returns a Job with what an expression may learn of it, its labels, and where
// it ran. It encodes it once for all who remember it.
func RecordOutcome(ref lang.Ref, object *lang.Object, labels map[string]string, ran []Place) RecordedOutcome {
	gone := RecordedOutcome{Object: object, Labels: labels, Ran: ran}
	gone.text = gone.encoded(ref)
	return gone
}

// WithResult returns a Job as those learn of it who ask for its result, and otherwise
// without that.
func WithResult(o *lang.Object, asks bool) *lang.Object {
	result := keptResult(o.Result)
	if !asks {
		result = nil
	}
	if result == o.Result {
		return o
	}
	known := *o
	known.Result = result
	return &known
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
	// NamesRun is that of the object.
	NamesRun bool `json:"namesRun,omitempty"`
	// Result is the result, or Lost why it is not known; for those that ask only.
	Result *string `json:"result,omitempty"`
	Lost   string  `json:"lost,omitempty"`
	Ran    []Place `json:"ran,omitempty"`
}

var outcomes = map[lang.Outcome]string{lang.Succeeded: "succeeded", lang.Failed: "failed", lang.Skipped: "skipped"}

// String returns the value of the annotation, the same text for the same
// outcomes; empty if there are none.
func (s RecordedOutcomes) String() string {
	if len(s) == 0 {
		return ""
	}
	entries := make([]string, 0, len(s))
	for ref, gone := range s {
		entries = append(entries, gone.encoded(ref))
	}
	slices.Sort(entries)
	return "{" + strings.Join(entries, ",") + "}"
}

// Equal reports whether two have the same text.
func (s RecordedOutcomes) Equal(other RecordedOutcomes) bool {
	for ref, gone := range s {
		if o, ok := other[ref]; !ok || o.encoded(ref) != gone.encoded(ref) {
			return false
		}
	}
	return len(s) == len(other)
}

// Same reports whether two outcomes have the same result, of the same Job.
func (g RecordedOutcome) Same(other RecordedOutcome) bool {
	if g.Object == nil || other.Object == nil || g.Object.UID != other.Object.UID {
		return false
	}
	return told(g.Object) == told(other.Object)
}

// told returns the result of a Job that is gone. One that was not kept, and one that cannot
// be known any more, are the same.
func told(o *lang.Object) lang.Result {
	if o.Result == nil {
		return *Untold()
	}
	return *o.Result
}

// length returns how long the text is, in bytes.
func (s RecordedOutcomes) length() (n int) {
	for ref, gone := range s {
		n += len(gone.encoded(ref)) + len(",")
	}
	return n + len("{}") - min(len(s), 1)*len(",")
}

func (g RecordedOutcome) encoded(ref lang.Ref) string {
	if g.text != "" {
		return g.text
	}
	text, err := json.Marshal(map[string]seenJSON{refText(ref): g.entry()})
	if err != nil {
		return "" // texts, numbers and times always encode
	}
	return string(text[1 : len(text)-1])
}

func (g RecordedOutcome) entry() seenJSON {
	o := g.Object
	entry := seenJSON{UID: o.UID, Outcome: outcomes[o.Outcome], Reason: o.Reason, At: o.Finished.UTC(), Labels: g.Labels, NamesRun: o.NamesRun, Ran: g.Ran}
	if o.Exit != nil && !o.Exit.Lost {
		entry.Code = &o.Exit.Code
	}
	if o.Result != nil && *o.Result != *Untold() {
		if entry.Lost = o.Result.Lost; entry.Lost == "" {
			entry.Result = &o.Result.Value
		}
	}
	if o.Array != nil {
		entry.Size, entry.Completed = o.Array.Size, o.Array.Completed.String()
	}
	return entry
}

// Fit returns the outcomes whose text takes no more than room bytes: those that
// are in kept first, then by name. What does not fit must not be waited for with
// a finalizer: it would stay forever.
func (s RecordedOutcomes) Fit(room int, kept RecordedOutcomes) RecordedOutcomes {
	if len(s) == 0 || s.length() <= room {
		return s
	}
	refs := slices.SortedFunc(maps.Keys(s), func(a, b lang.Ref) int {
		_, keptA := kept[a]
		_, keptB := kept[b]
		switch {
		case keptA == keptB:
			return strings.Compare(refText(a), refText(b))
		case keptA:
			return -1
		default:
			return 1
		}
	})
	fitting, length := RecordedOutcomes{}, len("{}")-len(",") // the last has no comma
	for _, ref := range refs {
		length += len(s[ref].encoded(ref)) + len(",")
		if length > room {
			break
		}
		fitting[ref] = s[ref]
	}
	return fitting
}

func refText(ref lang.Ref) string {
	text := ref.Kind + ":" + ref.Namespace + "/" + ref.Name
	if ref.Run != "" {
		text += "@" + ref.Run
	}
	return text
}

// parseSeen reads the annotation. What cannot be read was not written by the
// gate, and says nothing.
func parseSeen(text string) RecordedOutcomes {
	var entries map[string]seenJSON
	if text == "" || json.Unmarshal([]byte(text), &entries) != nil {
		return nil
	}
	seen := RecordedOutcomes{}
	for name, entry := range entries {
		ref, ok := parseRef(name)
		outcome := outcomeOf(entry.Outcome)
		if !ok || outcome == lang.Undecided {
			continue
		}
		o := &lang.Object{
			UID: entry.UID, Outcome: outcome, Reason: entry.Reason, Finished: entry.At,
			Created: entry.At, Started: outcome != lang.Skipped, NamesRun: entry.NamesRun, Exit: &lang.Exit{Lost: true},
		}
		if entry.Code != nil {
			o.Exit = &lang.Exit{Code: *entry.Code}
		}
		switch {
		case outcome != lang.Succeeded:
		case entry.Result != nil:
			o.Result = &lang.Result{Value: *entry.Result}
		case entry.Lost != "":
			o.Result = &lang.Result{Lost: entry.Lost}
		default:
			o.Result = Untold()
		}
		if entry.Size > 0 {
			o.Array = &lang.Array{Size: entry.Size, Completed: indexes(entry.Completed)}
		}
		seen[ref] = RecordOutcome(ref, o, entry.Labels, entry.Ran[:min(len(entry.Ran), mostNear)])
	}
	return seen
}

func parseRef(text string) (lang.Ref, bool) {
	kind, rest, ok := strings.Cut(text, ":")
	rest, run, _ := strings.Cut(rest, "@")
	namespace, name, slash := strings.Cut(rest, "/")
	return lang.Ref{Kind: kind, Namespace: namespace, Name: name, Run: run}, ok && slash
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
func (s RecordedOutcomes) With(ref lang.Ref, gone RecordedOutcome) RecordedOutcomes {
	more := maps.Clone(s)
	if more == nil {
		more = RecordedOutcomes{}
	}
	more[ref] = gone
	return more
}

// Without returns the outcomes without that of ref.
func (s RecordedOutcomes) Without(ref lang.Ref) RecordedOutcomes {
	less := maps.Clone(s)
	delete(less, ref)
	return less
}

// SeenPatch returns the JSON patch that writes outcomes to a Job that waits. It
// tests that the Job still waits for what it did.
func SeenPatch(job Job, seen RecordedOutcomes) ([]byte, error) {
	return encode(job, "outcomes seen", []operation{
		{"test", "/metadata/uid", job.UID},
		{"test", annotationPath(DependsOnAnnotation), job.DependsOn},
		job.unreleased(),
		{"add", annotationPath(SeenAnnotation), seen.String()},
	})
}
