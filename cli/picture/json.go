package picture

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"depctl.dev/cli/cause"
	"depctl.dev/lang"
)

// graphJSON is what "depctl graph -o json" prints. Its names are a promise.
type graphJSON struct {
	Nodes []nodeJSON `json:"nodes"`
	Edges []edgeJSON `json:"edges"`
}

type nodeJSON struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Run is that of which a Job is a step. Then Name is that of the step, and Job its own.
	Run       string `json:"run,omitempty"`
	Job       string `json:"job,omitempty"`
	ID        string `json:"id"`
	State     string `json:"state,omitempty"`
	UID       string `json:"uid,omitempty"`
	Created   string `json:"created,omitempty"`
	Started   string `json:"started,omitempty"`
	Finished  string `json:"finished,omitempty"`
	DependsOn string `json:"dependsOn,omitempty"`
	Message   string `json:"message,omitempty"`
	// Causes are why a Job that may run does not run, why it has failed, or why no gate releases it.
	Causes []cause.Cause `json:"causes,omitempty"`
	Array  *arrayJSON    `json:"array,omitempty"`
	// Steps are those of a run as a whole.
	Steps  *arrayJSON `json:"steps,omitempty"`
	Counts any        `json:"counts,omitempty"`
	// Runs are the last ones of a CronJob, the latest last.
	Runs     []Run  `json:"lastRuns,omitempty"`
	Critical bool   `json:"critical,omitempty"`
	Change   Change `json:"change,omitempty"`
}

type arrayJSON struct {
	Size      int64 `json:"size"`
	Succeeded int64 `json:"succeeded"`
	Failed    int64 `json:"failed"`
}

type edgeJSON struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Check string `json:"check,omitempty"`
	Value string `json:"value,omitempty"`
	// Runs are the scheduled times of the CronJob From that are meant.
	Runs     []string `json:"runs,omitempty"`
	Member   bool     `json:"member,omitempty"`
	Critical bool     `json:"critical,omitempty"`
	Change   Change   `json:"change,omitempty"`
}

// JSON writes a graph for programs: nodes sorted by namespace and name, edges by
// the Job that waits. There is no age, so that the same Jobs give the same bytes.
func JSON(w io.Writer, g *Graph) error {
	g = g.sorted()
	out := graphJSON{Nodes: []nodeJSON{}, Edges: []edgeJSON{}}
	for _, n := range g.Nodes {
		one := nodeJSON{
			Kind: string(n.Kind), Namespace: n.Ref.Namespace, Name: n.Ref.Name, ID: n.ID, State: string(n.State), UID: n.UID,
			Created: Timestamp(n.Created), Started: Timestamp(n.Started), Finished: Timestamp(n.Finished),
			DependsOn: n.DependsOn, Message: n.Message, Causes: n.Causes, Runs: n.Runs, Critical: n.Critical, Change: n.Change,
		}
		if n.Ref.Kind == lang.KindJob {
			one.Run, one.Job = n.Ref.Run, n.Name
		}
		switch n.Kind {
		case WholeRun:
			one.Name, one.Run = n.Ref.Run, ""
			one.Steps = &arrayJSON{n.Size, n.Done, n.Failed}
		case Array:
			one.Array = &arrayJSON{n.Size, n.Done, n.Failed}
			one.Kind = n.Ref.Kind
		case Job, CronJob, Missing:
			one.Kind = n.Ref.Kind
		}
		if len(n.Counts) > 0 {
			one.Counts = n.Counts
		}
		out.Nodes = append(out.Nodes, one)
	}
	for _, e := range g.Edges {
		one := edgeJSON{From: e.From, To: e.To, Check: e.Check, Runs: e.Runs, Member: e.Member, Critical: e.Critical, Change: e.Change}
		if !e.Member {
			one.Value = e.Value.String()
		}
		out.Edges = append(out.Edges, one)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ") // as kubectl does
	if err := encoder.Encode(out); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

// Timestamp returns a time as RFC 3339 has it, in UTC; empty if it is zero.
func Timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
