package picture

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"depctl.dev/gate"
)

//go:embed page.html
var page string

// detail is what a page tells of a node when it is clicked.
type detail struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	Kind      Kind   `json:"kind"`
	State     string `json:"state"`
	// States are those of the Jobs that it stands for.
	States []gate.State `json:"states"`
	// Why says what went wrong.
	Why   string   `json:"why,omitempty"`
	Facts [][2]any `json:"facts"`
	// Commands are what to type to learn more, each with what that shows.
	Commands [][2]string `json:"commands,omitempty"`
	Members  []string    `json:"members,omitempty"`
}

// HTML writes a graph as a page to pan, zoom, search and click in. It is one
// file and asks nobody for anything.
func HTML(w io.Writer, g *Graph) error {
	s, err := newScene(g, (*scene).size)
	if err != nil {
		return err
	}
	details := make([]detail, len(s.graph.Nodes))
	for i, n := range s.graph.Nodes {
		details[i] = s.graph.detail(n)
	}
	// The encoder escapes what could end the script.
	data, err := json.Marshal(details)
	if err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	about, err := json.Marshal(s.graph.about())
	if err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	// What is put in is not looked at again: no name can stand for the data.
	text := strings.NewReplacer("/*STYLES*/", styles(":root"), "<!--SVG-->", string(s.svg("graph")), "/*DATA*/", string(data), "/*ABOUT*/", string(about)).Replace(page)
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	return nil
}

func (g *Graph) detail(n Node) detail {
	d := detail{Name: OneLine(n.Ref.Name), Namespace: OneLine(n.Ref.Namespace), Kind: n.Kind, State: string(n.State), Members: n.Members}
	if n.Kind == Namespace {
		d.Name = d.Namespace
	}
	if n.State == "" {
		d.State = countWords(n.Counts)
	}
	fact := func(name, value string) {
		if value != "" {
			d.Facts = append(d.Facts, [2]any{name, value})
		}
	}
	d.States = slices.AppendSeq([]gate.State{}, maps.Keys(n.states()))
	if n.State != "" && len(d.States) == 0 { // a run as a whole
		d.States = append(d.States, n.State)
	}
	slices.Sort(d.States)
	d.Commands = g.commands(n)
	d.Why = n.why()
	fact("depends on", Clean(n.DependsOn))
	if d.Why == "" {
		fact("message", Clean(n.Message))
	}
	fact("still waits for", strings.Join(n.Waits, ", "))
	for _, run := range n.Runs {
		fact("run of "+run.Time, string(run.State))
	}
	if n.Size > 0 {
		of := "elements"
		if n.Kind == WholeRun {
			of = "steps"
		}
		fact(of, fmt.Sprintf("%d of %d succeeded, %d failed", n.Done, n.Size, n.Failed))
	}
	fact("created", Timestamp(n.Created))
	fact("started", Timestamp(n.Started))
	fact("finished", Timestamp(n.Finished))
	fact("took", g.took(n))
	fact("in the manifests", string(n.Change))
	if n.Critical {
		fact("longest way", "this is on the longest way that is left")
	}
	fact("run", n.Ref.Run)
	fact("Job", n.Name)
	fact("uid", n.UID)
	return d
}
