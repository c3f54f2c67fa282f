package batch

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// kueueLabel is what Kueue knows its Jobs by.
const kueueLabel = "kueue.x-k8s.io/queue-name"

// defaultGPU is the extended resource that most clusters have.
const defaultGPU = "nvidia.com/gpu"

// resources sets what an element needs. CPUs are a request, so that idle ones
// may be used; memory is a limit too, as batch systems kill what exceeds it.
func (b *builder) resources() {
	if !b.CPU.IsZero() {
		b.need(corev1.ResourceCPU, b.CPU, false)
	}
	if !b.MemoryPerCPU.IsZero() {
		b.Memory = notation.Times(b.MemoryPerCPU, b.CPUs())
		if _, fits := b.Memory.AsInt64(); !fits {
			b.Fail(request.Place{}, "", "%s for each of %d CPUs is more memory than there is", &b.MemoryPerCPU, b.CPUs())
		}
	}
	switch {
	case !b.Memory.IsZero():
		b.need(corev1.ResourceMemory, b.Memory, true)
		if !b.MemoryRequest.IsZero() && b.MemoryRequest.Cmp(b.Memory) < 0 {
			b.need(corev1.ResourceMemory, b.MemoryRequest, false)
		}
	case !b.MemoryRequest.IsZero():
		b.need(corev1.ResourceMemory, b.MemoryRequest, false)
	}
	if !b.Storage.IsZero() {
		b.need(corev1.ResourceEphemeralStorage, b.Storage, false)
	}
	if b.GPUs > 0 {
		b.need(corev1.ResourceName(b.site.GPUResource()), *resource.NewQuantity(int64(b.GPUs), resource.DecimalSI), true)
	}
}

func (b *builder) need(name corev1.ResourceName, q resource.Quantity, limited bool) {
	needs := &b.main.Resources
	if needs.Requests == nil {
		needs.Requests = corev1.ResourceList{}
	}
	needs.Requests[name] = q
	if limit, has := needs.Limits[name]; limited || has && limit.Cmp(q) < 0 {
		if needs.Limits == nil {
			needs.Limits = corev1.ResourceList{}
		}
		needs.Limits[name] = q
	}
}

// security sets what no batch script misses. Not more: images that run as root,
// and install packages as their script begins, must go on to run; what a
// namespace of the level restricted needs beyond that is in the site's template.
func (b *builder) security() {
	if b.Manifest != nil {
		return
	}
	pod := &b.job.Spec.Template.Spec
	if pod.SecurityContext == nil {
		pod.SecurityContext = &corev1.PodSecurityContext{
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		}
	}
	if b.main.SecurityContext == nil {
		b.main.SecurityContext = &corev1.SecurityContext{AllowPrivilegeEscalation: ptr.To(false)}
	}
}
