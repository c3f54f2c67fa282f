package fault

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// watched returns the events of a watch that comes through a fault.
func watched(t *testing.T, f Fault, open bool, events ...string) []string {
	t.Helper()
	server := httptest.NewServer(f(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		for _, e := range events {
			kind, uid, _ := strings.Cut(e, " ")
			fmt.Fprintf(w, `{"type":%q,"object":{"metadata":{"uid":%q}}}`+"\n", kind, uid)
		}
		if open {
			<-r.Context().Done()
		}
	})))
	defer server.Close()
	response, err := http.Get(server.URL + "/apis/batch/v1/jobs?watch=true")
	require.NoError(t, err)
	defer response.Body.Close()
	var got []string
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		kind, uid := read(lines.Bytes())
		got = append(got, strings.TrimSpace(string(kind)+" "+uid))
	}
	return got
}

func nothing(string) {}

func numbered(n int) (events []string) {
	for i := range n {
		events = append(events, fmt.Sprintf("MODIFIED %d", i))
	}
	return events
}

func TestADelayedWatchKeepsItsOrder(t *testing.T) {
	t.Parallel()
	start := time.Now()
	require.Equal(t, numbered(100), watched(t, Delay(200*time.Millisecond, nothing), false, numbered(100)...))
	require.GreaterOrEqual(t, time.Since(start), 200*time.Millisecond)
}

func TestRepeatedEventsAreThereAtLeastOnce(t *testing.T) {
	t.Parallel()
	got := watched(t, Repeat(50, nothing), false, numbered(100)...)
	require.Greater(t, len(got), 100)
	require.ElementsMatch(t, numbered(100), slices.Compact(slices.Sorted(slices.Values(got))))
}

func TestWhatIsDeletedIsNotRepeated(t *testing.T) {
	t.Parallel()
	for range 20 {
		got := watched(t, Repeat(100, nothing), false, "ADDED a", "ADDED b", "MODIFIED a", "DELETED a", "MODIFIED b", "MODIFIED b")
		require.NotContains(t, got[slices.Index(got, "DELETED a")+1:], "MODIFIED a")
	}
}

func TestSwappedEventsAreThereOnce(t *testing.T) {
	t.Parallel()
	got := watched(t, Swap(50, nothing), false, numbered(100)...)
	require.NotEqual(t, numbered(100), got)
	require.ElementsMatch(t, numbered(100), got)
}

func TestNothingIsSwappedWithADeletion(t *testing.T) {
	t.Parallel()
	events := []string{"ADDED a", "DELETED a", "ADDED b", "BOOKMARK"}
	require.Equal(t, events, watched(t, Swap(100, nothing), false, events...))
}

func TestAForgottenWatchEndsWithAnError(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"MODIFIED 0", "MODIFIED 1", "ERROR"}, watched(t, Forget(nothing), true, numbered(2)...))
}
