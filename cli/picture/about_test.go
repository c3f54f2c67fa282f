package picture

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

func TestWhatAPageSaysOfAll(t *testing.T) {
	g := graphOf("extract succeeded", "clean failed: extract", "load skipped: clean", "mail: load", "index: load")
	g.Cluster, g.Title = "prod-eu", "run monday"
	g.Nodes = append(g.Nodes, Node{ID: "set", Kind: Group, Counts: map[gate.State]int{gate.StateWaiting: 40, gate.StateFailed: 2}})
	require.Equal(t, about{
		Text: "run monday, cluster prod-eu, namespace ns, as of 2026-11-23T02:10:00Z",
		Counts: []stateCount{
			{gate.StateSucceeded, 1, "good"},
			{gate.StateWaiting, 42, "idle"},
			{gate.StateSkipped, 1, "stopped"},
			{gate.StateFailed, 3, "bad"},
		},
	}, g.about())
	require.Equal(t, about{Counts: []stateCount{}}, (&Graph{}).about())
}

func TestTheCommandsOfAJob(t *testing.T) {
	job := func(change func(*Node)) Node {
		n := Node{Kind: Job, Ref: lang.Job("etl", "load"), UID: "uid"}
		change(&n)
		return n
	}
	for name, tt := range map[string]struct {
		node Node
		want string
	}{
		"a Job has its logs, and why it stands so": {job(func(*Node) {}), "depctl logs load -n etl; depctl explain load -n etl"},
		"a step is named with its run": {
			job(func(n *Node) { n.Ref.Run = "2026-11-29" }), "depctl logs load --run 2026-11-29 -n etl; depctl explain load --run 2026-11-29 -n etl",
		},
		"a run has the logs of all of its steps":  {job(func(n *Node) { n.Kind, n.Ref.Run = WholeRun, "monday" }), "depctl logs --run monday -n etl"},
		"what is not made yet has none":           {job(func(n *Node) { n.UID = "" }), ""},
		"another kind has none":                   {job(func(n *Node) { n.Ref.Kind = "deployment" }), ""},
		"a name that a shell would run has none":  {job(func(n *Node) { n.Ref.Name = "x; rm -rf ~" }), ""},
		"a name that is a flag has none":          {job(func(n *Node) { n.Ref.Name = "--server=http://evil" }), ""},
		"a namespace of two lines has none":       {job(func(n *Node) { n.Ref.Namespace = "etl\nid" }), ""},
		"a run whose name a shell would run, too": {job(func(n *Node) { n.Ref.Run = "$(id)" }), ""},
	} {
		t.Run(name, func(t *testing.T) {
			var commands []string
			for _, c := range (&Graph{Cluster: "prod"}).commands(tt.node) {
				commands = append(commands, c[1])
			}
			require.Equal(t, tt.want, strings.Join(commands, "; "))
		})
	}
	require.Empty(t, (&Graph{}).commands(job(func(n *Node) { n.Kind, n.Ref.Run = WholeRun, "run" })), "manifests have no logs")
}

// TestHostileNamesStayText puts what would end a script, an attribute or an element wherever
// somebody else may write.
func TestHostileNamesStayText(t *testing.T) {
	for name, evil := range map[string]string{
		"the end of the script":   "</script><script>alert(1)</script>",
		"an element":              `<img src=x onerror="alert(1)">`,
		"the end of an attribute": `" onload="alert(1)`,
		"a comment":               "<!--<script>",
		"the place of the data":   "/*DATA*/ /*ABOUT*/ <!--SVG--> /*STYLES*/",
		"a line of JavaScript":    "\u2028alert(1)//",
		"the codes of a terminal": "\x1b]0;evil\x07",
	} {
		t.Run(name, func(t *testing.T) {
			write := func(text string) string {
				g := graphOf("a failed", "b: a")
				g.Cluster, g.Title, g.Namespace = text, text, text
				for i := range g.Nodes {
					n := &g.Nodes[i]
					n.Ref.Name, n.Ref.Namespace, n.Message, n.DependsOn, n.When, n.UID, n.Name = text, text, text, text, text, text, text
					n.Waits, n.Members, n.Runs = []string{text}, []string{text}, []Run{{Time: text, State: gate.State(text)}}
				}
				var b bytes.Buffer
				require.NoError(t, HTML(&b, g))
				return b.String()
			}
			page, harmless := write(evil), write("harmless")
			for _, sign := range []string{"<script", "</script", "<img", "<!--", "<svg"} {
				require.Equal(t, strings.Count(harmless, sign), strings.Count(page, sign), sign)
			}
			for _, sign := range []string{"\u2028", "\x1b", "\x07"} {
				require.NotContains(t, page, sign)
			}
			require.NotContains(t, page, ` onload="alert`)
			_, script, _ := strings.Cut(page, "const data = ")
			data, rest, _ := strings.Cut(script, ", about = ")
			said, _, _ := strings.Cut(rest, ";\n")
			var details []detail
			require.NoError(t, json.Unmarshal([]byte(data), &details))
			require.NoError(t, json.Unmarshal([]byte(said), &about{}))
			require.Len(t, details, 2)
		})
	}
}
