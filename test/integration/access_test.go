package integration

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
)

func runAs(account string) change {
	return func(j *batchv1.Job) { j.Spec.Template.Spec.ServiceAccountName = account }
}

// The message says what to run, and that is enough, while the Job waits.
func TestTheMessageOfARefusalGrantsTheRight(t *testing.T) {
	t.Parallel()
	etl, reporting := shared.namespace(t), shared.namespace(t)
	etl.make("load", "")
	etl.make("shard-1", "", func(j *batchv1.Job) { j.Labels = map[string]string{"app": "etl"} })
	etl.completes("load", "shard-1")
	reporting.account("other")
	reporting.make("report", etl.name+"/load")
	reporting.make("total", etl.name+"/shard-*", runAs("other"))
	reporting.make("sum", etl.name+"/{app=etl}", runAs("other"))

	require.Equal(t, strings.ReplaceAll(strings.ReplaceAll(
		"waiting, and something must be fixed: ETL/load: ETL/load: service account REP/default may not get Job ETL/load; "+
			"to allow it: kubectl create role REP:default:get:load -n ETL --verb=get --resource=jobs.batch --resource-name=load && "+
			"kubectl create rolebinding REP:default:get:load -n ETL --role=REP:default:get:load --serviceaccount=REP:default",
		"ETL", etl.name), "REP", reporting.name), reporting.forbidden("report"))
	require.Contains(t, reporting.forbidden("sum"), "may not list the Jobs of namespace "+etl.name)
	for _, name := range []string{"report", "total", "sum"} {
		reporting.held(name)
	}
	reporting.grantFrom(reporting.forbidden("report"))
	reporting.completes("report")
	reporting.held("total")
	reporting.grantFrom(reporting.forbidden("total"))
	reporting.completes("total", "sum")
}

// A right that is removed while the Job waits closes what it opened.
func TestARightRevokedWhileTheJobWaits(t *testing.T) {
	t.Parallel()
	etl, reporting := shared.namespace(t), shared.namespace(t)
	binding := etl.grant(reporting, "default", "load")
	reporting.make("report", etl.name+"/load")
	reporting.held("report")
	etl.revoke(binding)
	reporting.forbidden("report") // asked again while it waits
	etl.make("load", "")
	etl.completes("load")
	reporting.held("report")
}

// A name needs the right to get it, and a set the right to list: neither stands
// for the other.
func TestGetIsNotList(t *testing.T) {
	t.Parallel()
	etl, reporting := shared.namespace(t), shared.namespace(t)
	etl.make("load", "")
	etl.completes("load")
	reporting.account("getter")
	reporting.account("lister")
	etl.grant(reporting, "getter", "load")
	etl.grant(reporting, "lister", "")
	reporting.make("named", etl.name+"/load", runAs("getter"))
	reporting.make("listed", etl.name+"/l*", runAs("lister"))
	reporting.completes("named", "listed")
	reporting.make("named-by-lister", etl.name+"/load", runAs("lister"))
	reporting.make("listed-by-getter", etl.name+"/l*", runAs("getter"))
	require.Contains(t, reporting.forbidden("named-by-lister"), "lister may not get Job "+etl.name+"/load")
	require.Contains(t, reporting.forbidden("listed-by-getter"), "getter may not list the Jobs")
	reporting.held("named-by-lister")
	reporting.held("listed-by-getter")
}

// What counts is the service account of the Job's pods, not who made the Job: a
// deployer without any right to see etl, or a CronJob.
func TestTheJobsOwnServiceAccountCounts(t *testing.T) {
	t.Parallel()
	etl, reporting := shared.namespace(t), shared.namespace(t)
	etl.make("load", "")
	etl.completes("load")
	reporting.account("reader")
	etl.grant(reporting, "reader", "load")
	deployer := reporting.tenant("gitops")
	_, err := deployer.client.BatchV1().Jobs(etl.name).Get(t.Context(), "load", metav1.GetOptions{})
	require.Error(t, err)
	deployer.make("report", etl.name+"/load", runAs("reader"))
	deployer.make("spy", etl.name+"/load")
	reporting.completes("report")
	reporting.forbidden("spy")

	job := newJob("x", etl.name+"/load", runAs("reader"))
	_, err = reporting.client.BatchV1().CronJobs(reporting.name).Create(t.Context(), &batchv1.CronJob{
		ObjectMeta: metav1.ObjectMeta{Name: "nightly"},
		Spec: batchv1.CronJobSpec{
			Schedule: "0 0 1 1 *", Suspend: ptr.To(true),
			JobTemplate: batchv1.JobTemplateSpec{ObjectMeta: metav1.ObjectMeta{Annotations: job.Annotations}, Spec: job.Spec},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	reporting.kubectl("", "create", "job", "nightly-1", "--from=cronjob/nightly")
	reporting.completes("nightly-1")
	reporting.held("spy")
}

// A tenant tries to learn from the gate what another tenant's Jobs do: each way
// is tried on a Job that exists and has succeeded, on one that failed, and on
// one that does not exist. All that the gate says and does is the same.
func TestATenantLearnsNothingOfOthers(t *testing.T) {
	t.Parallel()
	etl, spies := shared.namespace(t), shared.namespace(t)
	labelled := func(name string) change {
		return func(j *batchv1.Job) { j.Labels = map[string]string{"is": name} }
	}
	etl.make("there", "", labelled("there"))
	etl.make("broke", "", labelled("broke"), template("exit-code", "3"))
	etl.completes("there")
	etl.fails("broke")
	spy := spies.tenant("spy")
	ways := []string{
		"E/X", "exists(E/X)", "finished(E/X)", "started(E/X)", "ready(E/X)", "failed(E/X)", "skipped(E/X)",
		"not E/X", "not failed(E/X)", "not started(E/X)",
		"E/X[0]", "failed(E/X[*]) >= 1", "failed(E/X, code=3)", "failed(E/X, reason=BackoffLimitExceeded)",
		"finished(E/X, made=before)", "finished(E/X*, made=before)", "E/X + 1s",
		"succeeded(E/X*) >= 1", "failed(E/X*) >= 1", "exists(E/{is=X}) >= 1", "E/{is=X}",
		"finished(E/X, local) >= 2", "E/X or exists(never)",
	}
	known := map[string]bool{}
	name := func(way int, of string) string { return fmt.Sprintf("spy-%d-%s", way, of) }
	for i, way := range ways {
		for _, of := range []string{"there", "broke", "nothing"} {
			spy.make(name(i, of), strings.NewReplacer("E/", etl.name+"/", "X", of).Replace(way))
		}
	}
	notes := map[string]string{}
	for i, way := range ways {
		for _, of := range []string{"there", "broke", "nothing"} {
			event := spy.warning(name(i, of), gate.ReasonProblem)
			note := strings.ReplaceAll(event.Note, of, "X")
			require.Contains(t, note, "may not", way)
			if first, ok := notes[way]; ok {
				require.Equal(t, first, note, "%s: the gate says something else of %s", way, of)
			}
			notes[way] = note
			known[name(i, of)] = true
		}
	}
	spy.settle()
	for _, event := range spy.said() {
		if known[event.Regarding.Name] {
			require.Equal(t, gate.ReasonProblem, event.Reason, event.Note)
		}
	}
	for name := range known {
		job := spy.get(name)
		require.True(t, *job.Spec.Suspend, "%s was released", name)
		require.Nil(t, job.Status.StartTime)
	}
	// Nothing was written to the Jobs that were spied on.
	for _, r := range etl.requests() {
		require.NotEqual(t, "jobs", r.ObjectRef.Resource, "the gate wrote to %s", r.ObjectRef.Name)
	}
	etl.remove("there") // nothing of the spies' holds it
}

// What a Job may not see does not keep it from what it may: the parts of its
// expression are decided one by one.
func TestARefusalHoldsOnlyWhatItSpeaksOf(t *testing.T) {
	t.Parallel()
	etl, reporting := shared.namespace(t), shared.namespace(t)
	reporting.make("either", etl.name+"/load or local")
	reporting.make("both", etl.name+"/load, local")
	reporting.make("local", "")
	reporting.completes("either")
	reporting.held("both")
	require.NotContains(t, reporting.get("either").Annotations[gate.ReleasedAnnotation], etl.name)
}

// Many Jobs that come at once wait for one answer, and none is refused meanwhile.
func TestManyJobsWithOneRight(t *testing.T) {
	t.Parallel()
	etl, reporting := shared.namespace(t), shared.namespace(t)
	etl.grant(reporting, "default", "load")
	for i := range 50 {
		reporting.make(fmt.Sprintf("report-%d", i), etl.name+"/load")
	}
	etl.make("load", "")
	for i := range 50 {
		reporting.completes(fmt.Sprintf("report-%d", i))
	}
	for _, event := range reporting.said() {
		require.Equal(t, corev1.EventTypeNormal, event.Type, "%s: %s", event.Reason, event.Note)
	}
}

// A prerequisite that is cleaned away at once keeps its outcome for those who
// may see it. Nobody else can hold it, nor learn of it.
func TestACleanedAwayPrerequisiteElsewhere(t *testing.T) {
	t.Parallel()
	etl, reporting := shared.namespace(t), shared.namespace(t)
	reporting.account("reader")
	etl.grant(reporting, "reader", "extract")
	reporting.make("report", etl.name+"/extract, local", runAs("reader"))
	reporting.make("spy", etl.name+"/extract, finished("+etl.name+"/secret)")
	reporting.forbidden("spy")
	etl.make("secret", "", ttl(0), untilTold)
	etl.make("extract", "", ttl(0), untilTold)
	etl.guarded("extract")
	etl.tell("extract")
	etl.tell("secret")
	etl.gone("extract")
	etl.gone("secret")
	reporting.settle()
	require.Contains(t, reporting.get("report").Annotations[gate.SeenAnnotation], `"outcome":"succeeded"`)
	require.NotContains(t, reporting.get("spy").Annotations, gate.SeenAnnotation)
	for _, r := range etl.requests() {
		require.NotEqual(t, "secret", r.ObjectRef.Name, "the gate wrote to a Job that only a spy named")
	}
	reporting.make("local", "")
	reporting.completes("report")
	reporting.held("spy")
}
