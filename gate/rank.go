package gate

import (
	"strconv"
	"time"
)

// RankAnnotation records, on a Job that is released, how long the longest chain takes that
// begins with it, in whole seconds. The gate writes it in the patch that releases the Job,
// where it keeps limits.
const RankAnnotation = "depctl.dev/rank"

// RankLength is how long a Job takes for the order in which tokens are given: as it says, or
// a second, so that the number of Jobs counts.
func RankLength(job Job) time.Duration { return max(job.Expected, time.Second) }

// rankOperations returns what a release records of the rank of a Job.
func rankOperations(rank time.Duration) []operation {
	if rank <= 0 {
		return nil
	}
	seconds := int64(rank.Round(time.Second) / time.Second)
	return []operation{{"add", annotationPath(RankAnnotation), strconv.FormatInt(seconds, 10)}}
}
