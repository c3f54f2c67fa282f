package gate

import (
	"time"

	"depctl.dev/gate/rank"
	"depctl.dev/lang"
)

// RankAnnotation is rank.Annotation.
const RankAnnotation = rank.Annotation

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
func rankOperations(longest time.Duration) []operation {
	if longest <= 0 {
		return nil
	}
	return []operation{{"add", annotationPath(RankAnnotation), rank.Text(longest)}}
}
