package attack

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// Whoever has no right asks for it as often as he likes, and who is asked for must not
// wait for the answers.
func TestUnaskedRights(t *testing.T) {
	f := begin(t, "A3", "whoever has no right to a Job holds up no deletion of it")
	const names = 9_999
	f.make(f.victim, "waiter", "p, never")
	f.make(f.victim, "p", "", ttl(0), untilTold)
	f.many(12, func(x int) *batchv1.Job {
		return newJob(fmt.Sprint("asks-", x), list(names, fmt.Sprintf("%s/j%dx", f.victim, x)))
	})
	f.make(f.evil, "last", f.victim+"/p")
	f.requests()
	start := time.Now()
	f.tell(f.victim, "p")
	gone := f.until(2*patience, func() bool {
		_, err := f.get(f.victim, "p")
		return apierrors.IsNotFound(err)
	})
	took := time.Since(start)
	time.Sleep(2 * time.Second) // the audit log comes in batches
	asked := f.requests()["create subjectaccessreviews"]
	f.figure("p gone %.1f s after its end, %d questions until then", took.Seconds(), asked)
	f.holds(gone, "p is still there")
	f.holds(asked < names, "p waited for %d questions about the rights of another namespace", asked)
	if *whole {
		f.holds(took < 10*time.Second, "p was held for %s", took)
	}
	f.othersGoOn()
	f.make(f.victim, "never", "")
	require.True(t, f.holds(f.completes(f.victim, "waiter"), "the outcome of p is lost"))
}

// list returns so many names.
func list(n int, prefix string) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint(prefix, i)
	}
	return strings.Join(names, ",")
}
