package gate

import (
	"strconv"
	"time"

	"depctl.dev/lang"
)

// RankAnnotation records, on a Job that is released, how long the longest chain takes that
// begins with it, in whole seconds. The gate writes it in the patch that releases the Job,
// where it keeps limits.
const RankAnnotation = "depctl.dev/rank"

// RankLength is how long a Job takes for the order in which tokens are given: as it says, or as
// those like it took, and a second at least, so that the number of Jobs counts.
func RankLength(ref lang.Ref, expected time.Duration, lengths *Lengths) time.Duration {
	if expected > 0 {
		return max(expected, time.Second)
	}
	like, _ := lengths.Of(ref)
	return max(like.Duration, time.Second)
}

// rankOperations returns what a release records of the rank of a Job.
func rankOperations(rank time.Duration) []operation {
	if rank <= 0 {
		return nil
	}
	seconds := int64(rank.Round(time.Second) / time.Second)
	return []operation{{"add", annotationPath(RankAnnotation), strconv.FormatInt(seconds, 10)}}
}
