package stamp

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
)

// longest is how long a name of a Job may be: it is a label of its pods.
const longest = 63

// Name returns the name of the Job that is a step of a run: that of the step, cut where it
// is too long, and 8 characters that tell runs apart. try is 0 for the first Job of the
// step, and counts the later ones. The same question has always the same answer, so that a
// run that is made twice is made once.
func Name(step, run string, try int, job *batchv1.Job) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", run, step, try))
	end := "-" + hex.EncodeToString(sum[:4])
	if room := room(job) - len(end); len(step) > room {
		step = strings.TrimRight(step[:room], "-.")
	}
	return step + end
}

// room returns how long the name may be. The pods of an Indexed Job have their index in
// their host names.
func room(job *batchv1.Job) int {
	if mode := job.Spec.CompletionMode; mode == nil || *mode != batchv1.IndexedCompletion || job.Spec.Completions == nil {
		return longest
	}
	last := max(*job.Spec.Completions-1, 0)
	return longest - 1 - len(strconv.Itoa(int(last)))
}
