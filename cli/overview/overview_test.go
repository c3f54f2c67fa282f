package overview

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"depctl.dev/cli/cause"
	"depctl.dev/cli/simulate"
	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

type fake struct {
	graph  *depgraph.Graph
	jobs   map[lang.Ref]gate.Job
	causes map[lang.Ref][]cause.Cause
}

func newFake() *fake {
	return &fake{depgraph.New(), map[lang.Ref]gate.Job{}, map[lang.Ref][]cause.Cause{}}
}

func (f *fake) put(name, dependsOn string) lang.Ref {
	job := gate.Job{Namespace: "ns", Name: name, Annotated: dependsOn != "", DependsOn: dependsOn, Suspended: dependsOn != "", Object: &lang.Object{}}
	job.Created = noon.Add(-time.Duration(len(f.jobs)) * time.Minute)
	expr, _ := job.Parse()
	f.jobs[job.Ref()] = job
	f.graph.Set(job.Ref(), job.Node(expr))
	return job.Ref()
}

func (f *fake) Job(ref lang.Ref) (gate.Job, bool) {
	job, ok := f.jobs[ref]
	return job, ok
}

func (f *fake) Decision(ref lang.Ref) gate.Decision {
	return gate.Decide(gate.Snapshot{
		Job: f.jobs[ref], Expr: f.graph.Expr(ref), Now: noon, World: gate.World{Graph: f.graph, Self: ref, Access: gate.Open{}}, Cycle: f.graph.Cycle(ref),
	})
}

func (f *fake) Expect(lang.Ref) simulate.Expectation  { return simulate.Expectation{} }
func (f *fake) Causes(ref lang.Ref) []cause.Cause     { return f.causes[ref] }
func (f *fake) Prerequisites(ref lang.Ref) []lang.Ref { return f.graph.Prerequisites(ref) }
func (f *fake) Dependents(ref lang.Ref) []lang.Ref    { return f.graph.Dependents(ref) }
func (f *fake) State(lang.Ref) (gate.State, string)   { return gate.StateMissing, "" }

func (f *fake) overview() *Overview {
	f.graph.Settle()
	var refs []lang.Ref
	for ref := range f.jobs {
		refs = append(refs, ref)
	}
	return Of(f, refs, 0)
}

func TestBlockersAreRanked(t *testing.T) {
	f := newFake()
	f.put("runs", "")
	f.put("a", "runs")
	f.put("b", "a, missing")
	f.put("c", "b or runs")
	f.put("ring-1", "ring-2")
	f.put("ring-2", "ring-1")
	f.put("behind", "ring-2")
	o := f.overview()
	var got []string
	for _, b := range o.Blockers {
		got = append(got, fmt.Sprintf("%s %s %d", b.Ref.Name, b.State, b.HoldsUp))
	}
	require.Equal(t, []string{"runs pending 3", "missing missing 2", "ring-1 blocked 2", "ring-2 blocked 2"}, got)
	require.Equal(t, "behind", o.Oldest.Ref.Name)
	require.Equal(t, 7, o.Jobs)
	require.Equal(t, 4, o.Counts[gate.StateWaiting])
}

// The search with 64 bits at once finds what one search for each finds.
func TestWhatIsHeldUpIsCountedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newFake()
		n := rapid.IntRange(1, 100).Draw(t, "jobs")
		for i := range n {
			text := fmt.Sprintf("root-%d", rapid.IntRange(0, 90).Draw(t, "root"))
			for range rapid.IntRange(0, min(3, n-1)).Draw(t, "more") {
				text += fmt.Sprintf(", j-%d", rapid.IntRange(0, n-1).Filter(func(j int) bool { return j != i }).Draw(t, "prerequisite"))
			}
			f.put(fmt.Sprintf("j-%d", i), text)
		}
		for _, b := range f.overview().Blockers {
			seen, list := map[lang.Ref]bool{b.Ref: true}, []lang.Ref{b.Ref}
			for at := 0; at < len(list); at++ {
				for _, dependent := range f.graph.Dependents(list[at]) {
					if !seen[dependent] {
						seen[dependent] = true
						list = append(list, dependent)
					}
				}
			}
			require.Equal(t, len(list)-1, b.HoldsUp, b.Ref)
		}
	})
}

func TestTroubleIsCountedByCause(t *testing.T) {
	f := newFake()
	code := int32(3)
	full := cause.Cause{Reason: cause.ReasonUnschedulable, Message: "no node", Pods: 2}
	broken := cause.Cause{Reason: cause.ReasonError, Container: "main", ExitCode: &code, Pods: 1}
	for name, causes := range map[string][]cause.Cause{"gpu-1": {full}, "gpu-2": {full, broken}, "broken": {broken}, "well": nil} {
		f.causes[f.put(name, "")] = causes
	}
	f.graph.Settle()
	var refs []lang.Ref
	for _, name := range []string{"broken", "gpu-1", "gpu-2", "well"} {
		refs = append(refs, lang.Job("ns", name))
	}
	var got []string
	for _, trouble := range Of(f, refs, 0).Trouble {
		got = append(got, fmt.Sprintf("%d like %s: %s; %s", trouble.Jobs, trouble.Example.Name, trouble.Cause, trouble.See))
	}
	require.Equal(t, []string{
		"2 like gpu-1: Unschedulable (4 pods): no node; depctl explain gpu-1 -n ns",
		"1 like broken: exit code 3 in container main; depctl explain broken -n ns",
	}, got, "the first cause of each Job counts")
}
