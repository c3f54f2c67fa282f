package gate

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"depctl.dev/lang"
)

// lastEnds is of how many Jobs the mean is taken: those that ended last.
const lastEnds = 8

// Lengths is how long Jobs took that have succeeded, by their names, those of steps without
// their runs: the last few of each name, and of names that differ in numbers only. Create one
// with NewLengths.
type Lengths struct {
	names int
	of    recent[*recent[*ends]]
}

// Length is how long a Job is likely to take.
type Length struct {
	// Duration is the mean of the Jobs that ended last, and Runs how many these are.
	Duration time.Duration
	Runs     int
	// Family names them, as in nightly-#.
	Family string
}

// NewLengths returns one that keeps this many names of this many namespaces, those that were
// used last. It keeps half as many at least.
func NewLengths(namespaces, names int) *Lengths {
	return &Lengths{names: names, of: recent[*recent[*ends]]{most: namespaces}}
}

// Add takes in a Job once, if it has succeeded and says how long that took, which it reports.
func (l *Lengths) Add(job Job) bool {
	took := job.Object.Finished.Sub(job.Started)
	if job.Outcome() != lang.Succeeded || job.Started.IsZero() || job.Object.Finished.IsZero() || took < 0 {
		return false
	}
	names, ok := l.of.get(job.Namespace)
	if !ok {
		names = &recent[*ends]{most: l.names}
		l.of.put(job.Namespace, names)
	}
	name := job.Step().Name
	own := name
	if job.CronJob != "" { // no run has the name of another one
		own = withoutLastNumber(name)
	}
	for _, key := range slices.Compact([]string{own, withoutNumbers(name)}) {
		all, ok := names.get(key)
		if !ok {
			all = &ends{}
			names.put(key, all)
		}
		all.add(end{job.Object.Finished.Unix(), took})
	}
	return true
}

// Of returns how long a Job is likely to take, by those of its name, else of its CronJob, else
// of names that differ in numbers only. It returns false if none has succeeded.
func (l *Lengths) Of(ref lang.Ref) (Length, bool) {
	names, ok := l.of.get(ref.Namespace)
	if !ok {
		return Length{}, false
	}
	for _, key := range []string{ref.Name, withoutLastNumber(ref.Name), withoutNumbers(ref.Name)} {
		if all, ok := names.get(key); ok {
			return Length{Duration: all.mean(), Runs: len(*all), Family: key}, true
		}
	}
	return Length{}, false
}

// LengthFamily names those Jobs whose lengths are learned together: what one of them takes
// changes what Of says of no other.
func LengthFamily(ref lang.Ref) lang.Ref {
	return lang.Job(ref.Namespace, withoutNumbers(ref.Name))
}

// end is that of a Job: when it was, in seconds, and how long the Job took.
type end struct {
	at   int64
	took time.Duration
}

// ends are the last ones of a name, the latest last.
type ends []end

func (e *ends) add(one end) {
	at, _ := slices.BinarySearchFunc(*e, one, func(a, b end) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.took, b.took)) })
	if *e = slices.Insert(*e, at, one); len(*e) > lastEnds {
		*e = slices.Delete(*e, 0, 1)
	}
}

func (e *ends) mean() (sum time.Duration) {
	for _, one := range *e {
		sum += one.took
	}
	return sum / time.Duration(len(*e))
}

// recent keeps what was used last. What is not used while half of most others are is lost.
type recent[V any] struct {
	most       int
	young, old map[string]V
}

func (r *recent[V]) get(key string) (v V, ok bool) {
	if v, ok = r.young[key]; ok {
		return v, true
	}
	if v, ok = r.old[key]; ok {
		r.put(key, v)
	}
	return v, ok
}

// put keeps what get has not found.
func (r *recent[V]) put(key string, v V) {
	if r.young == nil || len(r.young) >= max(r.most/2, 1) {
		r.young, r.old = map[string]V{}, r.young
	}
	r.young[key] = v
}

// withoutNumbers returns a name with "#" for each run of digits.
func withoutNumbers(name string) string {
	var b strings.Builder
	digits := false
	for _, r := range name {
		is := r >= '0' && r <= '9'
		switch {
		case !is:
			b.WriteRune(r)
		case !digits:
			b.WriteByte('#')
		}
		digits = is
	}
	return b.String()
}

// withoutLastNumber returns a name with "#" for the digits at its end.
func withoutLastNumber(name string) string {
	if cut := strings.TrimRight(name, "0123456789"); cut != name {
		return cut + "#"
	}
	return name
}
