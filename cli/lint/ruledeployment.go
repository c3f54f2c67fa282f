package lint

import (
	"errors"
	"strings"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/gate"
)

// badDeployment looks for what keeps a Deployment paused until somebody edits it.
func badDeployment(_ *linting, w *manifest.Workload) []mistake {
	job, waits := w.Deployment()
	if !waits {
		return nil
	}
	if _, err := job.Parse(); err != nil {
		message, _, _ := strings.Cut(err.Error(), "\n")
		return mistakef(w.Annotation(gate.DependsOnAnnotation), "depctl parse shows how it is read", "%s cannot be read: %s", gate.DependsOnAnnotation, message)
	}
	var mistake *gate.Mistake
	if err := job.Mistake(); errors.As(err, &mistake) {
		return mistakef(w.Annotation(mistake.Annotation), "the Deployment stays paused until that is fixed", "%s", mistake.Error())
	}
	return nil
}
