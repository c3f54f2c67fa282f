package explanation

import (
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Elements is where the elements of an array stand whose expression speaks of single
// ones. Every element is in one of the lists, as in "0-3,7".
type Elements struct {
	Size      int64  `json:"size"`
	Succeeded string `json:"succeeded,omitempty"`
	Failed    string `json:"failed,omitempty"`
	// Running were let go and are not over. MayRun are those that may run and have
	// not been let go, or of which nobody knows whether they were.
	Running string `json:"running,omitempty"`
	MayRun  string `json:"mayRun,omitempty"`
	Waiting string `json:"waiting,omitempty"`
	Never   string `json:"never,omitempty"`
	// PodsUnknown says that the pods could not be read, so that Running is empty.
	PodsUnknown bool `json:"podsUnknown,omitempty"`
	// Limit is how many may run at once; empty for any number.
	Limit string `json:"limit,omitempty"`
	// First is the first that waits, or never runs, and Tree its expression.
	First *int64 `json:"first,omitempty"`
	Tree  *Part  `json:"tree,omitempty"`

	counts []count
}

// count is one line of the drawing.
type count struct {
	value lang.Value
	what  string
	set   lang.Indexes
}

func elements(w *walk, s gate.Snapshot, expr *lang.Expr, o Options) *Elements {
	array := s.Job.Object.Array
	outlook := s.Elements()
	e := &Elements{Size: array.Size, Limit: s.Job.ArrayLimit, PodsUnknown: s.Job.Released && s.Pods == nil}
	left := lang.Between(0, array.Size-1).Minus(array.Completed)
	failed := array.Failed.Intersect(left)
	if s.Job.Outcome() != lang.Undecided {
		failed = left
	}
	left = left.Minus(failed)
	running := outlook.Running.Intersect(left)
	left = left.Minus(running)
	never := outlook.Never.Intersect(left)
	may := outlook.Open.Intersect(left)
	waiting := left.Minus(never).Minus(may)
	e.Succeeded, e.Failed, e.Running = array.Completed.String(), failed.String(), running.String()
	e.MayRun, e.Waiting, e.Never = may.String(), waiting.String(), never.String()
	mayRun := "may run"
	if e.PodsUnknown {
		mayRun = "run or may run (their pods cannot be read)"
	}
	e.counts = []count{
		{lang.True, "succeeded", array.Completed},
		{lang.False, "failed", failed},
		{lang.True, "running", running},
		{lang.True, mayRun, may},
		{lang.Unknown, "waiting", waiting},
		{lang.False, "never run, as things stand", never},
	}
	first := waiting
	if len(never) > 0 {
		first = never
	}
	if len(first) > 0 && o.Index < 0 {
		e.First = &first[0].Low
		e.Tree = w.part(s, expr.Trace(s.World, s.Job.Subject(), s.Now, first[0].Low))
	}
	return e
}

// of says in which of the lists an element is.
func (e *Elements) of(index int64) count {
	for _, c := range e.counts {
		if c.set.Contains(index) {
			return c
		}
	}
	return count{}
}
