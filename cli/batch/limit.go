package batch

import (
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/batch/request"
	"depctl.dev/gate"
	"depctl.dev/gate/limit"
)

// usesLimits reports whether the Job takes tokens: by the options, or by the manifest.
func (b *builder) usesLimits() bool {
	return b.Uses() != "" || b.job.Annotations[gate.UsesAnnotation] != ""
}

// limits sets of which limits the Job takes tokens, and looks at what goes with them.
func (b *builder) limits() {
	if text := b.Uses(); text != "" {
		b.annotate(gate.UsesAnnotation, text)
	}
	if !b.usesLimits() {
		return
	}
	if b.job.Spec.PodReplacementPolicy == nil {
		b.job.Spec.PodReplacementPolicy = ptr.To(batchv1.Failed)
	}
	if _, err := limit.ParseUses(b.job.Annotations[gate.UsesAnnotation], "default"); err != nil {
		b.Fail(request.Place{}, "", "what limits the Job uses cannot be read: %s", err)
	}
	if b.Array != nil && (b.Limit == 0 || b.Limit >= b.Array.Len()) && !b.inherited {
		b.Note(request.Place{}, "it starts when there are tokens for all its %d elements; with %%N in --array, for the N that run at once", b.Array.Len())
	}
}
