package dagman

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"depctl.dev/cli/importer/output"
)

// command reads what is said of nodes. Nodes of which something is said that cannot be
// carried must not run as they are.
func (g *graph) command(l line) {
	before := len(g.out.Problems)
	g.say(l)
	if len(g.out.Problems) == before {
		return
	}
	for _, word := range l.words {
		if n := g.nodes[word]; n != nil && n.wrong == "" {
			n.wrong = g.out.Problems[before].Message
		}
	}
}

func (g *graph) say(l line) {
	out := g.out
	switch command := strings.ToUpper(l.word(0)); command {
	case "JOB", "NODE", "FINAL", "SPLICE", "SUBDAG", "SUBMIT-DESCRIPTION", "INCLUDE":
	case "PARENT":
		g.edges(l, 1, false)
	case "WEAK":
		if !l.is(1, "PARENT") {
			out.Fail(l.Place, "", "WEAK stands before PARENT")
			return
		}
		g.edges(l, 2, true)
	case "SCRIPT":
		g.script(l)
	case "PRE_SKIP":
		g.each(l, l.word(1), func(n *node) { n.preSkip = l.word(2) })
	case "RETRY":
		times, err := strconv.Atoi(l.word(2))
		if err != nil || times < 0 || times > 1<<30 {
			out.Fail(l.Place, "", "RETRY %s: %q is no number", l.word(1), l.word(2))
			return
		}
		g.each(l, l.word(1), func(n *node) {
			n.retries = times
			if l.is(3, "UNLESS-EXIT") {
				n.unlessExit = l.word(4)
			}
		})
	case "VARS":
		g.variables(l)
	case "ABORT-DAG-ON":
		g.each(l, l.word(1), func(n *node) { n.abortOn, n.abortAt = l.word(2), l.Place })
	case "CATEGORY":
		g.each(l, l.word(1), func(n *node) { n.category = l.word(2) })
	case "MAXJOBS":
		g.maxJobs[l.word(1)] = l.word(2)
	case "PRIORITY":
		if _, err := strconv.ParseInt(l.word(2), 10, 32); err != nil {
			out.Fail(l.Place, "", "PRIORITY %s: %q is no number", l.word(1), l.word(2))
			return
		}
		g.each(l, l.word(1), func(n *node) { n.priority = l.word(2) })
	case "TOLERANCE":
		g.each(l, l.word(1), func(n *node) { n.tolerance, n.failFast = l.word(2), l.is(3, "FAIL-FAST") })
	case "DONE":
		g.each(l, l.word(1), func(n *node) { n.done = true })
	case "CONFIG", "DOT", "NODE_STATUS_FILE", "JOBSTATE_LOG", "SAVE_POINT_FILE", "SET_JOB_ATTR":
		out.Note(l.Place, command, "left out: depctl graph, depctl runs and depctl status show how it stands")
	case "PROVISIONER", "SERVICE":
		out.Fail(l.Place, "make it a Deployment, and wait for ready(deployment:NAME)", "%s: a Job that runs beside the graph, and is stopped with it, cannot be carried", command)
	case "ENV":
		out.Note(l.Place, command, "left out: no environment is passed on, name the variables in the submit description")
	case "REJECT":
		out.Fail(l.Place, "finish the DAG, and take the line out", "REJECT says that the DAG must not be run as it is")
	default:
		out.Fail(l.Place, "", "%s is no command of a DAG that is known here", l.word(0))
	}
}

// script reads SCRIPT [DEFER status time] [DEBUG file type] PRE|POST|HOLD node command.
func (g *graph) script(l line) {
	i := 1
	for {
		switch {
		case l.is(i, "DEFER"):
			g.out.Note(l.Place, "DEFER", "left out: RETRY tries the node again, not the script alone")
			i += 3
			continue
		case l.is(i, "DEBUG"):
			i += 3
			continue
		}
		break
	}
	kind := strings.ToUpper(l.word(i))
	if len(l.words) < i+3 {
		g.out.Fail(l.Place, "", "SCRIPT: write SCRIPT PRE or POST, a node, and the command")
		return
	}
	s := &script{l.Place, l.words[i+2:]}
	switch kind {
	case "PRE":
		g.each(l, l.word(i+1), func(n *node) { n.pre = s })
	case "POST":
		g.each(l, l.word(i+1), func(n *node) { n.post = s })
	default:
		g.out.Fail(l.Place, "", "SCRIPT %s: a pod is not put on hold while it runs", l.word(i))
	}
}

// variables reads VARS node [PREPEND|APPEND] name="value" ...
func (g *graph) variables(l line) {
	var all []variable
	for _, word := range l.words[min(2, len(l.words)):] {
		if strings.EqualFold(word, "PREPEND") || strings.EqualFold(word, "APPEND") {
			continue
		}
		name, value, ok := strings.Cut(word, "=")
		if !ok || len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
			g.out.Fail(l.Place, "", "VARS: write NAME=\"VALUE\", not %s", word)
			continue
		}
		value = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(value[1 : len(value)-1])
		all = append(all, variable{strings.TrimPrefix(name, "+"), value})
	}
	g.each(l, l.word(1), func(n *node) { n.variables = append(n.variables, all...) })
}

// edges reads PARENT a b CHILD c d.
func (g *graph) edges(l line, from int, weak bool) {
	at := slices.IndexFunc(l.words, func(word string) bool { return strings.EqualFold(word, "CHILD") })
	if at <= from || at == len(l.words)-1 {
		g.out.Fail(l.Place, "", "write PARENT, names, CHILD, and names")
		return
	}
	var parents, children []string
	for _, name := range l.words[from:at] {
		if group := g.splice[name]; group != nil {
			if weak {
				g.out.Fail(l.Place, "name its nodes: "+name+"+NODE", "WEAK: %s is a DAG of its own", name)
			}
			parents = append(parents, group.last...)
		} else if g.nodes[name] != nil {
			parents = append(parents, name)
		} else {
			g.out.Fail(l.Place, "", "PARENT: there is no node %q", name)
		}
	}
	for _, name := range l.words[at+1:] {
		if group := g.splice[name]; group != nil {
			children = append(children, group.first...)
		} else if g.nodes[name] != nil {
			children = append(children, name)
		} else {
			g.out.Fail(l.Place, "", "CHILD: there is no node %q", name)
		}
	}
	for _, child := range children {
		n := g.nodes[child]
		if n.final {
			g.out.Fail(l.Place, "", "the FINAL node %s waits for all others anyway", child)
			continue
		}
		for _, parent := range parents {
			if weak {
				n.weak = append(n.weak, parent)
			} else {
				n.parents = append(n.parents, parent)
			}
		}
	}
}

// categoryOf returns the limit of a node, and its number.
func (g *graph) categoryOf(n *node) (name, tokens string, ok bool) {
	tokens, ok = g.maxJobs[n.category]
	if n.category == "" || !ok {
		return "", "", false
	}
	if count, err := strconv.Atoi(tokens); err != nil || count < 0 {
		g.out.Fail(n.Place, "", "MAXJOBS %s: %q is no number", n.category, tokens)
		return "", "", false
	}
	return output.Plain(cmp.Or(g.name, "dag") + "-" + n.category), tokens, true
}
