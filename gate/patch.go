package gate

import (
	"encoding/json"
	"fmt"
	"strings"
)

// operation is one step of a JSON patch (RFC 6902).
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// ReleasePatch returns the JSON patch that releases a Job: it tests that the
// Job is still the one that was decided on, then un-suspends it and records the
// release. The tests take the place of a resourceVersion, with which status
// writes of the Job controller would conflict. A test of null passes where the
// path does not exist.
func ReleasePatch(job Job, release Release) ([]byte, error) {
	record, err := json.Marshal(release)
	if err != nil {
		return nil, fmt.Errorf("encoding the release of Job %s/%s: %w", job.Namespace, job.Name, err)
	}
	patch, err := json.Marshal([]operation{
		{"test", "/metadata/uid", job.UID},
		{"test", "/spec/suspend", true},
		{"test", annotationPath(DependsOnAnnotation), job.DependsOn},
		{"test", annotationPath(HoldAnnotation), nil},
		{"replace", "/spec/suspend", false},
		{"add", annotationPath(ReleasedAnnotation), string(record)},
	})
	if err != nil {
		return nil, fmt.Errorf("encoding the patch that releases Job %s/%s: %w", job.Namespace, job.Name, err)
	}
	return patch, nil
}

// annotationPath returns the JSON pointer (RFC 6901) to an annotation.
func annotationPath(key string) string {
	return "/metadata/annotations/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}
