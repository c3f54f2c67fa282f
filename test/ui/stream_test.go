package ui

import (
	"bufio"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/browser"
	"depctl.dev/test/sandbox"
)

// shows waits until the list shows a Job in a state.
func shows(tab *browser.Tab, name, state string) {
	tab.Until(name+" is "+state, fmt.Sprintf(`%s?.querySelector(".c-state")?.innerText.includes(%q)`, rowOf(name), state))
}

func TestAChangeReachesThePageWithoutLoadingItAgain(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("extract", "", map[string]string{"until-told": "true"})
	s.make("load", "extract", long)
	tab := s.page(browser.Desktop)
	goTo(tab, "view=list")
	browser.Value[bool](tab, `window.loadedOnce = true`)
	shows(tab, "extract", "running")
	shows(tab, "load", "waiting")
	second := tab.Another()
	second.Open(browser.Value[string](tab, `location.href`) + "&id=" + s.id("load"))
	panelShows(second, "extract")
	require.NoError(t, sandbox.Tell(t.Context(), s.client, s.name, "extract"))
	shows(second, "load", "running")
	second.Until("the panel, too", `document.querySelector(".panel .state")?.innerText.includes("running")`)
	// What is behind another tab may rest, and goes on when it is in front.
	front(tab)
	shows(tab, "extract", "succeeded")
	shows(tab, "load", "running")
	s.make("late", "load", nil)
	shows(tab, "late", "waiting")
	require.True(t, browser.Value[bool](tab, `window.loadedOnce`))
	require.Empty(t, tab.Mistakes())
	require.Empty(t, second.Mistakes())
}

// A browser has few connections to a server; tabs must not take them from one another.
func TestManyTabsOfOneBrowserWork(t *testing.T) {
	t.Parallel()
	s := shared.namespace(t)
	s.make("slow", "", long)
	s.make("load", "slow", nil)
	first := s.page(browser.Desktop)
	goTo(first, "view=list")
	shows(first, "load", "waiting")
	url := browser.Value[string](first, `location.href`)
	for range 8 {
		tab := first.Another()
		tab.Open(url)
		front(tab)
		shows(tab, "load", "waiting")
	}
	front(first)
	s.make("late", "load", nil)
	shows(first, "late", "waiting")
}

// watches returns how many watches of Jobs the API server serves.
func watches(t *testing.T, client kubernetes.Interface) (many int) {
	t.Helper()
	text, err := client.Discovery().RESTClient().Get().AbsPath("/metrics").DoRaw(t.Context())
	require.NoError(t, err)
	for _, found := range regexp.MustCompile(`(?m)^apiserver_longrunning_requests\{[^}]*resource="jobs"[^}]*verb="WATCH"[^}]*\} (\d+)$`).FindAllSubmatch(text, -1) {
		n, err := strconv.Atoi(string(found[1]))
		require.NoError(t, err)
		many += n
	}
	return many
}

// listen opens a stream, and reads its first frame; it is open until the test ends.
func (e entry) listen(t *testing.T, namespace string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.at+"api/stream?namespace="+namespace, nil)
	require.NoError(t, err)
	response, err := e.Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	for lines := bufio.NewReader(response.Body); ; {
		line, err := lines.ReadString('\n')
		require.NoError(t, err)
		if strings.HasPrefix(line, "event: snapshot") {
			return
		}
	}
}

func TestManyTabsShareAWatchAndOutliveAnOutage(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it has a cluster of its own")
	}
	box := sandbox.New(t, sandbox.Options{APIOnly: true})
	client, err := kubernetes.NewForConfig(box.Config())
	require.NoError(t, err)
	s := (&cluster{box, client}).namespace(t)
	s.make("slow", "", nil)
	before := watches(t, client)
	url := s.served(t, "-n", s.name)
	entrance := entered(t, url)
	for range 30 {
		entrance.listen(t, s.name)
	}
	require.Equal(t, before+1, watches(t, client), "30 tabs are one watch")

	tab := browser.New(t, browser.Desktop)
	tab.Open(url)
	goTo(tab, "view=list")
	tab.Until("the Job is there", rowOf("slow"))
	require.NoError(t, box.Kill(sandbox.APIServer))
	tab.Shows("The API server does not answer, trying again")
	tab.Until("and what was known is still there", rowOf("slow"))
	tab.Picture(*pictures, "stream-outage")
	require.NoError(t, box.Restart(t.Context(), sandbox.APIServer))
	s.make("late", "", nil)
	tab.Until("the page goes on", rowOf("late"))
	tab.Until("and says no more of it", `!document.body.innerText.includes("does not answer")`)
	require.Empty(t, tab.Mistakes())
}
