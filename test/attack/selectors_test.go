package attack

import (
	"fmt"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
)

// Sets by label, each of all Jobs of the namespace.
func TestWideSelectors(t *testing.T) {
	f := begin(t, "A11", "sets of many Jobs by label cost the others no time")
	waiters, members, ends := size(100, 300), size(300, 1500), size(30, 150)
	f.many(waiters, func(i int) *batchv1.Job {
		return newJob(fmt.Sprint("w", i), []string{
			"finished({app=x}) >= 4000", "finished({app=x}) >= 4000", "{app=x}, never",
		}[i%3])
	})
	f.many(members, func(i int) *batchv1.Job { return newJob(fmt.Sprint("m", i), "", label("app", "x"), suspended) })
	f.many(ends, func(i int) *batchv1.Job { return newJob(fmt.Sprint("e", i), "", label("app", "x")) })
	f.othersGoOn()
}
