package gate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAHoldStopsTheClockOfATimeout(t *testing.T) {
	t.Parallel()
	late, hold := annotation(WaitTimeoutAnnotation, "10m"), annotation(HoldAnnotation, "")
	at := func(minute int) time.Time { return time.Unix(0, 0).Add(time.Duration(minute) * time.Minute).UTC() }
	decide := func(job Job, minute int) Decision {
		job.Created = at(0)
		expr, err := job.Parse()
		return Decide(Snapshot{Job: job, Expr: expr, Invalid: err, World: world{}, Now: at(minute)})
	}

	held := Observe(waiting(late, hold))
	began, news := Pausing(held, at(4))
	require.True(t, news)
	require.Equal(t, Pause{Since: at(4)}, began)
	held.Paused = began
	_, news = Pausing(held, at(30))
	require.False(t, news, "it is noted already")
	require.Equal(t, ReasonHeld, decide(held, 60).Reason)

	free := Observe(waiting(late))
	free.Paused = began
	require.Equal(t, ReasonWaiting, decide(free, 100).Reason, "the hold has just been removed, and that is not noted yet")
	over, news := Pausing(free, at(100))
	require.True(t, news)
	require.Equal(t, Pause{For: 96 * time.Minute}, over)
	free.Paused = over
	require.Equal(t, at(106), decide(free, 101).Next, "six of ten minutes are left")
	require.Equal(t, ReasonDependencyTimeout, decide(free, 106).Reason)

	_, news = Pausing(Observe(waiting(hold)), at(4))
	require.False(t, news, "nobody asks how long")
}

func TestThePauseIsReadBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	pause := Pause{Since: time.Unix(100, 0).UTC(), For: time.Hour}
	job := waiting(annotation(WaitTimeoutAnnotation, "1h"))
	patch, err := PausePatch(Observe(job), pause)
	require.NoError(t, err)
	patched, err := apply(t, job, patch)
	require.NoError(t, err)
	require.Equal(t, pause, Observe(patched).Paused)
	require.Zero(t, parsePause("soon"))
	require.Zero(t, parsePause(`{"for":-5}`))
}
