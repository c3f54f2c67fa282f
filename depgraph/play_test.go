package depgraph

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"depctl.dev/lang"
)

// game plays operations on a Graph and on the naive model and compares what they
// say.
type game struct {
	t     require.TestingT
	g     *Graph
	model naive
	// replaced says that the last operation came with another object.
	replaced bool
	// reports are the cycles as they were told, and stale those of which something
	// else could be read since.
	reports map[lang.Ref]string
	stale   map[lang.Ref]bool
	// ending are the objects that are about to end, and unblockable those of which it
	// was told that only such ones keep them waiting.
	ending      map[*lang.Object]bool
	unblockable map[lang.Ref]bool
}

// operationSize is how many bytes say one operation.
const operationSize = 5

// play reads operations from bytes, so that a fuzzer can make them up.
func play(t require.TestingT, operations []byte) {
	p := game{t: t, g: New(), model: naive{}, reports: map[lang.Ref]string{}, stale: map[lang.Ref]bool{}, ending: map[*lang.Object]bool{}, unblockable: map[lang.Ref]bool{}}
	p.g.KeepRanks(lengthByName)
	for len(operations) >= operationSize {
		p.operation([operationSize]byte(operations))
		p.ranks(operations[4])
		operations = operations[operationSize:]
	}
	p.settle()
}

func (p *game) operation(b [operationSize]byte) {
	ref := jobAt(b[0] >> 3)
	switch b[0] & 7 {
	case 0:
		p.remove(ref)
	case 1:
		if b[1] == 0 {
			p.settle()
		} else {
			p.slice(int(b[1] >> 3))
		}
	case 2:
		p.spend(ref, b[1]&1 == 0)
	default:
		p.set(ref, b)
	}
	p.compare()
}

func jobAt(b byte) lang.Ref {
	ref := lang.Job([]string{"m", "n"}[b&1], fmt.Sprintf("j%d", b>>1%6))
	if b>>1%16 >= 12 {
		ref.Run = "k"
	}
	return ref
}

// expression makes an expression of two bytes; 0 makes none.
func expression(shape, names byte) string {
	a, b, c := jobAt(names), jobAt(names>>2), jobAt(names>>4)
	texts := []string{
		"", "%[1]s", "%[1]s, %[2]s", "%[1]s, %[2]s, %[3]s, %[1]s", "%[1]s or %[2]s", "%[1]s, (%[2]s or %[3]s)",
		"finished(%[1]s)", "not failed(%[1]s), %[2]s", "started(%[1]s) or skipped(%[2]s)", "exists(%[1]s), %[3]s",
		"j*", "n/j? >= 2", "{a}", "m/{a=b, c}, %[1]s", "failed(%[1]s, %[2]s, %[3]s) >= 1", "succeeded(%[1]s, m/{a}) >= 1",
		"finished(j*, made=before)", "succeeded(%[1]s, %[2]s, %[3]s) == 1", "%[1]s + 10m", "skipped(%[1]s)", "n/j1, %[2]s",
		"%[1]s, (finished({a}) >= 2 or %[2]s)", "failed(j*) > 1, started(%[3]s)", "finished(%[1]s, %[2]s, j*) >= 4", "not failed(%[1]s, %[2]s) == 1 or n/j? > 0",
		"(ready(n/j*) >= 2 or %[1]s + 1m), exists({c}) > 1", "failed({a}, j1, {c}) >= 1", "not (started(m/*) or not j*)",
		"run", "failed(run) or %[1]s", "n/j1@, %[2]s", "finished(run@k), absent(j1) + 1m", "*@k >= 2 or j2@k",
	}
	text := texts[int(shape)%len(texts)]
	if len(text) == 0 {
		return ""
	}
	return fmt.Sprintf(text+"%.0[1]s%.0[2]s%.0[3]s", a, b, c)
}

func (p *game) set(ref lang.Ref, b [operationSize]byte) {
	n := Node{
		Object: &lang.Object{UID: fmt.Sprint(len(p.model))},
		Labels: [...]map[string]string{nil, {"a": "b"}, {"a": "b", "c": "d"}, {"c": "d"}}[b[1]>>3&3],
		Waits:  b[1]&128 == 0, FailsWhenFalse: b[1]&64 == 0, Relaxes: b[4]&192 == 0, Ends: b[4]&7 == 0, SeesOtherwise: b[4]&56 == 56,
	}
	switch b[1] & 7 {
	case 1:
		n.Object.Started = true
	case 2:
		n.Object.Outcome = lang.Succeeded
	case 3:
		n.Object.Outcome = lang.Failed
	case 4:
		n.Object.Outcome = lang.Skipped
	case 5:
		n.Object.Problem = &lang.Problem{}
	}
	old, known := p.model[ref]
	if known && old.Object.UID == n.Object.UID && p.ending[old.Object] {
		p.ending[n.Object] = true
	}
	if known && b[1]&32 != 0 {
		n.Object = old.Object
	}
	if text := expression(b[2], b[3]); text != "" {
		n.Expr = parse(p.t, text)
		if known && old.Expr != nil && old.Expr.String() == n.Expr.String() {
			n.Expr = old.Expr
		}
	}
	dependents := append(p.model.dependents(ref), ref)
	before, problem := p.model.verdicts(), problem(old.Object)
	p.model[ref], p.replaced = n, old.Object != n.Object
	dependents = append(dependents, p.model.dependents(ref)...)
	affected := p.g.Set(ref, n)
	p.affected(ref, before, dependents, affected, problem != n.Object.Problem || gone(old.Object, n.Object))
}

func (p *game) remove(ref lang.Ref) {
	dependents, before, old := p.model.dependents(ref), p.model.verdicts(), p.model[ref].Object
	delete(p.model, ref)
	delete(p.reports, ref)
	delete(p.stale, ref)
	p.replaced = old != nil
	affected := p.g.Remove(ref)
	require.NotContains(p.t, affected, ref)
	p.affected(ref, before, dependents, affected, problem(old) != nil || gone(old, nil))
}

// affected checks that whoever was named had a reason, and that everybody was
// whose verdict changed.
func (p *game) affected(ref lang.Ref, before map[lang.Ref]verdict, dependents, affected []lang.Ref, fixed bool) {
	require.True(p.t, slices.IsSortedFunc(affected, lang.Ref.Compare))
	require.Subset(p.t, append(dependents, ref), affected)
	for other, one := range p.model {
		if other == ref {
			continue // whoever changes it knows
		}
		changed := before[other] != p.model.verdict(other)
		if changed {
			require.Contains(p.t, affected, other, "by %s", ref)
		}
		if one.SeesOtherwise && p.model.names(other, ref) && p.replaced {
			require.Contains(p.t, affected, other, "by %s", ref)
		}
		if one.Expr != nil && counted(one.Expr) && !one.SeesOtherwise && !changed && !fixed {
			require.NotContains(p.t, affected, other, "by %s", ref)
		}
	}
}

// counted reports whether all that an expression asks for is counted: then nobody is told
// of it for nothing.
func counted(e *lang.Expr) bool {
	return !e.Elementwise() && !slices.ContainsFunc(e.Checks(), func(c *lang.Check) bool {
		sets := map[lang.Ref]bool{}
		for _, target := range c.Targets {
			if target.Ref.IsSet() {
				sets[target.Ref] = true
			}
		}
		return !c.Counts() || len(sets) > 1
	})
}

func (p *game) spend(ref lang.Ref, ending bool) {
	if one, known := p.model[ref]; known {
		p.ending[one.Object] = ending
	}
	p.g.MarkEnding(ref, ending)
}

// press compares who waits for nothing but ending objects, and which these are.
func (p *game) press() {
	var want []lang.Ref
	for _, ref := range p.model.refs() {
		was := p.unblockable[ref]
		p.unblockable[ref] = false
		if e := p.model[ref].Expr; e == nil || e.Names() == nil {
			require.Equal(p.t, p.g.lookup(ref) != nil, p.g.WouldUnblock(ref))
			continue
		}
		var ending []lang.Ref
		others := false
		for _, name := range p.model[ref].Expr.Names() {
			name = name.Resolve(ref)
			switch o := p.model[name].Object; {
			case o == nil, o.Problem != nil, o.Outcome == lang.Undecided && !p.ending[o]:
				others = true
			case o.Outcome == lang.Undecided:
				ending = append(ending, name)
			}
		}
		p.unblockable[ref] = !others && len(ending) > 0 // there are fewer objects than maxNudgeable
		require.Equal(p.t, p.unblockable[ref], p.g.WouldUnblock(ref), "is %s unblocked", ref)
		if p.unblockable[ref] && !was {
			want = append(want, ending...)
		}
	}
	slices.SortFunc(want, lang.Ref.Compare)
	got := p.g.TakeNudgeable()
	for _, ref := range slices.Compact(want) {
		require.Contains(p.t, got, ref, "is pressed for an end")
	}
	for _, ref := range got {
		require.True(p.t, p.ending[p.model[ref].Object] && p.model[ref].Object.Outcome == lang.Undecided, "%s is said to be nudgeable", ref)
	}
	require.Empty(p.t, p.g.TakeNudgeable())
}

// settle compares the deadlocks with those of a graph that is built in one go.
func (p *game) settle() {
	p.tell(p.g.Settle())
	fresh := p.model.rebuilt()
	require.Equal(p.t, texts(fresh.Stuck()), texts(p.g.Stuck()))
	require.Len(p.t, p.g.sccs, len(fresh.sccs))
	for ref := range p.model {
		now := texts(p.g.Cycle(ref))
		require.Equal(p.t, texts(fresh.Cycle(ref)), now)
		require.Equal(p.t, p.reports[ref], now, "%s is not told", ref)
	}
	affected, left := p.g.SettleFor(1)
	require.Empty(p.t, affected)
	require.False(p.t, left)
}

// slice does a part of what settle does.
func (p *game) slice(steps int) {
	affected, _ := p.g.SettleFor(steps)
	p.tell(affected)
}

// tell checks that whoever is told of another cycle was told of another one before, or
// could have read one since.
func (p *game) tell(affected []lang.Ref) {
	require.True(p.t, slices.IsSortedFunc(affected, lang.Ref.Compare))
	for _, ref := range affected {
		now := texts(p.g.Cycle(ref))
		require.True(p.t, p.stale[ref] || now != p.reports[ref], "%s is told about", ref)
		p.reports[ref], p.stale[ref] = now, false
	}
}

// cycles checks that every cycle which is reported is there at that moment.
func (p *game) cycles() {
	waits := func(ref lang.Ref) bool {
		one := p.model[ref]
		return one.Waits && one.Expr != nil && one.Object.Outcome == lang.Undecided
	}
	for ref := range p.model {
		cycle := p.g.Cycle(ref)
		p.stale[ref] = p.stale[ref] || texts(cycle) != p.reports[ref]
		require.True(p.t, cycle == nil || waits(ref), "%s waits no more", ref)
		for i, one := range cycle {
			next := cycle[(i+1)%len(cycle)]
			require.True(p.t, waits(one) && p.model.names(one, next), "%s does not wait for %s", one, next)
		}
	}
}

// usage counts what is named and is not there, and the members of sets: each once,
// and for one of those who name it.
func (p *game) usage() {
	virtual, sets := map[lang.Ref]bool{}, map[lang.Ref]bool{}
	most := map[string]int{}
	for dependent, node := range p.model {
		if node.Expr == nil {
			continue
		}
		mine := map[lang.Ref]bool{}
		for _, e := range node.Expr.Edges() {
			if ref := e.Ref.Resolve(dependent); ref.IsSet() {
				sets[ref] = true
			} else if node, there := p.model[ref]; !there || node.Object == nil {
				virtual[ref], mine[ref] = true, true
			}
		}
		most[dependent.Namespace] += len(mine)
	}
	members := 0
	for set := range sets {
		for ref := range p.model {
			if p.model.has(set, ref) && p.model[ref].Object != nil {
				members++
			}
		}
	}
	m, n := p.g.Usage("m"), p.g.Usage("n")
	require.Equal(p.t, len(virtual), m.Virtual+n.Virtual)
	require.LessOrEqual(p.t, m.Virtual, most["m"])
	require.LessOrEqual(p.t, n.Virtual, most["n"])
	require.Equal(p.t, members, m.Members+n.Members)
}

func (p *game) compare() {
	p.press()
	p.cycles()
	require.Equal(p.t, texts(p.model.refs()), texts(p.g.Refs()))
	require.Equal(p.t, len(p.model.refs()), p.g.Len())
	for _, ref := range p.model.refs() {
		require.Equal(p.t, texts(p.model.dependents(ref)), texts(p.g.Dependents(ref)), "dependents of %s", ref)
		require.Same(p.t, p.model[ref].Object, p.g.Object(ref))
		require.Same(p.t, p.model[ref].Expr, p.g.Expr(ref))
		var want []lang.Ref
		for _, other := range p.model.refs() {
			if p.model.names(ref, other) {
				want = append(want, other)
			}
		}
		got := p.g.Prerequisites(ref)
		slices.SortFunc(got, lang.Ref.Compare)
		require.Equal(p.t, texts(want), texts(got), "prerequisites of %s", ref)
	}
	p.usage()
	for _, set := range []lang.Ref{lang.Job("n", "j*"), lang.Job("m", "{a}"), lang.Job("m", "{z}")} {
		self := jobAt(3)
		want, _ := seenBy{p.model, self}.Members(set)
		got := p.g.Members(set, self)
		require.Equal(p.t, len(want), len(got))
		for i := range want {
			require.Equal(p.t, want[i].Name, got[i].Name)
			require.Same(p.t, want[i].Object, got[i].Object)
		}
	}
	placed := 0
	layers, cyclic := p.g.Layers()
	for _, layer := range layers {
		placed += len(layer)
	}
	require.Equal(p.t, p.g.Len(), placed+len(cyclic))
}

// TestGraphIsTheNaiveModel plays random operations.
func TestGraphIsTheNaiveModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		play(t, rapid.SliceOfN(rapid.Byte(), 10*operationSize, 40*operationSize).Draw(t, "operations"))
	})
}

// FuzzGraph plays operations that a fuzzer makes up.
func FuzzGraph(f *testing.F) {
	for _, seed := range []string{
		"",
		"\x02\x00\x01\x02\x01" + "\x12\x00\x01\x00\x01" + "\x01\x00\x00\x00\x00" + "\x02\x02\x00\x00\x01",
		"\x02\x00\x04\x42\x01" + "\x12\x00\x02\x81\x01" + "\x22\x03\x00\x00\x01" + "\x01\x00\x00\x00\x00" + "\x00\x00\x00\x00\x00",
		"\x02\x00\x0a\x00\x01" + "\x12\x08\x0a\x00\x01" + "\x22\x10\x0c\x00\x01" + "\x12\x00\x10\x00\x01" + "\x10\x00\x00\x00\x00",
		"\x02\x40\x07\x12\x01" + "\x12\x40\x06\x20\x01" + "\x0a\x40\x11\x21\x00" + "\x01\x00\x00\x00\x00" + "\x12\x04\x00\x00\x01",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, operations []byte) {
		if len(operations) > 60*operationSize {
			t.Skip("long enough before")
		}
		play(t, operations)
	})
}

// TestWhatIsReportedAndTakenBackIsNotTold has a judgement under way that finds a deadlock of
// which the last change has made an end.
func TestWhatIsReportedAndTakenBackIsNotTold(t *testing.T) {
	t.Parallel()
	play(t, []byte{
		0x0b, 0x00, 0x02, 0x01, 0x40, // n/j0 waits for itself and for m/j0
		0x03, 0x00, 0x01, 0x00, 0x00, // m/j0 waits for itself
		0x01, 0xd8, 0x00, 0x00, 0x00, // 27 steps of a judgement
		0x00, 0x00, 0x00, 0x00, 0x00, // m/j0 goes
		0x03, 0x03, 0x00, 0x00, 0x00, // and is there again, and has failed
	})
}
