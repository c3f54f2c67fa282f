package snapshot

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/cause"
	"depctl.dev/cli/explanation"
	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// World is every Job that was read, and the graph that they make.
type World struct {
	Graph *depgraph.Graph
	Jobs  map[lang.Ref]gate.Job
	// Invalid has the mistakes in the expressions that cannot hold.
	Invalid map[lang.Ref]error
	// Unread says, of objects and sets that may exist, why they could not
	// be read.
	Unread map[lang.Ref]string
	// Ends has what the conditions of Jobs that have failed say, and Causes why Jobs do not
	// run, or have failed, where that was read. NoGate says why no gate releases any Job.
	Ends   map[lang.Ref]string
	Causes map[lang.Ref][]cause.Cause
	NoGate string
	// Expected is how long Jobs run, as their annotations have it.
	Expected map[lang.Ref]string
	// Podless has the Jobs without completions, as true, and those without parallelism.
	Podless map[lang.Ref]bool
	// Access is what service accounts may see in other namespaces: all of it where
	// nobody can be asked, and hearsay where there is a cluster.
	Access gate.Access
	// Reach is how the gate runs, and pods has those of elements, where they were read.
	Reach Reach
	Pods  map[types.UID][]gate.Pod
	// Heard is when a gate was last heard of: it released a Job, or wrote a condition.
	Heard time.Time
	// Kinds are those that can be looked up besides Jobs.
	Kinds gate.FixedKinds
	// CronJobs are those that were read, with their runs.
	CronJobs *gate.CronJobs
	// Answers are what looks at the Jobs of their runs have shown, and asked which are needed.
	Answers map[lang.Ref]schedule.Answers
	asked   map[lang.Ref]bool
	// Templates are the CronJobs of files, as they are written.
	Templates map[lang.Ref]*batchv1.CronJob
	// Live are the CronJobs of a cluster whose templates were read.
	Live map[lang.Ref]*batchv1.CronJob
	// Unmade are Jobs that Kubernetes is still to make of CronJobs.
	Unmade map[lang.Ref]bool
	// Limits are those that were read, and ledger who has tokens of them.
	Limits Limits
	ledger *ledger
	// played says that a simulation changes the world: what cannot be known is taken for
	// granted.
	played bool
	// maxStarting is how many pods may be starting in a simulation, 0 for any number.
	maxStarting int64
	// Past are Jobs of a cluster that tell how long those of files take.
	Past map[lang.Ref]gate.Job
	// failures are those of runs, as they were last worked out.
	failures failures
	// Now is when the Jobs were read.
	Now time.Time
	// keys has where the Jobs of runs are known, by their own names.
	keys map[lang.Ref]lang.Ref
	// decided is nil unless what is decided is kept; see Still.
	decided *decided
}

// NewWorld returns an empty world of a moment.
func NewWorld(now time.Time) *World {
	return &World{
		Graph:    depgraph.New(),
		Jobs:     map[lang.Ref]gate.Job{},
		Invalid:  map[lang.Ref]error{},
		Unread:   map[lang.Ref]string{},
		Ends:     map[lang.Ref]string{},
		Causes:   map[lang.Ref][]cause.Cause{},
		Expected: map[lang.Ref]string{},
		Podless:  map[lang.Ref]bool{},
		Access:   gate.Open{},
		Pods:     map[types.UID][]gate.Pod{},
		CronJobs: gate.NewCronJobs(),
		Answers:  map[lang.Ref]schedule.Answers{},
		asked:    map[lang.Ref]bool{},
		Unmade:   map[lang.Ref]bool{},

		Templates: map[lang.Ref]*batchv1.CronJob{},
		Live:      map[lang.Ref]*batchv1.CronJob{},
		Now:       now,
		keys:      map[lang.Ref]lang.Ref{},
	}
}

// Add adds a Job, or replaces the one of the same name. Of several Jobs of one step the
// latest counts, and the others are there as superseded.
func (w *World) Add(job gate.Job) {
	step := job.Step()
	if known := w.RefOf(job.Identity()); known != step {
		w.drop(known)
	}
	holder, held := w.Jobs[step]
	job.Superseded = false
	if held && step.Run != "" && holder.Name != job.Name {
		if job.Superseded = gate.Newer(holder, job); !job.Superseded {
			holder.Superseded = true
			w.put(holder)
		}
	}
	w.put(job)
}

func (w *World) put(job gate.Job) {
	ref := job.Ref()
	w.CronJobs.SetJob(job)
	delete(w.Invalid, ref)
	if ref.Run != "" {
		w.keys[job.Identity()] = ref
	}
	var expr *lang.Expr
	if job.Annotated {
		parsed, err := job.Parse()
		if err != nil {
			w.Invalid[ref] = err
		} else {
			expr = parsed
		}
	}
	w.Jobs[ref] = job
	w.Graph.Set(ref, job.Node(expr))
}

// RefOf returns the reference under which the Job of this name is known: in a run that of
// its step.
func (w *World) RefOf(identity lang.Ref) lang.Ref {
	if ref, step := w.keys[identity]; step {
		return ref
	}
	return identity
}

// Observe adds a Job of a cluster, or replaces the one of the same name.
func (w *World) Observe(job *batchv1.Job) {
	w.Add(gate.Observe(job))
	w.Note(job)
}

// Note keeps of a Job what no decision looks at.
func (w *World) Note(job *batchv1.Job) {
	w.NoteLength(job)
	record := explanation.RecordOf(job)
	if r := record.Release; r != nil && r.By == gate.ByGate {
		w.Heard = later(w.Heard, r.At)
	}
	ref := gate.StepRef(job.Namespace, job.Name, job.Labels)
	if delete(w.Ends, ref); record.FailedMessage != "" {
		w.Ends[ref] = record.FailedMessage
	}
	for _, c := range job.Status.Conditions {
		if c.Type == gate.ConditionType {
			w.Heard = later(w.Heard, c.LastProbeTime.Time)
		}
	}
}

// Put adds an object of another kind, or replaces the one of the same name.
func (w *World) Put(ref lang.Ref, o *lang.Object, labels map[string]string) {
	if o.Ready {
		o.ReadyAt = w.Now // nobody knows since when
	}
	w.Graph.Set(ref, depgraph.Node{Object: o, Labels: labels})
}

// Assume adds an object of another kind than Job as it is at its best: ready, or succeeded. It
// reports whether there is such a kind.
func (w *World) Assume(ref lang.Ref) bool {
	of, known := kind.Of(ref.Kind)
	if !known {
		return false
	}
	if w.Kinds == nil {
		w.Kinds = gate.FixedKinds{}
	}
	w.Kinds[ref.Kind] = gate.FixedKind{Resource: gate.ResourceOf(of)}
	o := &lang.Object{Created: w.Now, Started: true, StartedAt: w.Now, Ready: true}
	if of.Default() == string(lang.StatusSucceeded) {
		o.Ready, o.Outcome, o.Finished = false, lang.Succeeded, w.Now
	}
	w.Put(ref, o, nil)
	return true
}

// PutCronJob adds a CronJob, or replaces the one of the same name.
func (w *World) PutCronJob(facts schedule.CronJob) {
	w.CronJobs.Set(facts)
	w.Graph.Set(gate.CronJobRef(facts.Namespace, facts.Name), depgraph.Node{Object: &lang.Object{UID: string(facts.UID), Created: facts.Created}})
}

// Remove forgets the Job of this name, which is gone. If it was the latest of its step, the
// one before counts again.
func (w *World) Remove(identity lang.Ref) {
	ref := w.RefOf(identity)
	delete(w.keys, identity)
	w.drop(ref)
	if ref.Run == "" {
		return
	}
	var before gate.Job
	for _, job := range w.Jobs {
		if job.Superseded && job.Step() == ref && (before.Name == "" || gate.Newer(job, before)) {
			before = job
		}
	}
	if before.Name != "" {
		w.Add(before)
	}
}

func (w *World) drop(ref lang.Ref) {
	if job, there := w.Jobs[ref]; there {
		w.CronJobs.RemoveJob(job)
	}
	delete(w.Jobs, ref)
	delete(w.Invalid, ref)
	delete(w.Expected, ref)
	delete(w.Podless, ref)
	w.Graph.Remove(ref)
}

// Settle is to be called when all Jobs are there that will be, before anything is
// decided. What was decided before is forgotten.
func (w *World) Settle() {
	w.decided = nil
	w.Graph.Settle()
	access := w.Access
	if h, ok := access.(Hopeful); ok {
		access = h.Access
	}
	if r, ok := access.(*Hearsay); ok {
		r.hear(w)
	}
	w.settleTokens()
}

// Source is where Jobs come from.
type Source interface {
	// Read returns the Jobs as they are now, and notes for people about what
	// was left out.
	Read(ctx context.Context, now time.Time) (*World, []string, error)
}
