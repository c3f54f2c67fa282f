package cli

import (
	"io"
	"time"

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
	State     string `json:"state"`
	UID       string `json:"uid,omitempty"`
	Created   string `json:"created,omitempty"`
	Finished  string `json:"finished,omitempty"`
	DependsOn string `json:"dependsOn,omitempty"`
	Message   string `json:"message,omitempty"`
}

type edgeJSON struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Check string `json:"check"`
	Value string `json:"value"`
}

// printJSON writes a model: nodes sorted by namespace and name, edges by the
// Job that waits and then as its expression has them. There is no age, so that
// the same Jobs give the same bytes.
func printJSON(w io.Writer, m *model) error {
	g := graphJSON{Nodes: []nodeJSON{}, Edges: []edgeJSON{}}
	for _, n := range m.nodes {
		g.Nodes = append(g.Nodes, nodeJSON{
			Kind:      n.ref.Kind,
			Namespace: n.ref.Namespace,
			Name:      n.ref.Name,
			State:     string(n.state),
			UID:       n.uid,
			Created:   timestamp(n.created),
			Finished:  timestamp(n.finished),
			DependsOn: n.dependsOn,
			Message:   n.message,
		})
	}
	for _, e := range m.edges {
		g.Edges = append(g.Edges, edgeJSON{From: id(e.from), To: id(e.to), Check: e.check, Value: e.value.String()})
	}
	return writeJSON(w, g)
}

// id returns the name of a node in edges: namespace/name, and before that the
// kind and a colon unless it is a Job.
func id(ref lang.Ref) string { return ref.String() }

func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
