package lint

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/internal/manifest"
)

// lintText returns the findings of a text as "place code hint" lines.
func lintText(t *testing.T, text string) string {
	t.Helper()
	m := manifest.NewManifest("test.yaml", []byte(text))
	found := newLinting([]*manifest.Manifest{m}, "default", "").findings(m)
	var b strings.Builder
	for _, f := range found {
		b.WriteString(showPlace(f) + " " + string(f.Severity) + " " + string(f.Code) + ": " + f.Hint + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestWhatYAMLDoesToAValue(t *testing.T) {
	t.Parallel()
	const write = "write depctl.dev/depends-on: "
	tests := map[string]struct{ value, want string }{
		"text":                           {`extract`, ""},
		"text in quotes":                 {`"12"`, ""},
		"text by its tag":                {`!!str 12`, ""},
		"a tag, not a negation":          {`!failed(a)`, `4:28-4:38 error yaml-tag: ` + write + `"not failed(a)"`},
		"a tag, with text after it":      {`!a, b # c`, `4:28-4:31 error yaml-tag: ` + write + `"not a, b"`},
		"a tag of YAML":                  {`!!int 12`, `4:28-4:33 error yaml-tag: ` + write + `"12"`},
		"a lone tag":                     {`! a`, `4:28-4:29 error yaml-tag: ` + write + `"not a"`},
		"an anchor instead of text":      {`&a`, `4:28-4:30 error yaml-tag: ` + write + `"a"`},
		"an anchor before text":          {`&a B`, `4:28-4:30 warning yaml-tag: ` + write + `"B"` + "\n" + `4:31-4:32 error bad-name: did you mean "b"?`},
		"an alias to nowhere":            {`*-shard`, `4:28-4:35 error yaml-tag: ` + write + `"*-shard"`},
		"a flow map for a selector":      {`{app=etl}`, `4:28-4:29 error yaml-flow: ` + write + `"{app=etl}"`},
		"a flow map with values":         {`{app: etl, tier: x}`, `4:28-4:29 error yaml-flow: ` + write + `"{app=etl, tier=x}"`},
		"a flow map with maps":           {`{app: {a: b}}`, `4:28-4:29 error yaml-flow: name the Jobs to wait for, as in depctl.dev/depends-on: "extract", or take the annotation away`},
		"a template":                     {`{{ .Values.after }}`, `4:28-4:29 error yaml-flow: ` + manifest.TemplateHint},
		"a flow list":                    {`[a, b]`, `4:28-4:29 error yaml-flow: ` + write + `"a, b"`},
		"a list":                         {"\n    - a\n    - b", `5:5-5:6 error yaml-scalar: ` + write + `"a, b"`},
		"a map":                          {"\n      app: etl", `5:7-5:8 error yaml-scalar: ` + write + `"{app=etl}"`},
		"an integer":                     {`0123`, `4:28-4:32 error yaml-scalar: ` + write + `"0123"`},
		"a float":                        {`1.5`, `4:28-4:31 error yaml-scalar: ` + write + `"1.5"`},
		"true":                           {`true`, `4:28-4:32 error yaml-scalar: ` + write + `"true"`},
		"yes, which kubectl finds true":  {`on`, `4:28-4:30 error yaml-scalar: ` + write + `"on"`},
		"yes, in no way of writing it":   {`oN`, `4:28-4:30 error bad-name: did you mean "on"?`},
		"a date":                         {`2026-12-01`, `4:28-4:38 warning yaml-scalar: ` + write + `"2026-12-01"`},
		"nothing":                        {``, `4:27-4:27 error yaml-scalar: name the Jobs to wait for, as in depctl.dev/depends-on: "extract", or take the annotation away`},
		"null":                           {`null`, `4:28-4:32 error yaml-scalar: ` + write + `"null"`},
		"empty text":                     {`""`, `4:28-4:30 error empty: name the Jobs to wait for, as in: extract, etl/validate`},
		"a tag before quotes":            {`!a "b"`, `4:28-4:30 error yaml-tag: ` + write + `"not a b"`},
		"a quote that ends too early":    {`"a" or b`, `4:5-4:5 error yaml-syntax: put the whole value in line 4 in quotes: it begins with a sign that YAML reads itself`},
		"a reserved sign":                {`@a`, `4:5-4:5 error yaml-syntax: put the whole value in line 4 in quotes: it begins with a sign that YAML reads itself`},
		"more mistakes than are counted": {strings.Repeat("A, ", 22) + "b", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := lintText(t, "kind: Job\nmetadata:\n  annotations:\n    depctl.dev/depends-on: "+test.value+"\n")
			if strings.HasPrefix(name, "more mistakes") {
				require.Equal(t, 20, strings.Count(got, "bad-name"))
				require.True(t, strings.HasSuffix(got, `did you mean "a"?; 2 mistakes more in this expression`), got)
				return
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestFlowMapsEndValuesAtCommas(t *testing.T) {
	t.Parallel()
	const write = "error yaml-flow: write depctl.dev/depends-on: "
	tests := map[string]struct{ annotations, want string }{
		"one value":           {`{depctl.dev/depends-on: a, other: b}`, ""},
		"quoted":              {`{depctl.dev/depends-on: "a, b"}`, ""},
		"a comma":             {`{depctl.dev/depends-on: a, b}`, `1:61-1:65 ` + write + `"a, b"`},
		"commas in brackets":  {`{depctl.dev/depends-on: succeeded(a, b) >= 1, other: x, y}`, `1:61-1:81 ` + write + `"succeeded(a, b) >= 1"`},
		"over lines":          {"{depctl.dev/depends-on: a,\n b}", `1:61-2:3 ` + write + `"a, b"`},
		"a key of another":    {`{x: y, z, depctl.dev/depends-on: a}`, "1:41-1:42 error not-text: write x: \"y\"\n1:44-1:45 error not-text: write z: \"\""},
		"names in quotes":     {`{depctl.dev/depends-on: job:"a", b}`, `1:61-1:71 ` + "error yaml-flow: write depctl.dev/depends-on: 'job:\"a\", b'"},
		"JSON, a bare number": {`{"depctl.dev/depends-on": 7}`, `1:63-1:64 error yaml-scalar: write depctl.dev/depends-on: "7"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, lintText(t, `{kind: Job, metadata: {annotations: `+test.annotations+`}}`))
		})
	}
}

func TestAliasesAndMerges(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"an alias is where its anchor is": {
			"x-deps: &deps [B, A]\nx-dep: &dep a, B\nkind: Job\nmetadata:\n  annotations:\n    depctl.dev/depends-on: *dep\n",
			"2:16-2:17 error bad-name: did you mean \"b\"?\n6:28-6:32 warning yaml-tag: write depctl.dev/depends-on: \"a, B\"",
		},
		"merged annotations": {
			"x-all: &all\n  depctl.dev/depends-on: A\nkind: Job\nmetadata:\n  annotations:\n    <<: [*all]\n    b: c\n",
			"2:26-2:27 error bad-name: did you mean \"a\"?",
		},
		"an alias for all annotations": {
			"x-all: &all\n  depctl.dev/depends-on: A\nkind: Job\nmetadata: {annotations: *all}\n",
			"2:26-2:27 error bad-name: did you mean \"a\"?",
		},
		"own annotations come first": {
			"x-all: &all\n  depctl.dev/depends-on: A\nkind: Job\nmetadata:\n  annotations:\n    depctl.dev/depends-on: a\n    <<: *all\n",
			"",
		},
		"a list that holds itself": {"kind: List\nitems: &x\n- kind: List\n  items: *x\n", ""},
		"a map that merges itself": {"kind: Job\nmetadata:\n  annotations: &x\n    <<: *x\n", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, lintText(t, test.text)) })
	}
}

func TestWhatIsLooked(t *testing.T) {
	t.Parallel()
	const value = "\nmetadata: {name: a, namespace: etl, annotations: {depctl.dev/depends-on: etl/a}}\n"
	tests := map[string]struct {
		text string
		jobs int
	}{
		"a Job":                          {"apiVersion: batch/v1\nkind: Job" + value, 1},
		"a Job without apiVersion":       {"kind: Job" + value, 1},
		"a Job of another project":       {"apiVersion: batch.volcano.sh/v1alpha1\nkind: Job" + value, 0},
		"another kind":                   {"apiVersion: v1\nkind: Pod" + value, 0},
		"a CronJob's own annotation":     {"kind: CronJob" + value, 0},
		"no annotations":                 {"kind: Job\nmetadata: {name: a}\n", 0},
		"annotations that are no map":    {"kind: Job\nmetadata: {annotations: [a]}\n", 0},
		"metadata that is no map":        {"kind: Job\nmetadata: a\n", 0},
		"a document that is no map":      {"- a\n---\na\n---\n\n---\nkind: Job" + value, 1},
		"a document after three dots":    {"a: b\n...\n---\nkind: Job" + value, 1},
		"a directive and comments":       {"# a\n%YAML 1.1\n# b\n---\nkind: Job" + value, 1},
		"a list without kinds inside":    {"kind: CronJobList\nitems: [{spec: {jobTemplate: {metadata: {annotations: {depctl.dev/depends-on: a}}}}}]\n", 1},
		"a list in a list":               {"kind: List\nitems: [{kind: List, items: [{kind: Job, metadata: {annotations: {depctl.dev/depends-on: a}}}]}]\n", 1},
		"JSON objects beside another":    {`{"kind":"Pod"}{"kind":"Job","metadata":{"annotations":{"depctl.dev/depends-on":"a"}}}`, 1},
		"something that looks like JSON": {"{kind: Job, metadata: {annotations: {depctl.dev/depends-on: a}}}", 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			result := newLinting([]*manifest.Manifest{manifest.NewManifest("test.yaml", []byte(test.text))}, "default", "").result()
			require.Equal(t, test.jobs, result.waiting)
			require.Zero(t, result.broken)
		})
	}
}

func TestTheJobIsTheSubject(t *testing.T) {
	t.Parallel()
	job := func(metadata, spec string) string {
		return "kind: Job\nmetadata: {annotations: {depctl.dev/depends-on: X}" + metadata + "}\nspec: {" + spec + "}\n"
	}
	tests := map[string]struct{ text, value, want string }{
		"itself":                     {job(", name: a", ""), "b, a", "self-reference"},
		"itself, with its namespace": {job(", name: a, namespace: etl", ""), "etl/a", "self-reference"},
		"another namespace":          {job(", name: a, namespace: etl", ""), "default/a", ""},
		"a name to be made":          {job(", generateName: a", ""), "a", ""},
		"i of a Job without indexes": {job(", name: a", ""), "b[i]", "not-indexed"},
		"i of an Indexed Job":        {job(", name: a", "completionMode: Indexed, completions: 3"), "b[i]", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := lintText(t, strings.Replace(test.text, "X", `"`+test.value+`"`, 1))
			if test.want == "" {
				require.Empty(t, got)
			} else {
				require.Contains(t, got, " "+test.want+": ")
			}
		})
	}
}
