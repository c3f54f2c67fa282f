package dagman

import (
	"path"
	"strings"

	"depctl.dev/cli/importer/output"
)

// script is what runs before or after a node.
type script struct {
	output.Place
	command []string
}

// variable is one of VARS.
type variable struct{ name, value string }

// node is one of a DAG.
type node struct {
	output.Place
	name string
	// file is its submit description, or what it stands in.
	file       output.File
	inline     bool
	directory  string
	noop, done bool
	final      bool
	pre, post  *script
	preSkip    string
	retries    int
	unlessExit string
	abortOn    string
	abortAt    output.Place
	variables  []variable
	priority   string
	category   string
	tolerance  string
	failFast   bool
	// parents must have succeeded, and weak must have run.
	parents, weak []string
	// jobs are the names of what it has become, and size that of an array.
	jobs []string
	size int
	// wrong is why it must not run as it is.
	wrong string
}

// graph is a DAG with all that was spliced into it.
type graph struct {
	*importer
	nodes  map[string]*node
	order  []string
	splice map[string]*group
	// maxJobs are the limits of categories.
	maxJobs map[string]string
	submits map[string]output.File
	final   *node
	depth   int
}

// group is a splice or an external DAG: where it begins, and where it ends.
type group struct {
	first, last, all []string
	external         bool
}

// parse reads the commands of a DAG.
func (im *importer) parse(file output.File, depth int) *graph {
	g := &graph{importer: im, nodes: map[string]*node{}, splice: map[string]*group{}, maxJobs: map[string]string{}, submits: map[string]output.File{}, depth: depth}
	all := lines(im.out, file)
	for _, l := range all { // what others name comes first
		if l.is(0, "SUBMIT-DESCRIPTION") {
			g.submits[l.word(1)] = inlineFile(l)
		}
	}
	for _, l := range all {
		switch strings.ToUpper(l.word(0)) {
		case "JOB", "NODE", "FINAL":
			g.declare(l)
		case "SPLICE", "SUBDAG":
			g.include(l)
		case "INCLUDE":
			if text, err := im.read(relative(file.Name, l.word(1))); err != nil {
				im.out.Fail(l.Place, "", "INCLUDE: %s", err)
			} else if depth > maxDepth {
				im.out.Fail(l.Place, "", "INCLUDE: files include one another too deep")
			} else {
				g.merge("", im.parse(output.File{Name: relative(file.Name, l.word(1)), Text: text}, depth+1))
			}
		}
	}
	for _, l := range all {
		g.command(l)
	}
	return g
}

const maxDepth = 20

func inlineFile(l line) output.File {
	return output.File{Name: l.File, Text: strings.Repeat("\n", max(0, l.at-1)) + l.inline}
}

// relative returns the path of a file that another one names.
func relative(from, name string) string {
	if path.IsAbs(name) || from == "<stdin>" {
		return name
	}
	return path.Join(path.Dir(from), name)
}

// declare reads a node: JOB name submit-file [DIR dir] [NOOP] [DONE].
func (g *graph) declare(l line) {
	n := &node{Place: l.Place, name: l.word(1), final: l.is(0, "FINAL")}
	if n.name == "" {
		g.out.Fail(l.Place, "", "%s has no name", l.word(0))
		return
	}
	if g.nodes[n.name] != nil {
		g.out.Fail(l.Place, "rename one", "there are two nodes %s", n.name)
		return
	}
	rest := 3
	switch submit, described := g.submits[l.word(2)]; {
	case l.has:
		n.file, n.inline, rest = inlineFile(l), true, 2
	case described:
		n.file, n.inline = submit, true
	default:
		n.file.Name = l.word(2)
	}
	n.directory = g.extras(l, rest, n)
	if n.final && g.final != nil {
		g.out.Fail(l.Place, "", "there are two FINAL nodes")
	}
	if n.final {
		g.final = n
	}
	g.nodes[n.name] = n
	g.order = append(g.order, n.name)
}

func (g *graph) extras(l line, from int, n *node) (directory string) {
	for i := from; i < len(l.words); i++ {
		switch {
		case l.is(i, "DIR"):
			i++
			directory = l.word(i)
		case l.is(i, "NOOP"):
			n.noop = true
		case l.is(i, "DONE"):
			n.done = true
		default:
			g.out.Fail(l.Place, "", "%q is not known here", l.word(i))
		}
	}
	return directory
}

// each calls a function for the nodes that a word names: one, a splice, or all.
func (g *graph) each(l line, name string, change func(*node)) {
	if strings.EqualFold(name, "ALL_NODES") {
		for _, one := range g.order {
			if !g.nodes[one].final {
				change(g.nodes[one])
			}
		}
		return
	}
	if n := g.nodes[name]; n != nil {
		change(n)
		return
	}
	if g.splice[name] != nil {
		g.out.Fail(l.Place, "say it in the file of that DAG", "%s is about %s, which is a DAG of its own", l.word(0), name)
		return
	}
	g.out.Fail(l.Place, "", "%s: there is no node %q", l.word(0), name)
}
