package gate

import (
	"encoding/json"
	"time"
)

// PausedAnnotation keeps how long a Job with WaitTimeoutAnnotation was on hold:
// that time does not count. The gate writes it.
const PausedAnnotation = "depctl.dev/paused"

// Pause is how long a Job was on hold. It begins when the gate has first seen
// the hold, and ends when it has first seen it gone.
type Pause struct {
	// Since is when the hold that goes on began; zero if none does.
	Since time.Time `json:"since,omitzero"`
	// For is the length of the holds that are over, in nanoseconds.
	For time.Duration `json:"for,omitempty"`
}

// parsePause reads the annotation. What cannot be read was not written by the
// gate, and says nothing.
func parsePause(text string) Pause {
	var p Pause
	if text == "" || json.Unmarshal([]byte(text), &p) != nil || p.For < 0 {
		return Pause{}
	}
	return p
}

// Pausing returns what should be noted of the holds of a Job now, and whether
// that is something new.
func Pausing(job Job, now time.Time) (Pause, bool) {
	began := !job.Paused.Since.IsZero()
	switch {
	case job.WaitTimeout == "" || began == job.OnHold:
		return job.Paused, false
	case job.OnHold:
		return Pause{Since: now.UTC().Truncate(time.Second), For: job.Paused.For}, true
	default:
		return Pause{For: job.Paused.until(now)}, true
	}
}

// until returns how long the holds were up to a time.
func (p Pause) until(now time.Time) time.Duration {
	if p.Since.IsZero() || now.Before(p.Since) {
		return p.For
	}
	return p.For + now.Sub(p.Since)
}

// PausePatch returns the JSON patch that notes the holds of a Job that waits.
func PausePatch(job Job, pause Pause) ([]byte, error) {
	note, err := encode(job, "length of the holds", pause)
	if err != nil {
		return nil, err
	}
	return encode(job, "note of the holds", []operation{
		{"test", "/metadata/uid", job.UID},
		{"test", annotationPath(WaitTimeoutAnnotation), job.WaitTimeout},
		job.unreleased(),
		{"add", annotationPath(PausedAnnotation), string(note)},
	})
}
