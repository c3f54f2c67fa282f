package gate

import (
	"fmt"

	"depctl.dev/depgraph"
	"depctl.dev/lang"
)

// World is a graph as one Job sees it. It is a lang.World: of kinds that nobody
// looks up, it says so.
type World struct {
	Graph *depgraph.Graph
	// Self is the Job, which no set of its own contains.
	Self lang.Ref
}

// Object returns what is known of an object, nil if it does not exist.
func (w World) Object(ref lang.Ref) *lang.Object {
	if ref.Kind != lang.KindJob {
		return &lang.Object{Problem: unknownKind(ref.Kind)}
	}
	return w.Graph.Object(ref)
}

// Members returns the Jobs of a set, sorted by name.
func (w World) Members(ref lang.Ref) ([]lang.Member, *lang.Problem) {
	if ref.Kind != lang.KindJob {
		return nil, unknownKind(ref.Kind)
	}
	return w.Graph.Members(ref, w.Self), nil
}

func unknownKind(kind string) *lang.Problem {
	return &lang.Problem{
		Code:    lang.ProblemUnknownKind,
		Message: fmt.Sprintf("this gate cannot look up objects of kind %q, only Jobs", kind),
	}
}
