package frame

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"depctl.dev/cli/listing"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Row is a Job, or what else waits, as the page lists it. Its JSON is private to the page. Times
// are seconds since 1970, and zero where something has not happened.
type Row struct {
	// ID is how expressions call it, with its namespace.
	ID        string            `json:"id"`
	Namespace string            `json:"ns"`
	Name      string            `json:"name"`
	Kind      string            `json:"kind"`
	State     gate.State        `json:"state"`
	Run       string            `json:"run,omitempty"`
	Step      string            `json:"step,omitempty"`
	Array     bool              `json:"array,omitempty"`
	Done      int64             `json:"done"`
	Size      int64             `json:"size"`
	Failed    int64             `json:"failed,omitempty"`
	Message   string            `json:"message,omitempty"`
	Waits     []string          `json:"waits,omitempty"`
	Blocked   []string          `json:"blocked,omitempty"`
	Created   int64             `json:"created,omitempty"`
	Started   int64             `json:"started,omitempty"`
	Ended     int64             `json:"ended,omitempty"`
	Labels    map[string]string `json:"labels,omitempty"`
}

func rowOf(r listing.Row) Row {
	job := r.Job
	row := Row{
		ID: r.Ref.String(), Namespace: job.Namespace, Name: job.Name, Kind: job.Noun(), State: r.State, Run: r.Ref.Run,
		Array: job.Object.Array != nil, Done: r.Done, Size: r.Size, Failed: r.Failed, Message: r.Message, Waits: r.WaitsFor,
		Created: unix(job.Created), Started: unix(job.Started), Labels: labelsOf(job.Labels),
	}
	if r.Ref.Run != "" {
		row.Step = r.Step()
	}
	if job.Outcome() != lang.Undecided {
		row.Ended = unix(job.Object.Finished)
	}
	for _, root := range r.BlockedBy {
		row.Blocked = append(row.Blocked, root.String())
	}
	return row
}

// labelsOf leaves out the labels that Kubernetes gives each Job.
func labelsOf(all map[string]string) map[string]string {
	var kept map[string]string
	for key, value := range all {
		switch key {
		case "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name":
			continue
		}
		if kept == nil {
			kept = map[string]string{}
		}
		kept[key] = value
	}
	return kept
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// rows are the rows of a frame as JSON, in order, and by their IDs.
type rows struct {
	ids  []string
	text map[string]json.RawMessage
}

// newRows returns rows. Those that are as before share their memory.
func newRows(list []listing.Row, before *rows) (*rows, error) {
	r := &rows{text: make(map[string]json.RawMessage, len(list))}
	for _, one := range list {
		row := rowOf(one)
		text, err := json.Marshal(row)
		if err != nil {
			return nil, fmt.Errorf("writing %s for the page: %w", row.ID, err)
		}
		if before != nil {
			if was := before.text[row.ID]; bytes.Equal(was, text) {
				text = was
			}
		}
		r.ids = append(r.ids, row.ID)
		r.text[row.ID] = text
	}
	return r, nil
}

// since returns the rows that are others than in earlier ones, and the IDs of those that are gone.
func (r *rows) since(before *rows) (changed []json.RawMessage, gone []string) {
	for _, id := range r.ids {
		if text := r.text[id]; !bytes.Equal(before.text[id], text) {
			changed = append(changed, text)
		}
	}
	for _, id := range before.ids {
		if _, there := r.text[id]; !there {
			gone = append(gone, id)
		}
	}
	return changed, gone
}

func (r *rows) all() []json.RawMessage {
	list := make([]json.RawMessage, len(r.ids))
	for i, id := range r.ids {
		list[i] = r.text[id]
	}
	return list
}
