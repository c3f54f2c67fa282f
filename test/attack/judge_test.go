package attack

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/test/history"
)

// links is how many Jobs a chain of others has.
const links = 4

// chain runs Jobs one after the other in a namespace that has nothing to do with the
// attack. It returns how long that took, and whether they ended.
func (f *field) chain() (took time.Duration, ended bool) {
	f.t.Helper()
	f.chains++
	name := func(i int) string { return fmt.Sprintf("chain-%d-%d", f.chains, i) }
	start := time.Now()
	for i := links - 1; i >= 0; i-- {
		text := ""
		if i > 0 {
			text = name(i - 1)
		}
		f.make(f.others, name(i), text)
	}
	ended = f.completes(f.others, name(links-1))
	return time.Since(start), ended
}

// othersGoOn runs a chain while the attack lasts. With -whole it must take no more
// than twice its time, or two seconds more.
func (f *field) othersGoOn() {
	f.t.Helper()
	took, ended := f.chain()
	f.figure("others' chain %.1f s, calm %.1f s", took.Seconds(), f.calm.Seconds())
	if f.holds(ended, "the chain of others has not ended in %s", patience) && *whole {
		f.holds(took <= max(2*f.calm, f.calm+2*time.Second), "the chain of others took %s, calm %s", took, f.calm)
	}
}

// completes waits until a Job is complete, and reports whether that came.
func (f *field) completes(namespace string, names ...string) bool {
	return f.ends(namespace, batchv1.JobComplete, names...)
}

// ends waits until Jobs of others than the attacker have a condition.
func (f *field) ends(namespace string, how batchv1.JobConditionType, names ...string) bool {
	ctx, cancel := context.WithTimeout(f.t.Context(), patience)
	defer cancel()
	return f.history.Wait(ctx, func(last map[string]history.Event) bool {
		return !slices.ContainsFunc(names, func(name string) bool {
			e, ok := last[namespace+"/"+name]
			return !ok || !e.Is(how)
		})
	}) == nil
}

// judge looks at what must hold in every attack: no Job and no element of others
// early, and the memory of the gate.
func (f *field) judge() {
	jobs := f.history.Events()
	_, violations := history.Judge(jobs)
	_, more := history.JudgeElements(jobs, slices.DeleteFunc(f.pods.Events(), func(e history.PodEvent) bool { return e.Pod.Namespace == f.evil }))
	for _, violation := range append(violations, more...) {
		f.holds(false, "%s", violation)
	}
	f.memory()
	if f.t.Failed() {
		f.unmade = len(f.broken) == 0
		f.t.Log(f.gate.LogTail())
	}
}

// memory looks at the most memory that the gate has had.
func (f *field) memory() {
	peak := f.gate.Process("VmHWM") >> 10
	metrics, err := f.gate.Scrape(context.WithoutCancel(f.t.Context()))
	if err != nil {
		f.figure("no metrics: %v", err)
	}
	f.figure("gate %d MiB, %.1f s CPU", peak, metrics["process_cpu_seconds_total"])
	f.holds(peak > 0 && peak < limit, "the gate has had %d MiB of %d", peak, limit)
}

// requests returns what the gates have asked of the API server since the last time,
// by verb and resource. The log comes in batches, a second late at most.
func (f *field) requests() map[string]int {
	f.t.Helper()
	asked := map[string]int{}
	text, err := os.ReadFile(filepath.Join(cluster.Dir(), "audit.log"))
	if !f.holds(err == nil, "the audit log: %v", err) {
		return nil
	}
	end := strings.LastIndexByte(string(text), '\n') + 1
	for line := range strings.Lines(string(text[min(f.log, int64(end)):end])) {
		if strings.Contains(line, `"username":"system:serviceaccount:depctl-system:depctl-gate"`) {
			asked[between(line, `"verb":"`)+" "+between(line, `"resource":"`)]++
		}
	}
	f.log = int64(end)
	return asked
}

// between returns what follows in a line, up to the quote.
func between(line, key string) string {
	_, after, _ := strings.Cut(line, key)
	value, _, _ := strings.Cut(after, `"`)
	return value
}

// sum returns how many requests there were, watches aside.
func sum(asked map[string]int) (all int) {
	for what, n := range asked {
		if !strings.HasPrefix(what, "watch ") && !strings.HasPrefix(what, "list ") {
			all += n
		}
	}
	return all
}

// quiet waits until the gates ask nothing any more, or for so long, and returns
// how many requests there were in the last five seconds, and what.
func (f *field) quiet(wait time.Duration) (int, string) {
	f.t.Helper()
	for deadline := time.Now().Add(wait); ; {
		f.requests()
		time.Sleep(5 * time.Second)
		asked := f.requests()
		if n := sum(asked); n <= 5 || time.Now().After(deadline) {
			var each []string
			for _, what := range slices.Sorted(maps.Keys(asked)) {
				each = append(each, strconv.Itoa(asked[what])+" "+what)
			}
			return n, strings.Join(each, ", ")
		}
	}
}
