package graph

import (
	"context"
	"maps"
	"slices"

	"depctl.dev/cli/internal/diagram"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
)

// compare turns a drawing of manifests into one of what they would change. Jobs
// of the cluster are looked for in the namespaces that the manifests have.
func (o *graphOptions) compare(ctx context.Context, written *snapshot.World, m *diagram.Diagram) error {
	spaces := map[string]bool{}
	for ref := range written.Jobs {
		spaces[ref.Namespace] = true
	}
	there, err := o.readSpaces(ctx, spaces)
	if err != nil {
		return err
	}
	before, err := o.modelOf(there)
	if err != nil {
		return err
	}
	difference(m, before, written, there, spaces)
	return nil
}

// modelOf returns all of a cluster that a comparison may show; a JOB that only
// the manifests have is not missed there.
func (o *graphOptions) modelOf(there *snapshot.World) (*diagram.Diagram, error) {
	one := *o
	one.names = nil
	for _, name := range o.names {
		if refs, err := o.find(there, name); err == nil && len(refs) > 0 {
			one.names = append(one.names, name)
		}
	}
	if len(o.names) > 0 && len(one.names) == 0 {
		return &diagram.Diagram{}, nil
	}
	return one.model(there)
}

// difference marks the nodes and edges of a drawing of manifests by what they
// would change, and adds what only the cluster has.
func difference(m, before *diagram.Diagram, written, there *snapshot.World, spaces map[string]bool) {
	at := map[string]int{}
	for i, n := range m.Nodes {
		at[n.ID] = i
	}
	for i := range m.Nodes {
		n := &m.Nodes[i]
		mine, isWritten := written.Jobs[n.Ref]
		theirs, exists := there.Jobs[n.Ref]
		switch {
		case isWritten && !exists:
			n.Change = picture.Added
		case isWritten && dependsOtherwise(mine, theirs):
			n.Change = picture.Changed
		}
		if exists {
			was := diagram.NodeOf(there, n.Ref)
			n.State, n.Kind, n.Size, n.Done, n.Failed = was.State, was.Kind, was.Size, was.Done, was.Failed
			n.UID, n.Created, n.Started, n.Finished, n.Message = was.UID, was.Created, was.Started, was.Finished, was.Message
		}
	}
	for _, n := range before.Nodes {
		if _, both := at[n.ID]; both {
			continue
		}
		if _, exists := there.Jobs[n.Ref]; exists && spaces[n.Ref.Namespace] {
			n.Change = picture.Removed
		}
		m.Nodes = append(m.Nodes, n)
	}
	type key struct{ from, to, check string }
	had := map[key]bool{}
	for _, e := range before.Edges {
		had[key{e.From, e.To, e.Check}] = true
	}
	for i := range m.Edges {
		e := &m.Edges[i]
		if i, ok := at[e.To]; ok && m.Nodes[i].Kind == picture.CronJob {
			continue // what the templates of the cluster wait for is not read
		}
		if k := (key{e.From, e.To, e.Check}); !had[k] {
			e.Change = picture.Added
		} else {
			delete(had, k)
		}
	}
	for _, e := range before.Edges {
		if had[key{e.From, e.To, e.Check}] {
			e.Change = picture.Removed
			m.Edges = append(m.Edges, e)
		}
	}
}

// dependsOtherwise reports whether two Jobs of one name are told different things
// about their dependencies.
func dependsOtherwise(a, b gate.Job) bool {
	return a.DependsOn != b.DependsOn || a.Annotated != b.Annotated || a.OnFailure != b.OnFailure ||
		a.WaitTimeout != b.WaitTimeout || a.Hold != b.Hold || a.OnHold != b.OnHold
}

// readSpaces reads the Jobs of some namespaces, and what they wait for elsewhere.
func (o *graphOptions) readSpaces(ctx context.Context, spaces map[string]bool) (*snapshot.World, error) {
	w := snapshot.NewWorld(o.clock.Now())
	for _, space := range slices.Sorted(maps.Keys(spaces)) {
		one := *o.against
		one.Namespace = space
		read, _, err := one.Read(ctx, o.clock.Now())
		if err != nil {
			return nil, err
		}
		for _, job := range read.Jobs {
			w.Add(job)
		}
		maps.Copy(w.Unread, read.Unread)
	}
	return w, nil
}
