package graph

import (
	"fmt"
	"io"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/diagram"
	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/cli/reference"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// model returns what the options select of a world.
func (o *graphOptions) model(w *snapshot.World) (*diagram.Diagram, error) {
	s := o.selection
	s.Namespace, s.Run, s.Unrelated, s.Up, s.Down = o.scope, o.runName, o.all, o.up, o.down
	if o.runName != "" {
		if err := w.NoRun(o.scope, o.runName); err != nil {
			return nil, err
		}
	}
	if len(o.names) > 0 {
		s.Starts = []lang.Ref{} // of patterns that mean nothing there is nothing to show
	}
	for _, name := range o.names {
		refs, err := o.find(w, name)
		if err != nil {
			return nil, err
		}
		s.Starts = append(s.Starts, refs...)
	}
	m := diagram.Of(w, s)
	m.Namespace, m.Run, m.Cluster = o.namespace, o.inRun, o.cluster
	for i := range m.Nodes {
		if n := &m.Nodes[i]; o.asRun && n.State != gate.StateInvalid { // which quotes its author
			n.Message = manifest.Nameless(n.Message)
		}
	}
	if o.runName != "" {
		m.Title = "run " + o.runName
	}
	return m, nil
}

// find returns the Jobs that an argument means: the one of its name, or those of a pattern.
func (o *graphOptions) find(w *snapshot.World, argument string) ([]lang.Ref, error) {
	ref, err := command.Named(argument, o.namespace)
	if err != nil {
		return nil, err
	}
	if !reference.IsPattern(ref.Name) {
		ref, err := o.findOne(w, argument, ref)
		return []lang.Ref{ref}, err
	}
	var found []lang.Ref
	for other, job := range w.Jobs {
		name := job.Name
		if o.inRun != "" {
			name = other.Name
		}
		if other.Kind == ref.Kind && other.Namespace == ref.Namespace && (o.inRun == "" || other.Run == o.inRun) && reference.Matches(ref.Name, name) {
			found = append(found, other)
		}
	}
	return found, nil
}

func (o *graphOptions) findOne(w *snapshot.World, argument string, ref lang.Ref) (lang.Ref, error) {
	if o.inRun != "" {
		ref.Run = o.inRun
	} else {
		ref = w.RefOf(ref)
	}
	if _, exists := w.Jobs[ref]; exists {
		return ref, nil
	}
	switch {
	case o.asRun:
		return ref, fmt.Errorf("there is no step %s%s", argument, o.where())
	case o.runName != "":
		return ref, cluster.NoStep(ref, w.StepsOf(o.runName))
	}
	if o.scope != "" && ref.Namespace != o.scope {
		return ref, fmt.Errorf("there is no Job %s among those of namespace %s and what they wait for; look with -n %s",
			ref, o.scope, ref.Namespace)
	}
	if len(o.files.Filenames) == 0 {
		return ref, cluster.NotThere(w, ref)
	}
	var names []string
	for other := range w.Jobs {
		if other.Namespace == ref.Namespace && other.Kind == ref.Kind {
			names = append(names, other.Name)
		}
	}
	near := ""
	if name := lang.Nearest(ref.Name, names); name != "" {
		near = "; did you mean " + name + "?"
	}
	return ref, fmt.Errorf("there is no Job %s%s%s", ref, o.where(), near)
}

// The limits above which Jobs with the same neighbours are drawn as one.
const (
	mostInPicture = 300
	mostInPage    = 2000
)

func (o *graphOptions) print(m *diagram.Diagram, notes []string) error {
	graph := &m.Graph
	if o.collapse != "" {
		graph = graph.Collapse()
	}
	if err := o.write(graph); err != nil {
		return err
	}
	if o.output != "json" {
		for _, note := range cycleNotes(graph) {
			if o.asRun {
				note = manifest.Nameless(note)
			}
			notes = append(notes, note)
		}
		notes = append(notes, invalidNotes(m)...)
		notes = append(notes, countNotes(m, o.where(), o.all || len(o.names) > 0 || o.selector != "")...)
	}
	return command.PrintNotes(o.streams.ErrOut, notes)
}

// write draws to standard output, or to a file.
func (o *graphOptions) write(g *picture.Graph) error {
	draw := func(out io.Writer) error { return o.draw(out, g) }
	if o.output == "png" {
		o.progress.Begin("Drawing "+command.Count(len(g.Nodes), "node"), 0)
		defer o.progress.End()
	}
	if o.outputFile == "" {
		return draw(o.streams.Out)
	}
	return command.WriteFile(o.outputFile, draw)
}

func (o *graphOptions) draw(out io.Writer, g *picture.Graph) error {
	screen := picture.Screen{
		Width: o.terminal.Width, Colour: o.terminal.Colour, Glyphs: o.terminal.Glyphs, NoHeaders: o.noHeaders,
	}
	switch o.output {
	case "name":
		return picture.Names(out, g)
	case "json":
		return picture.JSON(out, g)
	case "dot":
		return picture.DOT(out, g)
	case "mermaid":
		return picture.Mermaid(out, g)
	case "svg":
		return picture.SVG(out, g.Fold(mostInPicture))
	case "png":
		return picture.PNG(out, g.Fold(mostInPicture))
	case "html":
		return picture.HTML(out, g.Fold(mostInPage))
	case "wide":
		return picture.Text(out, g, picture.Wide, screen)
	case "tree":
		return picture.Text(out, g, picture.Tree, screen)
	case "picture":
		return picture.Text(out, g, picture.Layered, screen)
	default:
		return picture.Text(out, g, picture.Auto, screen)
	}
}
