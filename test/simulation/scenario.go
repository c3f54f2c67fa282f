package simulation

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
)

// Options bound a scenario.
type Options struct {
	// Fewest and Most bound the number of Jobs.
	Fewest, Most int
	// Namespaces is how many there are at most.
	Namespaces int
	// Steady leaves out whatever makes the end depend on the order of events:
	// deletions, edits, and checks that can be undone.
	Steady bool
	// Untimed leaves out made=before: of what is made within one second,
	// Kubernetes does not note what came first.
	Untimed bool
	// Lively makes most Jobs run: few fail, or wait forever.
	Lively bool
	// Results has Jobs tell results, and others ask for them.
	Results bool
	// Cleaned has Jobs be deleted when they have ended, in a Steady scenario too: its end is the same if
	// Cluster.Keeps leaves the gate the time that a ttlSecondsAfterFinished of a minute does.
	Cleaned bool
	// Deployments adds Deployments that wait, and Jobs that wait for them.
	Deployments bool
	// CronJobs is how many CronJobs there are at most.
	CronJobs int
}

// Scenario is Jobs and what people do to them.
type Scenario struct {
	Jobs     []Job
	CronJobs []CronJob
	Steps    []Step
	// Steady is as in its Options.
	Steady bool
}

// Job is one Job of a scenario.
type Job struct {
	Namespace, Name string
	// Deployment says that it is a Deployment.
	Deployment bool
	// DependsOn is empty for a Job that waits for nothing.
	DependsOn string
	Policy    gate.Policy
	Labels    map[string]string
	Hold, TTL bool
	// Run is the run of which the Job is a step, and Step what it is called there, where that is not
	// its name.
	Run, Step string
	// RunSize is how many steps the run has, 0 where the Job does not say, and FailFast has it go with its run.
	RunSize  int
	FailFast bool
	// Size is the number of elements of an Indexed Job, 0 for any other.
	Size int32
	// Result is what its pod tells if it succeeds; empty for a Job that tells none.
	Result string
	// Keeps has its outcome be kept until it is recorded, whatever deletes it.
	Keeps bool
	Ends  Ending
}

// Ending is how a Job ends if it runs.
type Ending struct {
	// Reason is why it fails, empty if it succeeds.
	Reason string
	// Failed is how many of its last elements fail.
	Failed int32
}

// reasons are why Jobs fail.
var reasons = []string{batchv1.JobReasonBackoffLimitExceeded, batchv1.JobReasonDeadlineExceeded}

// New returns the scenario of a seed.
func New(seed uint64, o Options) Scenario {
	d := &draw{Rand: rand.New(rand.NewPCG(seed, 0)), Options: o}
	// Most are small, as a mistake is found sooner and read more easily there.
	n := o.Fewest + d.IntN(1+d.IntN(1+d.IntN(1+o.Most-o.Fewest)))
	namespaces := 1 + d.IntN(o.Namespaces)
	s := Scenario{Jobs: make([]Job, n), Steady: o.Steady}
	for i := range s.Jobs {
		s.Jobs[i] = d.job(i, namespaces)
	}
	d.jobs = s.Jobs
	if o.CronJobs > 0 && d.chance(60) {
		s.CronJobs = d.cronJobs(namespaces)
	}
	if d.chance(40) {
		d.inRuns()
	}
	for i := range s.Jobs {
		if i > 0 && d.chance(80) {
			s.Jobs[i].DependsOn = d.text(i)
		}
		if j := &s.Jobs[i]; j.DependsOn != "" {
			j.Hold = d.chance(8)
			j.Policy = d.policy(j.DependsOn)
		}
	}
	if s.Steps = d.script(); o.Deployments {
		d.deployments(&s)
	}
	return s
}

func (d *draw) job(i, namespaces int) Job {
	j := Job{
		Namespace: string(rune('m' + d.IntN(namespaces))),
		Name:      fmt.Sprintf("%c-%d", 'a'+rune(d.IntN(3)), i),
		TTL:       (!d.Steady || d.Cleaned) && d.chance(25),
	}
	if d.chance(40) {
		j.Labels = map[string]string{"app": d.pick("etl", "web")}
		if d.chance(50) {
			j.Labels["tier"] = d.pick("one", "two")
		}
	}
	if d.chance(15) {
		j.Size = 2 + d.Int32N(4)
	}
	if d.Results && j.Size == 0 && d.chance(50) {
		j.Result = d.pick("yes", "yes", "no")
	}
	j.Ends = d.ending(j.Size)
	return j
}

func (d *draw) ending(size int32) Ending {
	if !d.chance(25) || d.spared() {
		return Ending{}
	}
	e := Ending{Reason: d.pick(reasons...)}
	if size > 0 {
		e.Failed, e.Reason = 1+d.Int32N(size), batchv1.JobReasonFailedIndexes
	}
	return e
}

// Manifest returns the Job as it is when it has just been made: held, if it
// waits for something.
func (j Job) Manifest() *batchv1.Job {
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: j.Namespace, Name: j.Name, Labels: j.Labels}}
	annotate := func(key, value string) { metav1.SetMetaDataAnnotation(&job.ObjectMeta, key, value) }
	if j.Run != "" {
		job.Labels = maps.Clone(j.Labels)
		metav1.SetMetaDataLabel(&job.ObjectMeta, gate.RunLabel, j.Run)
		if j.Step != "" {
			job.Labels[gate.StepLabel] = j.Step
		}
		if j.RunSize > 0 {
			annotate(gate.RunSizeAnnotation, strconv.Itoa(j.RunSize))
		}
		if j.FailFast {
			annotate(gate.FailFastAnnotation, "true")
		}
	}
	if j.DependsOn != "" {
		annotate(gate.DependsOnAnnotation, j.DependsOn)
		job.Spec.Suspend = new(true)
	}
	if j.Policy != "" {
		annotate(gate.OnFailureAnnotation, string(j.Policy))
	}
	if j.Hold {
		annotate(gate.HoldAnnotation, "not yet")
	}
	if j.TTL {
		job.Spec.TTLSecondsAfterFinished = new(int32(0))
	}
	if j.Keeps {
		annotate(gate.KeepOutcomeAnnotation, "true")
		job.Finalizers = []string{gate.OutcomeFinalizer}
	}
	if j.Result != "" {
		job.Spec.Completions = new(int32(1))
		job.Spec.Template.Spec.Containers = []corev1.Container{{Name: container}}
	}
	if j.Size > 0 {
		job.Spec.CompletionMode = new(batchv1.IndexedCompletion)
		job.Spec.Completions, job.Spec.Parallelism = new(j.Size), new(j.Size)
		job.Spec.BackoffLimitPerIndex = new(int32(0))
	}
	return job
}
