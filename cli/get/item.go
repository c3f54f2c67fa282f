package get

import (
	"strings"
	"time"

	"depctl.dev/cli/listing"
	"depctl.dev/cli/picture"
)

// itemFields are the names of the fields of item; a test compares.
func itemFields() []string {
	return []string{
		"blockedBy", "created", "dependsOn", "done", "failed", "finished", "kind", "labels", "message", "name", "namespace",
		"run", "size", "started", "state", "step", "uid", "waitsFor",
	}
}

// fieldList names them in a sentence.
func fieldList() string {
	all := itemFields()
	last := len(all) - 1
	return strings.Join(all[:last], ", ") + " and " + all[last]
}

// item is a row as "depctl get -o json" prints it. Its names are a promise.
type item struct {
	// Kind is job, or that of another object that waits, as in expressions.
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Run and Step are those of a Job of a run.
	Run    string            `json:"run,omitempty"`
	Step   string            `json:"step,omitempty"`
	UID    string            `json:"uid,omitempty"`
	Labels map[string]string `json:"labels,omitempty"`
	// State is one of gate.State, and Message says why it is in that one.
	State     string `json:"state"`
	Message   string `json:"message,omitempty"`
	DependsOn string `json:"dependsOn,omitempty"`
	// Done and Failed count completions, of Size in all.
	Done   int64 `json:"done"`
	Size   int64 `json:"size"`
	Failed int64 `json:"failed"`
	// WaitsFor are the checks that are not true yet.
	WaitsFor []string `json:"waitsFor"`
	// BlockedBy are objects that hold it up in the end: what does not come by itself, and
	// where there is nothing of that, what runs.
	BlockedBy []string `json:"blockedBy"`
	Created   string   `json:"created,omitempty"`
	Started   string   `json:"started,omitempty"`
	Finished  string   `json:"finished,omitempty"`
}

func itemOf(r listing.Row) item {
	i := item{
		Kind: r.Ref.Kind, Namespace: r.Job.Namespace, Name: r.Job.Name, UID: string(r.Job.UID), Labels: r.Job.Labels,
		State: string(r.State), Message: r.Message, DependsOn: r.Job.DependsOn,
		Done: r.Done, Size: r.Size, Failed: r.Failed, WaitsFor: []string{}, BlockedBy: []string{},
		Created: stamp(r.Job.Created), Started: stamp(r.Job.Started), Finished: stamp(r.Job.Object.Finished),
	}
	if run := r.Job.Step().Run; run != "" {
		i.Run, i.Step = run, r.Step()
	}
	i.WaitsFor = append(i.WaitsFor, r.WaitsFor...)
	for _, ref := range r.BlockedBy {
		i.BlockedBy = append(i.BlockedBy, ref.String())
	}
	return i
}

func stamp(t time.Time) string { return picture.Timestamp(t) }
