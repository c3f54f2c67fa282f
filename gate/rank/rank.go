package rank

import (
	"strconv"
	"time"
)

// Annotation records, on a Job that is released, how long the longest chain takes that begins
// with it, in whole seconds. The gate writes it in the patch that releases the Job, where it keeps
// limits; with --rank-pods to the Pod template, too, and so to the pods.
const Annotation = "depctl.dev/rank"

// Max is the longest rank that orders pods.
const Max = 30 * 24 * time.Hour

// Text returns what the annotation says of a rank.
func Text(rank time.Duration) string {
	return strconv.FormatInt(int64(rank.Round(time.Second)/time.Second), 10)
}

// Of returns the rank that the annotations of a pod say, Max at most. It is 0 where they say
// none, or nothing that is a number of seconds from 0 on.
func Of(annotations map[string]string) time.Duration {
	text, said := annotations[Annotation]
	if !said {
		return 0
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(min(seconds, int64(Max/time.Second))) * time.Second
}
