package controller

import (
	"maps"
	"slices"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
	"depctl.dev/test/simulation"
)

// known is what the gate was told, and what follows from it, found out by
// looking at everything.
type known struct {
	simulation.Reference
	// all are the Jobs by their own names.
	all map[lang.Ref]gate.Job
	// owed are the outcomes that must stand for each Job, by its uid.
	owed map[types.UID]map[lang.Ref]*lang.Object
	// results are those that the gate has read, by the uid of the Job.
	results map[types.UID]*lang.Result
	// crons are the CronJobs, and ended the outcomes of their runs that the gate was told while it knew that they are
	// named, by the uid of the CronJob.
	crons map[lang.Ref]schedule.CronJob
	ended map[types.UID]map[time.Time]schedule.Outcome
	// met are the prerequisites that existed while each Job waited for them.
	met map[types.UID]map[string]bool
	// unread returns what the gate remembers for a Job whose text it has still to read.
	unread func(lang.Ref) (gate.RecordedOutcomes, bool)
}

func newKnown() *known {
	return &known{
		Reference: simulation.Reference{Now: simulation.Now, Parsed: map[simulation.Text]simulation.Parsed{}},
		met:       map[types.UID]map[string]bool{},
		unread:    func(lang.Ref) (gate.RecordedOutcomes, bool) { return nil, false },
	}
}

// forget is a new gate's: it knows nothing.
func (k *known) forget() {
	k.results, k.crons, k.ended = map[types.UID]*lang.Result{}, map[lang.Ref]schedule.CronJob{}, map[types.UID]map[time.Time]schedule.Outcome{}
	k.all, k.Seen, k.owed = map[lang.Ref]gate.Job{}, map[lang.Ref]gate.RecordedOutcomes{}, map[types.UID]map[lang.Ref]*lang.Object{}
	k.place()
}

// place finds out under which references the Jobs are known. No Job waits for its own step.
func (k *known) place() {
	k.Jobs = simulation.Place(slices.Collect(maps.Values(k.all)))
	for ref, job := range k.Jobs {
		delete(k.owed[job.UID], ref)
	}
}

// ref returns the reference under which a Job is known.
func (k *known) ref(job gate.Job) lang.Ref {
	for ref, other := range k.Jobs {
		if other.UID == job.UID {
			return ref
		}
	}
	return job.Ref()
}

func stands(ref lang.Ref, gone, there *lang.Object) bool {
	return gate.RecordedOutcome{Object: gone}.Stands(ref, there)
}

func (k *known) set(job gate.Job) {
	old, exists := k.all[job.Identity()]
	same := exists && old.UID == job.UID
	if same && older(job.ResourceVersion, old.ResourceVersion) {
		return
	}
	if exists && !same {
		delete(k.owed, old.UID)
	}
	k.read(&job)
	k.ran(job)
	k.all[job.Identity()] = job
	k.place()
	ref := k.ref(job)
	if !same {
		for _, owed := range k.owed {
			if gone, is := owed[ref]; is && gone.UID != string(job.UID) && !stands(ref, gone, job.Object) {
				delete(owed, ref)
			}
		}
	}
	switch {
	case !simulation.Waits(job):
		delete(k.owed, job.UID)
	case !same:
		k.owed[job.UID] = map[lang.Ref]*lang.Object{}
		for name, gone := range job.Seen {
			if taken, exists := k.Jobs[name]; !exists || string(taken.UID) == gone.Object.UID || gone.Stands(name, taken.Object) {
				k.owed[job.UID][name] = gone.Object
			}
		}
	}
	if same && old.DependsOn == job.DependsOn {
		return // labels never change
	}
	if seen, unread := k.unread(ref); same && unread { // edited once more before it was read
		maps.DeleteFunc(k.owed[job.UID], func(name lang.Ref, _ *lang.Object) bool { return seen[name].Object == nil })
	}
	for other := range k.Jobs {
		k.meet(other, ref)
		k.meet(ref, other)
	}
}

// meet notes that a Job waits for another one that exists.
func (k *known) meet(waiter, ref lang.Ref) {
	if !k.Names(waiter, ref) {
		return
	}
	uid := k.Jobs[waiter].UID
	if k.met[uid] == nil {
		k.met[uid] = map[string]bool{}
	}
	k.met[uid][string(k.Jobs[ref].UID)] = true
}

// remove takes in that a Job went. Who waits for it is owed its outcome; an earlier Job of its step counts again.
func (k *known) remove(identity lang.Ref) {
	job, exists := k.all[identity]
	if !exists {
		return
	}
	ref := k.ref(job)
	if job.Outcome() != lang.Undecided {
		for waiter, other := range k.Jobs {
			owed := k.owed[other.UID]
			if later, is := owed[ref]; owed != nil && k.Names(waiter, ref) && !(is && stands(ref, later, job.Object)) {
				owed[ref] = job.Object
			}
		}
	}
	delete(k.all, identity)
	delete(k.owed, job.UID)
	k.place()
	if earlier, counts := k.Jobs[ref]; counts { // all in one second: the one that is there counts
		for _, owed := range k.owed {
			if gone, is := owed[ref]; is && !stands(ref, gone, earlier.Object) {
				delete(owed, ref)
			}
		}
	}
	for waiter := range k.Jobs {
		k.meet(waiter, ref)
	}
}

func (k *known) replace(jobs map[lang.Ref]gate.Job) {
	for identity := range maps.Clone(k.all) {
		if _, exists := jobs[identity]; !exists {
			k.remove(identity)
		}
	}
	for _, job := range jobs {
		k.set(job)
	}
}

func (k *known) answered(job gate.Job) {
	if old, exists := k.all[job.Identity()]; exists && old.UID == job.UID {
		k.set(job)
	}
}

// right checks a decision that is about to be carried out.
func (p *player) right(ref lang.Ref, action gate.Action) {
	p.unasked()
	p.known.Seen[ref] = p.gate.store.entries[ref].seen
	p.remembered(ref)
	want := p.known.Decide(ref, nil)
	if run := p.gate.store.runs.of[gate.AllSteps(ref)]; want.Reason == gate.ReasonRunFailed && run != nil && run.unread > 0 {
		return // no step goes with its run while one of them is still to be read
	}
	_, got, _ := p.gate.store.decide(ref)
	require.Equal(p.t, want.Action, action, "%s: %s\nthe gate: %s %s\nfrom scratch: %s", ref, p.known.Jobs[ref].DependsOn, got.Reason, got.Message, want.Message)
}

// remembered checks that a Job knows the outcomes that it is owed, and none of a
// Job that was gone before it waited.
func (p *player) remembered(ref lang.Ref) {
	e := p.gate.store.entries[ref]
	for name, gone := range e.seen {
		p.toldTruth(gone.Object)
		require.True(p.t, p.known.met[e.job.UID][gone.Object.UID], "%s knows the outcome of %s, which it never waited for", ref, name)
		if taken, exists := p.known.Jobs[name]; exists && !gone.Stands(name, taken.Object) {
			require.Equal(p.t, string(taken.UID), gone.Object.UID, "%s knows an outcome of %s, whose name was taken again", ref, name)
		}
	}
	for name, owed := range p.known.owed[e.job.UID] {
		gone, seen := e.seen[name]
		require.True(p.t, seen && gone.Object.UID == owed.UID, "%s has forgotten the outcome of %s (%s): %s", ref, name, p.known.Jobs[ref].DependsOn, e.excess)
	}
}

// check compares the gate's state with one that is made from scratch.
func (p *player) check() {
	if !p.reread() {
		return
	}
	p.unasked()
	for p.gate.store.judging {
		p.gate.store.judgeSlice(1000)
	}
	require.Len(p.t, p.gate.store.entries, len(p.known.Jobs))
	p.recorded()
	for ref := range p.known.Jobs {
		p.remembered(ref)
		p.known.Seen[ref] = p.gate.store.entries[ref].seen
	}
	graph := p.known.Graph()
	for ref := range p.known.Jobs {
		_, got, exists := p.gate.store.decide(ref)
		require.True(p.t, exists)
		want := p.known.Decide(ref, graph)
		p.toldTruth(p.gate.store.entries[ref].job.Object)
		require.Equal(p.t, want.Action, got.Action, "%s: %s\nthe gate: %s\nfrom scratch: %s", ref, p.known.Jobs[ref].DependsOn, got.Message, want.Message)
		require.Equal(p.t, want.Reason, got.Reason, "%s: %s\nthe gate: %s\nfrom scratch: %s", ref, p.known.Jobs[ref].DependsOn, got.Message, want.Message)
		require.Equal(p.t, want.Message, got.Message, ref)
	}
}

// reread has the gate read the texts that are still to be read, and reports whether it
// could: a Job may be gone and the gate not know it yet.
func (p *player) reread() bool {
	all := true
	for ref := range p.known.Jobs {
		if !p.gate.store.toRead(ref) {
			continue
		}
		job := p.cluster.Get(ref.Namespace, p.known.Jobs[ref].Name)
		if job == nil {
			all = false
			continue
		}
		p.known.answered(gate.Observe(job))
		p.gate.store.reread(job)
		all = all && !p.gate.store.toRead(ref) // it may be another one by now
	}
	return all
}

// idle checks that a gate with nothing in its queue has nothing to do.
func (p *player) idle() {
	for ref := range p.gate.store.entries {
		job, d, _ := p.gate.store.decide(ref)
		require.NotEqual(p.t, gate.Releasing, d.Action, "%s is not released: %s", ref, job.DependsOn)
		require.NotEqual(p.t, gate.Failing, d.Action, "%s is not failed: %s", ref, job.DependsOn)
		_, guarding, _ := p.gate.store.guarding(ref)
		require.Equal(p.t, gate.KeepGuard, guarding, "the finalizer of %s is not looked at", ref)
		_, _, _, unsaved := p.gate.store.unsaved(ref)
		require.False(p.t, unsaved, "%s has not got its outcomes", ref)
		if simulation.Waits(job) {
			require.Equal(p.t, d.Reason, p.decided[ref], "%s was not looked at again", ref)
		}
	}
}

// over checks what is left at the end.
func (p *player) over() {
	p.idle()
	p.written()
	require.Empty(p.t, p.steps, "somebody waits for a name forever")
	for _, ref := range p.gate.gauge.Jobs() {
		require.True(p.t, simulation.Waits(p.gate.store.entries[ref].job), "%s is counted, and waits no more", ref)
	}
	for _, job := range p.cluster.Jobs() {
		ref := p.known.ref(gate.Observe(job))
		p.spokenOf(job)
		require.Nil(p.t, job.DeletionTimestamp, "the deletion of %s is held up", ref)
		if slices.Contains(job.Finalizers, gate.OutcomeFinalizer) {
			needed := false
			for other := range p.known.Jobs {
				needed = needed || p.known.Names(other, ref)
			}
			needed = needed || gate.Observe(job).CronJob != ""
			require.True(p.t, needed, "nobody needs the finalizer of %s", ref)
		}
	}
}

// spokenOf checks that the last thing said of a Job is true: every lost event,
// every late write and every gate that died before it came to that included.
func (p *player) spokenOf(job *batchv1.Job) {
	ref := p.known.ref(gate.Observe(job))
	at := slices.IndexFunc(job.Status.Conditions, func(c batchv1.JobCondition) bool { return c.Type == gate.ConditionType })
	observed, d, _ := p.gate.store.decide(ref)
	held := simulation.Waits(observed) && d.Action == gate.Waiting
	if at < 0 {
		require.False(p.t, held, "nothing was said of %s", ref)
		return
	}
	switch said := job.Status.Conditions[at]; {
	case simulation.IsReleased(job):
		require.Equal(p.t, corev1.ConditionTrue, said.Status, "%s was released, and is said to be %s", ref, said.Reason)
	case held:
		require.Equal(p.t, []string{d.Reason, d.Message}, []string{said.Reason, said.Message}, ref)
	case observed.Outcome() == lang.Skipped:
		require.Equal(p.t, observed.Object.Reason, said.Reason, ref)
	}
}

// ends returns how every Job ended.
func (p *player) ends() map[string]string {
	ends := map[string]string{}
	for _, job := range p.cluster.Jobs() {
		j, d, _ := p.gate.store.decide(p.known.ref(gate.Observe(job)))
		ends[job.Namespace+"/"+job.Name] = string(gate.StateOf(j, d)) + " " + j.Object.Reason + " " + d.Message
	}
	return ends
}
