package picture

import (
	"fmt"
	"strings"
	"time"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

var now = time.Date(2026, 11, 23, 2, 10, 0, 0, time.UTC)

// graphOf returns a graph of Jobs in namespace ns, each written as
// "name state: prerequisites".
func graphOf(jobs ...string) *Graph {
	g := &Graph{Namespace: "ns", Now: now}
	for _, text := range jobs {
		head, before, _ := strings.Cut(text, ": ")
		name, state, _ := strings.Cut(head, " ")
		if state == "" {
			state = string(gate.StateWaiting)
		}
		ref := refOf(name)
		n := Node{ID: ref.String(), Kind: Job, Ref: ref, State: gate.State(state), Created: now.Add(-10 * time.Minute)}
		if n.State == gate.StateSucceeded || n.State == gate.StateRunning {
			n.Started = now.Add(-9 * time.Minute)
		}
		if n.State == gate.StateSucceeded {
			n.Finished = now.Add(-4 * time.Minute)
		}
		for prerequisite := range strings.SplitSeq(before, ", ") {
			if prerequisite == "" {
				continue
			}
			e := Edge{From: refOf(prerequisite).String(), To: n.ID, Check: prerequisite, Plain: true}
			g.Edges = append(g.Edges, e)
			n.Waits = append(n.Waits, prerequisite)
		}
		g.Nodes = append(g.Nodes, n)
	}
	states := map[string]gate.State{}
	for _, n := range g.Nodes {
		states[n.ID] = n.State
	}
	for i := range g.Edges {
		switch e := &g.Edges[i]; states[e.From] {
		case gate.StateSucceeded:
			e.Value = lang.True
		case gate.StateFailed, gate.StateSkipped:
			e.Value = lang.False
		}
	}
	return g
}

func refOf(name string) lang.Ref {
	if step, run, ok := strings.Cut(name, "@"); ok {
		ref := refOf(step)
		ref.Run = run
		return ref
	}
	if space, rest, ok := strings.Cut(name, "/"); ok {
		return lang.Job(space, rest)
	}
	return lang.Job("ns", name)
}

func (g *Graph) with(id string, change func(*Node)) *Graph {
	for i := range g.Nodes {
		if g.Nodes[i].ID == "ns/"+id {
			change(&g.Nodes[i])
		}
	}
	return g
}

// critical marks a way.
// otherRun has an edge mean a run of another time.
func (g *Graph) otherRun(from, to, at string) *Graph {
	for i := range g.Edges {
		if e := &g.Edges[i]; e.From == refOf(from).String() && e.To == refOf(to).String() {
			e.OtherRun, e.Runs = true, []string{at}
		}
	}
	return g
}

func (g *Graph) critical(names ...string) *Graph {
	for k, name := range names {
		g.with(name, func(n *Node) { n.Critical = true })
		for i := range g.Edges {
			if e := &g.Edges[i]; k > 0 && e.From == refOf(names[k-1]).String() && e.To == refOf(name).String() {
				e.Critical = true
			}
		}
	}
	return g
}

// set adds a set with members and those that wait for it.
func (g *Graph) set(name string, members []string, dependents ...string) *Graph {
	ref := refOf(name)
	g.Nodes = append(g.Nodes, Node{ID: ref.String(), Kind: Set, Ref: ref})
	for _, member := range members {
		g.Edges = append(g.Edges, Edge{From: refOf(member).String(), To: ref.String(), Member: true})
	}
	for _, dependent := range dependents {
		g.Edges = append(g.Edges, Edge{From: ref.String(), To: refOf(dependent).String(), Check: name, Plain: true})
	}
	return g
}

func numbered(count int, format string) []string {
	list := make([]string, count)
	for i := range list {
		list[i] = strings.ReplaceAll(format, "%d", fmt.Sprint(i))
	}
	return list
}

func shards() *Graph {
	g := graphOf(append(numbered(20, "shard-%d running: split"), "split succeeded", "merge", "shard-x failed: split")...)
	return g.set("shard-*", append(numbered(20, "shard-%d"), "shard-x"), "merge")
}

var examples = map[string]func() *Graph{
	"one": func() *Graph { return graphOf("alone pending") },
	"diamond": func() *Graph {
		return graphOf("extract succeeded", "customers running: extract", "orders failed: extract", "load blocked: customers, orders")
	},
	"critical": func() *Graph {
		return graphOf("extract succeeded", "clean running: extract", "enrich running: extract", "index: clean", "load: index, enrich", "mail: load").
			critical("clean", "index", "load", "mail")
	},
	"nets": func() *Graph {
		return graphOf("a succeeded", "b running", "c", "x: a, b, c", "y: a, b, c", "z: a, c", "end: x, y, z, a")
	},
	"fan-out": func() *Graph { return graphOf(append(numbered(60, "part-%d: split"), "split running")...) },
	"fan-in": func() *Graph {
		return graphOf(append(numbered(8, "part-%d running"), "sum: part-0, part-1, part-2, part-3, part-4, part-5, part-6, part-7")...)
	},
	"chain": func() *Graph {
		jobs := []string{"step-0 running"}
		for i := 1; i < 50; i++ {
			jobs = append(jobs, fmt.Sprintf("step-%d: step-%d", i, i-1))
		}
		return graphOf(jobs...)
	},
	"cycle": func() *Graph {
		return graphOf("start succeeded", "a blocked: c, start", "b blocked: a", "c blocked: b", "after: c")
	},
	"other-runs": func() *Graph {
		return graphOf("load: report", "report: load", "mail: report").otherRun("load", "report", "2026-11-29T03:00:00Z").
			otherRun("report", "load", "2026-11-30T02:00:00Z")
	},
	"run": func() *Graph {
		g := graphOf("extract@mon succeeded", "load@mon running: extract@mon", "clean@mon failed: extract@mon", "licence", "report@mon: load@mon, licence", "alarm@mon")
		id := "ns/*@mon as a whole"
		g.Nodes = append(g.Nodes, Node{ID: id, Kind: WholeRun, Ref: lang.Ref{Kind: lang.KindJob, Namespace: "ns", Name: "*", Run: "mon"}, State: gate.StateFailed, Size: 4, Done: 1, Failed: 1})
		for _, step := range []string{"extract@mon", "load@mon", "clean@mon", "report@mon"} {
			g.Edges = append(g.Edges, Edge{From: refOf(step).String(), To: id, Member: true})
		}
		g.Edges = append(g.Edges, Edge{From: id, To: refOf("alarm@mon").String(), Check: "failed(run)", Value: lang.True})
		g.Run, g.Title = "mon", "run mon"
		return g.with("alarm@mon", func(n *Node) { n.When, n.Name = "failed(run)", "alarm-12345678" })
	},
	"components": func() *Graph {
		return graphOf("a succeeded", "b running: a", "x failed", "y skipped: x", "z skipped: y", "lone pending")
	},
	"array": func() *Graph {
		return graphOf("split succeeded", "shards running: split", "merge: shards").
			with("shards", func(n *Node) { n.Kind, n.Size, n.Done, n.Failed = Array, 100, 52, 3 }).
			with("merge", func(n *Node) { n.When = "shards[0..99] >= 90%" })
	},
	"sets": shards,
	"namespaces": func() *Graph {
		return graphOf("raw/ingest succeeded", "etl/load running: raw/ingest", "report: etl/load", "mail: report")
	},
	"diff": func() *Graph {
		g := graphOf("a succeeded", "b: a", "c: b", "d: a").with("b", func(n *Node) { n.Change = Changed }).
			with("c", func(n *Node) { n.Change = Added }).with("d", func(n *Node) { n.Change = Removed })
		g.Edges[1].Change, g.Edges[2].Change = Added, Removed
		return g
	},
	"wide-signs": func() *Graph {
		return graphOf("作業-一 running", "作業-二: 作業-一", "e\u0301te\u0301: 作業-一", "end: 作業-二, e\u0301te\u0301")
	},
	"grid": func() *Graph {
		var jobs []string
		for layer := range 30 {
			for i := range 30 {
				job := fmt.Sprintf("job-%02d-%02d", layer, i)
				if layer > 0 {
					job += fmt.Sprintf(": job-%02d-%02d, job-%02d-%02d", layer-1, i, layer-1, (i+7)%30)
				}
				jobs = append(jobs, job)
			}
		}
		return graphOf(jobs...).with("job-12-05", func(n *Node) { n.State = gate.StateFailed })
	},
}
