package attack

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// An array costs its owner one line, whatever its size.
func TestEndlessArrays(t *testing.T) {
	f := begin(t, "A2", "an array of 2·10⁹ elements costs what its pods cost")
	endless := func(j *batchv1.Job) {
		indexed(2_000_000_000)(j)
		j.Spec.Parallelism = new(int32(1))
	}
	for name, text := range map[string]string{
		"code":  "failed(x[*], code=3) >= 1",
		"count": "finished(x[*]) >= 1",
		"range": "failed(x[1..1999999999]) >= 1",
		"not":   "not x[1000000000..1999999999]",
		"other": "failed(x[*], code=4) >= 1 or x[7]",
	} {
		f.make(f.evil, name, text, annotate("depctl.dev/on-dependency-failure", "wait"))
	}
	f.make(f.evil, "each", "x[i]", endless)
	f.make(f.evil, "row", "self[i-1]", endless)
	f.make(f.evil, "x", "", endless, template("exit-code", "3"))
	f.othersGoOn()
	ran := f.until(patience, func() bool {
		job, err := f.tenant.BatchV1().Jobs(f.evil).Get(t.Context(), "code", metav1.GetOptions{})
		return err == nil && job.Status.Succeeded == 1
	})
	f.holds(ran, "failed(x[*], code=3) >= 1 is true, and its Job does not run")
}
