package argo

import (
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
)

// schedule says when a CronWorkflow runs.
type schedule struct {
	text string
	from tree
}

// schedules returns one for each time table of a CronWorkflow.
func (im *importer) schedules(d tree) []*schedule {
	spec := d.get("spec")
	for key, hint := range map[string]string{
		"when":         "let the first Job decide, and say what is to be done as its result",
		"stopStrategy": "kubectl patch cronjob NAME -p '{\"spec\":{\"suspend\":true}}' stops it",
	} {
		if spec.get(key).there() {
			im.out.Fail(spec.line(key), hint, "%s of a CronWorkflow cannot be carried", key)
		}
	}
	var all []*schedule
	for _, item := range spec.list("schedules") {
		all = append(all, &schedule{item.text(), spec})
	}
	if one := spec.text("schedule"); one != "" {
		all = append(all, &schedule{one, spec})
	}
	if len(all) == 0 {
		im.out.Fail(spec.place(), "", "the CronWorkflow has no schedule")
	}
	return all
}

// cronJob makes a CronJob of a Job.
func (s *schedule) cronJob(job *batchv1.Job, waitedFor bool) *batchv1.CronJob {
	made := &batchv1.CronJob{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "CronJob"},
		ObjectMeta: metav1.ObjectMeta{Name: job.Name, Labels: job.Labels},
		Spec: batchv1.CronJobSpec{
			Schedule:          s.text,
			ConcurrencyPolicy: batchv1.ConcurrencyPolicy(s.from.text("concurrencyPolicy")),
			JobTemplate: batchv1.JobTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: job.Labels, Annotations: job.Annotations},
				Spec:       job.Spec,
			},
		},
	}
	if waitedFor {
		metav1.SetMetaDataAnnotation(&made.Spec.JobTemplate.ObjectMeta, gate.KeepOutcomeAnnotation, "true")
	}
	if zone := s.from.text("timezone"); zone != "" {
		made.Spec.TimeZone = ptr.To(zone)
	}
	if s.from.text("suspend") == "true" {
		made.Spec.Suspend = ptr.To(true)
	}
	if n, err := strconv.ParseInt(s.from.text("startingDeadlineSeconds"), 10, 64); err == nil && n > 0 {
		made.Spec.StartingDeadlineSeconds = ptr.To(n)
	}
	for key, into := range map[string]**int32{
		"successfulJobsHistoryLimit": &made.Spec.SuccessfulJobsHistoryLimit, "failedJobsHistoryLimit": &made.Spec.FailedJobsHistoryLimit,
	} {
		if n, err := strconv.ParseInt(s.from.text(key), 10, 32); err == nil {
			*into = ptr.To(int32(n))
		}
	}
	return made
}
