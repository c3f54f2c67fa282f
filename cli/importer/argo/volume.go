package argo

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/cli/importer/output"
)

// claimVolumes makes the claims of a workflow.
func (w *workflow) claimVolumes(s scope) {
	for _, item := range w.spec.list("volumeClaimTemplates") {
		claim := &corev1.PersistentVolumeClaim{}
		if err := s.in(item).decode(claim); err != nil {
			w.out.Fail(item.place(), "", "the claim cannot be read: %s", err)
			continue
		}
		volume := claim.Name
		claim.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"}
		claim.Name = w.names.New(output.LongestJob, w.name, volume)
		w.claims[volume] = claim.Name
		w.out.Add(item.place(), "the volume "+volume, claim)
		w.out.Note(item.place(), "volume "+volume, "PersistentVolumeClaim %s, which stays when the Jobs are gone", claim.Name)
	}
}

// volumes takes the volumes that the containers mount.
func (l *leaf) volumes(s scope, template tree) {
	spec := &l.job.Spec.Template.Spec
	mounted := map[string]bool{}
	for _, c := range slices.Concat(spec.Containers, spec.InitContainers) {
		for _, mount := range c.VolumeMounts {
			mounted[mount.Name] = true
		}
		for _, device := range c.VolumeDevices {
			mounted[device.Name] = true
		}
	}
	for _, item := range append(template.list("volumes"), s.in(l.w.spec.get("volumes")).list()...) {
		if name := item.text("name"); !mounted[name] || slices.ContainsFunc(spec.Volumes, func(v corev1.Volume) bool { return v.Name == name }) {
			continue
		}
		var volume corev1.Volume
		if err := item.decode(&volume); err != nil {
			l.w.out.Fail(item.place(), "", "the volume cannot be read: %s", err)
			continue
		}
		spec.Volumes = append(spec.Volumes, volume)
	}
	for _, name := range sortedKeys(l.w.claims) {
		if mounted[name] {
			spec.Volumes = append(spec.Volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{
				PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: l.w.claims[name]},
			}})
		}
	}
}
