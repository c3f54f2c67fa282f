package attack

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
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

// floods makes Jobs, and restarts the gate: it meets them all at once then.
func (f *field) floods(n int, text func(i int) string) {
	f.t.Helper()
	f.many(n, func(i int) *batchv1.Job { return newJob(fmt.Sprint("flood-", i), text(i)) })
	f.othersGoOn()
	f.memory()
	require.NoError(f.t, f.gate.Restart())
	require.NoError(f.t, f.gate.WaitReady(f.t.Context()))
	f.figure("after a restart")
	f.othersGoOn()
}
