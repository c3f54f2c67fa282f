package batch

import (
	"cmp"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/utils/ptr"
)

// kueueLabel is what Kueue knows its Jobs by.
const kueueLabel = "kueue.x-k8s.io/queue-name"

// defaultGPU is the extended resource that most clusters have.
const defaultGPU = "nvidia.com/gpu"

// resources sets what an element needs. CPUs are a request, so that idle ones
// may be used; memory is a limit too, as batch systems kill what exceeds it.
func (b *builder) resources() {
	if !b.cpu.IsZero() {
		b.need(corev1.ResourceCPU, b.cpu, false)
	}
	if !b.memoryPerCPU.IsZero() {
		b.memory = times(b.memoryPerCPU, b.cpus())
		if _, fits := b.memory.AsInt64(); !fits {
			b.fail(place{}, "", "%s for each of %d CPUs is more memory than there is", &b.memoryPerCPU, b.cpus())
		}
	}
	switch {
	case !b.memory.IsZero():
		b.need(corev1.ResourceMemory, b.memory, true)
		if !b.memoryRequest.IsZero() && b.memoryRequest.Cmp(b.memory) < 0 {
			b.need(corev1.ResourceMemory, b.memoryRequest, false)
		}
	case !b.memoryRequest.IsZero():
		b.need(corev1.ResourceMemory, b.memoryRequest, false)
	}
	if !b.storage.IsZero() {
		b.need(corev1.ResourceEphemeralStorage, b.storage, false)
	}
	if b.gpus > 0 {
		name := defaultGPU
		if b.site != nil {
			name = cmp.Or(b.site.GPU, name)
		}
		b.need(corev1.ResourceName(name), *resource.NewQuantity(int64(b.gpus), resource.DecimalSI), true)
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
