package gate

import (
	"fmt"
	"runtime"
	"testing"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"depctl.dev/lang"
)

// A decision about an array of 100,000 elements of which half may run, when one
// more of what they wait for has completed, and what its pods take in memory.
func BenchmarkDecideElements(b *testing.B) {
	const n = 100_000
	job := waiting(array, byElements)
	job.Spec.Completions = ptr.To(int32(n))
	observed := Observe(job)
	expr, err := observed.Parse()
	if err != nil {
		b.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	pods := make([]Pod, n)
	for i := range pods {
		pods[i] = Pod{
			Name: fmt.Sprintf("load-%d-%05x", i, i), UID: types.UID(fmt.Sprintf("%08x-0000-4000-8000-%012x", i, i)),
			ResourceVersion: fmt.Sprint(1_000_000 + i), Index: int64(i), Gate: 0,
		}
		if i < n/2 {
			pods[i].Gate = -1
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	w := world{"etl/a": {UID: "a", Array: &lang.Array{Size: n, Completed: indexes(fmt.Sprintf("0-%d", n/2))}}}
	b.ReportAllocs()
	for b.Loop() {
		if d := Decide(Snapshot{Job: observed, Expr: expr, World: w, Pods: pods}); len(d.Elements.Open) != 1 {
			b.Fatal(len(d.Elements.Open))
		}
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/pod")
}
