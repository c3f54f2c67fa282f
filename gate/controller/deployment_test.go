package controller

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"

	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

func heldDeployment(name, dependsOn string) *appsv1.Deployment {
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "etl", Name: name, UID: types.UID("uid-of-" + name), ResourceVersion: "1",
			Annotations: map[string]string{gate.DependsOnAnnotation: dependsOn}, Labels: map[string]string{gate.HeldLabel: "true"},
		},
		Spec: appsv1.DeploymentSpec{Paused: true},
	}
}

// A Job that goes is remembered for those that wait for it. So nothing is decided before all that may wait is
// known, whichever list comes first.
func TestNothingIsDecidedBeforeAllThatIsHeldIsListed(t *testing.T) {
	t.Parallel()
	s := newStore(func(lang.Ref, time.Time) {}, clock.RealClock{})
	s.unlisted[kind.Deployment] = true
	require.NoError(t, s.Replace(nil, "1"))
	select {
	case <-s.synced:
		require.Fail(t, "Deployments are not known yet")
	default:
	}
	require.NoError(t, deployments{s}.Replace([]any{heldDeployment("web", "migrate")}, "1"))
	<-s.synced
}

func TestJobsAndDeploymentsAreListedEachForThemselves(t *testing.T) {
	t.Parallel()
	s := newStore(func(lang.Ref, time.Time) {}, clock.RealClock{})
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: "web", UID: "j", ResourceVersion: "1"}}
	web := lang.Ref{Kind: kind.Deployment, Namespace: "etl", Name: "web"}
	require.NoError(t, s.Replace([]any{job}, "1"))
	require.NoError(t, deployments{s}.Replace([]any{heldDeployment("web", "web")}, "1"))
	require.Equal(t, 2, s.size())
	require.NoError(t, s.Replace(nil, "2"))
	_, decision, exists := s.decide(web)
	require.True(t, exists, "a list of Jobs says nothing of Deployments")
	require.Equal(t, "waiting: etl/web does not exist", decision.Message)
	require.NoError(t, deployments{s}.Replace(nil, "2"))
	require.Equal(t, 0, s.size())
}

func TestADeploymentAsksForItsAccountOfNow(t *testing.T) {
	t.Parallel()
	s := newStore(func(lang.Ref, time.Time) {}, clock.RealClock{})
	d := heldDeployment("web", "raw/load")
	require.NoError(t, deployments{s}.Add(d))
	web := lang.Ref{Kind: kind.Deployment, Namespace: "etl", Name: "web"}
	require.Equal(t, "default", s.entries[web].questions[0].Account)
	d = d.DeepCopy()
	d.ResourceVersion, d.Spec.Template.Spec.ServiceAccountName = "2", "other"
	require.NoError(t, deployments{s}.Update(d))
	require.Equal(t, "other", s.entries[web].questions[0].Account)
}

// Whoever names a Deployment has it looked up, too. What that watch tells does not take away what the
// Deployment waits for, also when it is behind.
func TestALookedUpDeploymentStaysTheOneThatIsHeld(t *testing.T) {
	t.Parallel()
	s := newStore(func(lang.Ref, time.Time) {}, clock.RealClock{})
	web := lang.Ref{Kind: kind.Deployment, Namespace: "etl", Name: "web"}
	b := &board{store: s}
	b.Set(web, &lang.Object{UID: "looked up first"}, nil)
	require.NoError(t, deployments{s}.Add(heldDeployment("web", "migrate")))
	b.Set(web, &lang.Object{UID: "looked up later"}, nil)
	b.Remove(web, true)
	require.Equal(t, "uid-of-web", s.graph.Object(web).UID)
	require.Equal(t, []lang.Ref{lang.Job("etl", "migrate")}, s.graph.Prerequisites(web))
}
