package attack

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Every Job may name 10,000 others, and nearly 256 KiB of text.
func TestManyNamesOfAnotherNamespace(t *testing.T) {
	f := begin(t, "A5a", "names in other namespaces do not fill the memory")
	f.floods(25, func(i int) string { return list(9_999, fmt.Sprintf("%s/j%dx", f.victim, i)) })
}

func TestManyNames(t *testing.T) {
	f := begin(t, "A5b", "names do not fill the memory")
	f.floods(60, func(i int) string { return list(9_999, fmt.Sprintf("j%dx", i)) })
}

func TestTextThatCannotBeRead(t *testing.T) {
	f := begin(t, "A5c", "text that cannot be read does not fill the memory")
	f.floods(size(100, 600), func(i int) string { return fmt.Sprintf("and %d %s", i, strings.Repeat("(a or ", 190<<10/6)) })
}

// A name for each selector is a set of its own.
func TestManySets(t *testing.T) {
	f := begin(t, "A5d", "sets do not fill the memory")
	f.floods(size(25, 60), func(i int) string {
		sets := make([]string, 4_000)
		for k := range sets {
			sets[k] = fmt.Sprintf("finished(j%dx%d-*)>=1", i, k)
		}
		return strings.Join(sets, ",")
	})
}

// Each has an event, and a condition.
func TestManyMistakes(t *testing.T) {
	f := begin(t, "A5e", "what is to be said of very many Jobs does not fill the memory")
	f.floods(size(500, 5_000), func(i int) string { return fmt.Sprintf("a%d and and, %s", i, strings.Repeat("(", 500)) })
}

// The labels of a Job have no limit but that of the whole object.
func TestWideLabels(t *testing.T) {
	f := begin(t, "A5f", "labels do not fill the memory")
	f.floods(size(100, 600), func(int) string { return "{app=x}, never" }, func(j *batchv1.Job) {
		for i := range 1_500 {
			label(fmt.Sprintf("l%d-%s", i, strings.Repeat("x", 50)), strings.Repeat("x", 63))(j)
		}
		label("of", j.Name)(j) // no two are the same
	})
}

// Whoever waits for a set remembers what was in it and is gone.
func TestManyOutcomes(t *testing.T) {
	f := begin(t, "A5g", "outcomes that are remembered do not fill the memory")
	waiters, gone := size(20, 100), size(100, 1000)
	f.many(waiters, func(i int) *batchv1.Job { return newJob(fmt.Sprint("waits-", i), "m-*, never") })
	f.many(gone, func(i int) *batchv1.Job {
		return newJob(fmt.Sprint("m-", i), "", ttl(0), label("a", strings.Repeat("x", 63)), label("b", strings.Repeat("x", 63)))
	})
	f.othersGoOn()
	left := gone
	f.until(2*patience, func() bool {
		list, err := f.client.BatchV1().Jobs(f.evil).List(t.Context(), metav1.ListOptions{})
		require.NoError(t, err)
		left = len(list.Items) - waiters
		return left == 0
	})
	f.holds(left == 0, "%d of %d Jobs are still there", left, gone)
	f.othersGoOn()
}

// floods makes Jobs, and restarts the gate: it meets them all at once then.
func (f *field) floods(n int, text func(i int) string, changes ...change) {
	f.t.Helper()
	f.many(n, func(i int) *batchv1.Job { return newJob(fmt.Sprint("flood-", i), text(i), changes...) })
	f.othersGoOn()
	f.memory()
	require.NoError(f.t, f.gate.Restart())
	require.NoError(f.t, f.gate.WaitReady(f.t.Context()))
	f.figure("after a restart")
	f.othersGoOn()
}
