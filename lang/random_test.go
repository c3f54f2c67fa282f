package lang

import (
	"fmt"
	"strings"
	"time"

	"pgregory.net/rapid"
)

// drawIndex draws the text of an index, most often with i.
func drawIndex(t *rapid.T, depth int) string {
	if depth == 0 || rapid.IntRange(0, 2).Draw(t, "leaf") == 0 {
		return rapid.SampledFrom([]string{"i", "i", "i", "1", "2", "3"}).Draw(t, "index")
	}
	left := drawIndex(t, depth-1)
	switch rapid.IntRange(0, 4).Draw(t, "operator") {
	case 0:
		return "(" + left + " + " + drawIndex(t, depth-1) + ")"
	case 1:
		return "(" + left + "-" + drawIndex(t, depth-1) + ")"
	case 2:
		return left + "*" + rapid.SampledFrom([]string{"2", "3", "(1-3)"}).Draw(t, "factor")
	case 3:
		return "(" + left + ")/" + rapid.SampledFrom([]string{"2", "3", "7"}).Draw(t, "divisor")
	default:
		return "(" + left + ")%" + rapid.SampledFrom([]string{"2", "3", "5"}).Draw(t, "divisor")
	}
}

func drawElements(t *rapid.T) string {
	return "[" + rapid.SampledFrom([]string{
		"i", "i-1", "i+1", "i-1 .. i+1", "i-2..i", "0..i-1", "i+1..3", "i/2", "i*2 .. i*2+1", "i%3", "3-i", "0", "2", "0..3", "1..9:2", "*",
		"i..i+4:2", "i-1, i+1", "0, i", "7", "",
	}).Filter(func(s string) bool { return s != "" }).Draw(t, "elements") + "]"
}

// drawCheck draws the text of a check: of names a to d, arrays m and n, a glob,
// and self. Some make no sense.
func drawCheck(t *rapid.T, elementwise bool) string {
	target := func() string {
		kind := rapid.IntRange(0, 9).Draw(t, "target")
		switch {
		case kind < 5 || !elementwise && kind > 7:
			return rapid.SampledFrom([]string{
				"a", "b", "c", "d", "other/a", "m", `"and"`, "a@", "b@k", "a@old", "b@old", "run", "run@old", "run@k", "cronjob:x", "cronjob:x@-1", "cronjob:y",
			}).Draw(t, "name")
		case kind == 5:
			return rapid.SampledFrom([]string{"g-*", "{app=etl}", "other/g-?", "*@old", "g-*@k"}).Draw(t, "set")
		case kind == 6:
			return rapid.SampledFrom([]string{"m[2]", "m[*]", "n[0..3]", "n[1, 3]", "n[0..9:2]", "a[1]", "m@k[2]", "cronjob:z[1]", "g-*[1]"}).Draw(t, "constant")
		case kind == 7 && elementwise:
			return "self" + drawElements(t)
		default:
			return rapid.SampledFrom([]string{"m", "n", "m", "n", "m@k", "n@", "cronjob:z", "g-*"}).Draw(t, "array") + drawElements(t)
		}
	}
	targets := []string{target()}
	for rapid.IntRange(0, 3).Draw(t, "more") == 0 {
		targets = append(targets, target())
	}
	list := strings.Join(targets, ", ")
	status := rapid.SampledFrom(statuses()).Draw(t, "status")
	text := ""
	switch {
	case status == StatusAbsent:
		return "absent(" + list + ") + " + rapid.SampledFrom([]string{"90s", "10m"}).Draw(t, "delay")
	case status == StatusSucceeded && rapid.IntRange(0, 3).Draw(t, "asks result") == 0:
		text = "succeeded(" + list + rapid.SampledFrom([]string{", result=yes", `, result=""`, ", result=yes, result='no'"}).Draw(t, "results") + ")"
	case status == StatusSucceeded && len(targets) == 1:
		text = list
	case status == StatusFailed:
		text = "failed(" + list + rapid.SampledFrom([]string{"", "", ", reason=Late", ", code=3", ", code=2..4, code=9, reason=Late"}).Draw(t, "keys") + ")"
	default:
		text = string(status) + "(" + list + ")"
	}
	if rapid.IntRange(0, 9).Draw(t, "before") == 0 {
		text = strings.TrimSuffix(text, ")")
		if text == list {
			text = "succeeded(" + list
		}
		text += ", made=before)"
	}
	if rapid.IntRange(0, 2).Draw(t, "compare") == 0 {
		text += " " + rapid.SampledFrom([]string{">= 1", "> 1", "<= 1", "< 2", "== 2", "!= 1", ">= 50%", "< 60%", ">= 2", "<= 3", ">= 0"}).Draw(t, "comparison")
	}
	if rapid.IntRange(0, 4).Draw(t, "delayed") == 0 {
		text += " + " + rapid.SampledFrom([]string{"90s", "10m", "1d"}).Draw(t, "delay")
	}
	return text
}

// drawText draws the text of an expression that parses.
func drawText(t *rapid.T, elementwise bool) string {
	var draw func(depth int) string
	draw = func(depth int) string {
		switch kind := rapid.IntRange(0, 5).Draw(t, "kind"); {
		case depth == 0 || kind <= 2:
			for range 20 {
				if text := drawCheck(t, elementwise); parses(text) {
					return text
				}
			}
			return "a"
		case kind == 3:
			return "(" + draw(depth-1) + " or " + draw(depth-1) + ")"
		case kind == 4:
			return "(" + draw(depth-1) + " and " + draw(depth-1) + ")"
		default:
			if text := "not " + draw(depth-1); parses(text) {
				return text
			}
			return "time(2026-01-01T00:30:00Z)"
		}
	}
	terms := []string{draw(2)}
	for rapid.IntRange(0, 1).Draw(t, "another") == 0 {
		terms = append(terms, draw(2))
	}
	return strings.Join(terms, ", ")
}

func parses(text string) bool {
	_, err := Parse(text)
	return err == nil
}

// start is when the random worlds begin.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// names are those of Jobs outside of all runs, and of the steps of run k; in run old there
// are the first three. m and n are arrays.
func names() []string { return []string{"a", "b", "c", "d", "and", "g-1", "g-2", "m", "n"} }

// things are the references to all that may be there: the Jobs, and the runs of CronJobs.
func things() []Ref {
	var list []Ref
	for i, name := range names() {
		list = append(list, Job("ns", name), step("k", name))
		if i < 3 {
			list = append(list, step("old", name))
		}
	}
	for _, at := range []string{"2025-12-31T02:00:00Z", "2026-01-01T02:00:00Z"} {
		list = append(list, nightly("ns", "x", at), nightly("ns", "y", at), nightly("ns", "z", at))
	}
	return append(list, nightly("ns", "y", "2026-01-01T03:00:00Z"))
}

// sizeOf is how many steps a run is said to have at most, without the annotated Job.
func sizeOf(run string) int64 {
	n := int64(0)
	for _, ref := range things() {
		if ref.Kind == KindJob && ref.Run == run {
			n++
		}
	}
	return n
}

// drawWorld draws a world of things, and the annotated Job "me", an array of the same size
// as m, which often is a step of run k.
func drawWorld(t *rapid.T) (world, *Subject, time.Time) {
	now := start.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "now")) * time.Minute)
	w := world{}
	me := step(rapid.SampledFrom([]string{"", "k"}).Draw(t, "run of me"), "me")
	sized := rapid.Bool().Draw(t, "runs have a size")
	for i, ref := range things() {
		if rapid.IntRange(0, 3).Draw(t, "absent") == 0 {
			if ref.Kind == KindCronJob {
				w.put(ref, nil)
			}
			continue
		}
		o := &Object{UID: fmt.Sprint("uid-", i), Created: start.Add(time.Duration(i-4) * time.Second), Array: arrayOf(ref)}
		if ref.Run != "" && sized {
			o.RunSize = sizeOf(ref.Run)
			if me.Run == ref.Run {
				o.RunSize++
			}
		}
		o.NamesRun = ref.Run != "" && ref.Name == "c"
		grow(t, o, now)
		w.put(ref, o)
	}
	own := &Object{UID: "uid-me", Created: start, Array: &Array{Size: 6, Elements: map[int64]Element{}}, NamesRun: true}
	grow(t, own, now)
	own.Outcome = Undecided
	w.put(me, own)
	return w, &Subject{Ref: me, Object: own}, now
}

// arrayOf returns the array that something has when it is new; nil if it is none.
func arrayOf(ref Ref) *Array {
	size := map[string]int64{"m": 6, "n": 4, "z": 6}[ref.Name]
	if size == 0 {
		return nil
	}
	return &Array{Size: size, Elements: map[int64]Element{}}
}

// grow lets o learn more, as time goes on to now.
func grow(t *rapid.T, o *Object, now time.Time) {
	yes := func(label string) bool { return rapid.Bool().Draw(t, label) }
	if o.Outcome == Undecided && yes("starts") && !o.Started {
		o.Started, o.StartedAt = true, now
	}
	if a := o.Array; a != nil && o.Outcome == Undecided && o.Started {
		for i := range a.Size {
			if a.Completed.Contains(i) || a.Failed.Contains(i) {
				continue
			}
			switch rapid.IntRange(0, 3).Draw(t, "element") {
			case 0:
				a.Completed = a.Completed.Union(Between(i, i))
			case 1:
				a.Failed = a.Failed.Union(Between(i, i))
			case 2:
				a.Started = a.Started.Union(Between(i, i))
				continue
			default:
				continue
			}
			e := a.Elements[i]
			e.Finished = now
			a.Elements[i] = e
		}
	}
	if o.Outcome == Undecided && yes("ends") {
		o.Finished = now
		if o.Started {
			o.Outcome = rapid.SampledFrom([]Outcome{Succeeded, Failed}).Draw(t, "outcome")
		} else {
			o.Outcome = Skipped
		}
		if o.Outcome == Failed {
			o.Reason = rapid.SampledFrom([]string{"Late", "Error"}).Draw(t, "reason")
		}
	}
	exit := func(known *Exit) *Exit {
		if known == nil && yes("looked") {
			return &Exit{Code: rapid.SampledFrom([]int32{1, 3, 9}).Draw(t, "code"), Lost: rapid.IntRange(0, 3).Draw(t, "lost") == 0}
		}
		return known
	}
	if o.Outcome == Failed {
		o.Exit = exit(o.Exit)
	}
	if o.Outcome == Skipped && o.Reason == "" {
		o.Reason = rapid.SampledFrom([]string{"DependencyFailed", "DependencyTimeout", "NotTaken"}).Draw(t, "skipped as")
	}
	if o.Outcome == Succeeded && o.Result == nil && yes("read") {
		o.Result = &Result{Value: rapid.SampledFrom([]string{"yes", "no", ""}).Draw(t, "result")}
		if rapid.IntRange(0, 3).Draw(t, "result lost") == 0 {
			o.Result = &Result{Lost: "the pod is gone"}
		}
	}
	if a := o.Array; a != nil {
		for i := range a.Size {
			if e := a.Elements[i]; a.Failed.Contains(i) || o.Outcome == Failed && !a.Completed.Contains(i) {
				e.Exit = exit(e.Exit)
				a.Elements[i] = e
			}
		}
	}
}

// extended returns a world in which more is known than in w, and a later time.
func extended(t *rapid.T, w world, s *Subject, now time.Time) (world, *Subject, time.Time) {
	now = now.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "later")) * time.Minute)
	more := world{}
	for _, ref := range append(things(), s.Ref) {
		o, known := w[ref]
		switch {
		case o != nil:
			o = copied(o)
		case strings.HasPrefix(ref.Name, "g-") || ref.Run == "old" || !rapid.Bool().Draw(t, "appears"):
			if known {
				more.put(ref, nil)
			}
			continue // a new member may change an open set
		default:
			o = &Object{UID: "new-" + ref.Name, Created: now.Add(2 * time.Second), Array: arrayOf(ref), NamesRun: ref.Run != "" && ref.Name == "c"}
		}
		grow(t, o, now)
		if ref == s.Ref {
			o.Outcome = Undecided
		}
		more.put(ref, o)
	}
	return more, &Subject{Ref: s.Ref, Object: more[s.Ref]}, now
}

func copied(o *Object) *Object {
	c := *o
	if o.Array != nil {
		a := *o.Array
		a.Elements = map[int64]Element{}
		for i, e := range o.Array.Elements {
			a.Elements[i] = e
		}
		c.Array = &a
	}
	return &c
}
