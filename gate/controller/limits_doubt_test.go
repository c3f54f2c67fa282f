package controller

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Whether the patch of an element was carried out is not known until the API server says so. It
// is sent again, unless a limit was lowered: then the pod must not be let go any more.
func TestAnElementInDoubtIsNotLetGoAboveALoweredLimit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		limits map[string]string
		want   string // of p and q, which have been sent
	}{
		"the limit is as it was":     {map[string]string{"x": "2"}, "p q"},
		"there are more tokens":      {map[string]string{"x": "3"}, "p q"},
		"one of them is above it":    {map[string]string{"x": "1"}, ""},
		"both are above it":          {map[string]string{"x": "0"}, ""},
		"there is no limit any more": {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := limitedStore(clocktesting.NewFakePassiveClock(time.Unix(100, 0)), map[string]string{"x": "2"})
			require.NoError(t, s.Update(job("a", "1", "", uses("x=1"), inTurns(2), byElements)))
			pods := []any{tokenPod("p", "a", "uid-a", 0, "n/x=1"), tokenPod("q", "a", "uid-a", 1, "n/x=1")}
			require.NoError(t, podStore{s}.Replace(pods, ""))
			opens := func() (d gate.Decision, names string) {
				d, _ = decides(t, s, "a")
				if d.Elements == nil {
					return d, ""
				}
				var open []string
				for _, pod := range d.Elements.Open {
					open = append(open, pod.Name)
				}
				return d, strings.Join(open, " ")
			}
			for _, names := range []string{"", "p q"} { // it gets tokens, and uses them
				_, open := opens()
				require.Equal(t, names, open)
			}
			s.limits.set("n", test.limits)
			d, open := opens()
			require.Equal(t, test.want, open)
			if test.want != "" {
				return
			}
			doubts := s.limits.doubts("uid-a", d.Elements)
			require.Equal(t, map[types.UID]bool{"p": true, "q": true}, doubts, "so they are looked at")
			s.limits.settleDoubts("uid-a", doubts, map[types.UID]bool{"p": true})
			_, used, _ := s.limits.pool.Tokens(limitX)
			require.EqualValues(t, 1, used, "of the one that was let go")
			s.limits.set("n", map[string]string{"x": "2"})
			opens() // it comes into line again
			_, open = opens()
			require.Equal(t, "p q", open, "p is known to be let go, though its watch is behind")
		})
	}
}

// Whether the release of a Job was carried out is not known until the API server says so: until
// then nobody else is given its tokens, whatever is decided about it.
func TestTokensOfAReleaseInDoubtAreNotGivenToOthers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		otherwise func(t *testing.T, s *store) // why it is not to be released any more
		released  bool
		used      int64
		next      string
	}{
		"the limit was lowered, and it was released":     {lowered, true, 3, ""},
		"the limit was lowered, and it was not released": {lowered, false, 1, "b"},
		"it waits for another one, and was released":     {waitsAgain, true, 3, ""},
		"it waits for another one, and was not released": {waitsAgain, false, 1, "b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := limitedStore(clocktesting.NewFakePassiveClock(time.Unix(100, 0)), map[string]string{"x": "3"})
			require.NoError(t, s.Update(job("done", "1", "", complete)))
			a := job("a", "2", "done", uses("x=3"))
			require.NoError(t, s.Update(a))
			decides(t, s, "a")
			d, _ := decides(t, s, "a")
			require.Equal(t, gate.Releasing, d.Action)
			require.NoError(t, s.Update(job("b", "3", "", uses("x=1"))))
			decides(t, s, "b")

			test.otherwise(t, s)
			d, next := decides(t, s, "a")
			require.NotEqual(t, gate.Releasing, d.Action)
			require.Empty(t, next)
			require.True(t, s.limits.doubtsRelease("uid-a"))
			d, _ = decides(t, s, "b")
			require.NotEqual(t, gate.Releasing, d.Action)
			if test.released {
				released := a.DeepCopy()
				released.ResourceVersion = "9"
				carriedOut(released)
				s.answered(released)
			} else {
				require.Equal(t, []lang.Ref{lang.Job("n", test.next)}, s.limits.notReleased("uid-a"))
			}
			require.False(t, s.limits.doubtsRelease("uid-a"))
			_, used, _ := s.limits.pool.Tokens(limitX)
			require.Equal(t, test.used, used)
		})
	}
}

func lowered(_ *testing.T, s *store) { s.limits.set("n", map[string]string{"x": "2"}) }

func waitsAgain(t *testing.T, s *store) {
	anew := job("done", "8", "")
	anew.UID = "anew"
	require.NoError(t, s.Update(anew))
}
