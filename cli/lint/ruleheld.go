package lint

import (
	"errors"
	"strings"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/gate"
)

// badHeld looks for what keeps an object that is no Job from starting until somebody edits it.
func badHeld(_ *linting, w *manifest.Workload) []mistake {
	job, waits := w.Held()
	if !waits {
		return nil
	}
	if _, err := job.Parse(); err != nil {
		message, _, _ := strings.Cut(err.Error(), "\n")
		return mistakef(w.Annotation(gate.DependsOnAnnotation), "depctl parse shows how it is read", "%s cannot be read: %s", gate.DependsOnAnnotation, message)
	}
	if spec := manifest.Child(w.Root, "spec"); w.Kind == "RayJob" &&
		(manifest.Word(spec, "shutdownAfterJobFinishes") != "true" || manifest.Child(spec, "clusterSelector") != nil) {
		return mistakef(w.Annotation(gate.DependsOnAnnotation), "set spec.shutdownAfterJobFinishes: true, and use no spec.clusterSelector",
			"KubeRay cannot suspend this RayJob, so it cannot wait: the API server refuses it")
	}
	if w.Kind == "Pod" && manifest.Word(manifest.Child(w.Root, "spec"), "nodeName") != "" {
		return mistakef(w.Annotation(gate.DependsOnAnnotation), "choose the node by spec.nodeSelector or by affinity",
			"a Pod with spec.nodeName cannot wait, as no scheduler sees it: the API server refuses it")
	}
	var mistake *gate.Mistake
	if err := job.Mistake(); errors.As(err, &mistake) {
		return mistakef(w.Annotation(mistake.Annotation), "the "+w.Kind+" is held until that is fixed", "%s", mistake.Error())
	}
	return nil
}
