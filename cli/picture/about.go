package picture

import (
	"regexp"
	"strings"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// about is what a page says of the whole graph.
type about struct {
	Text   string       `json:"text"`
	Counts []stateCount `json:"counts"`
}

// stateCount is how many Jobs are in a state, and the name of its colour.
type stateCount struct {
	State gate.State `json:"state"`
	Count int        `json:"count"`
	Look  string     `json:"look"`
}

func (g *Graph) about() about {
	counts := map[gate.State]int{}
	for _, n := range g.Nodes {
		for state, count := range n.states() {
			counts[state] += count
		}
	}
	a := about{Counts: []stateCount{}}
	for _, state := range States {
		if counts[state] > 0 {
			a.Counts = append(a.Counts, stateCount{state, counts[state], looks[lookAt(state)].name})
		}
	}
	var parts []string
	if g.Title != "" {
		parts = append(parts, OneLine(g.Title))
	}
	if g.Cluster != "" {
		parts = append(parts, "cluster "+OneLine(g.Cluster))
	}
	if g.Namespace != "" {
		parts = append(parts, "namespace "+OneLine(g.Namespace))
	}
	if at := Timestamp(g.Now); at != "" {
		parts = append(parts, "as of "+at)
	}
	a.Text = strings.Join(parts, ", ")
	return a
}

// why returns what went wrong with an object, empty for one of which nothing did.
func (n Node) why() string {
	if causes := n.causes(); len(causes) > 0 {
		return strings.Join(causes, "; ")
	}
	switch n.State {
	case gate.StateFailed, gate.StateBlocked, gate.StateSkipped, gate.StateInvalid:
		return Clean(n.Message)
	}
	return ""
}

// plainWord matches what a shell takes as it is and no command as a flag, as all names of
// Kubernetes are. Those in manifests can be anything.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)

// commands returns what shows the logs of a Job, and what holds it up; nothing for what no
// cluster has, and for names that a shell would not take as they are.
func (g *Graph) commands(n Node) [][2]string {
	words := []string{n.Ref.Namespace}
	named := ""
	switch {
	case n.Kind == WholeRun && g.Cluster == "":
		return nil
	case n.Kind == WholeRun:
		words = append(words, n.Ref.Run)
		named = "--run " + n.Ref.Run
	case n.UID == "" || n.Ref.Kind != lang.KindJob:
		return nil
	case n.Ref.Run != "":
		words = append(words, n.Ref.Name, n.Ref.Run)
		named = n.Ref.Name + " --run " + n.Ref.Run
	default:
		words = append(words, n.Ref.Name)
		named = n.Ref.Name
	}
	for _, word := range words {
		if !plainWord.MatchString(word) {
			return nil
		}
	}
	named += " -n " + n.Ref.Namespace
	commands := [][2]string{{"its logs", "depctl logs " + named}}
	if n.Kind != WholeRun {
		commands = append(commands, [2]string{"why it stands so", "depctl explain " + named})
	}
	return commands
}
