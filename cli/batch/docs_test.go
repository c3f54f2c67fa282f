package batch

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
	"depctl.dev/gate"
)

var update = flag.Bool("update", false, "write the golden files and tables anew")

const docs = "../../docs/reference/batch.md"

// TestTheTablesAreTrue reads every row of the tables of options, | `option` |
// what it becomes |, and submits a script with that option. With -update it
// writes the second column.
func TestTheTablesAreTrue(t *testing.T) {
	data, err := os.ReadFile(docs)
	require.NoError(t, err)
	var dialect string
	rows := map[string][]string{}
	lines := strings.Split(string(data), "\n")
	for i, text := range lines {
		if m := regexp.MustCompile(`^<!-- options of ([a-z]+) -->$`).FindStringSubmatch(text); m != nil {
			dialect = m[1]
			continue
		}
		m := regexp.MustCompile("^\\| `` ?(.*?) ?`` \\|(.*)\\|$").FindStringSubmatch(text)
		if m == nil {
			if !strings.HasPrefix(text, "|") {
				if strings.HasPrefix(text, "#") {
					dialect = ""
				}
			}
			continue
		}
		require.NotEmpty(t, dialect, "line %d is in no table of options", i+1)
		option := strings.ReplaceAll(m[1], `\|`, "|")
		rows[dialect] = append(rows[dialect], option)
		got := fmt.Sprintf("| `` %s `` | %s |", m[1], strings.ReplaceAll(becomes(t, dialect, option), "|", `\|`))
		if *update {
			lines[i] = got
		} else {
			require.Equal(t, got, text, "line %d", i+1)
		}
	}
	if *update {
		require.NoError(t, os.WriteFile(docs, []byte(strings.Join(lines, "\n")), 0o644))
	}
	for _, d := range dialects() {
		var names []string
		for _, row := range rows[d.Name] {
			list, err := notation.Words(row)
			require.NoError(t, err)
			for len(list) > 0 {
				if o := find(d, list[0].Text).option; o != nil {
					names = append(names, o.Names)
				}
				list = list[1:]
			}
		}
		for _, o := range d.Options {
			if fateOf(&o) == carried {
				require.Contains(t, names, o.Names, "options of %s without a row", d.Name)
			}
		}
	}
}

// becomes says what an option makes of a Job, beyond what it is without.
func becomes(t *testing.T, d, option string) string {
	t.Helper()
	prefix := dialects().named(d).Prefix
	base := &batchv1.Job{}
	base.Spec.Template.Spec.Containers = []corev1.Container{{Image: "alpine"}}
	made := func(directive string) (*Submission, error) {
		return Compile(Input{
			Context: request.Context{
				Script: &request.Script{Name: "run.sh", Text: "#!/bin/sh\n" + directive + "\nrun\n"},
				Namesakes: func(name string) ([]string, error) {
					return map[string][]string{"many": {"many", "many-x7k2p", "many-b4c9d"}, "made": {"made-x7k2p"}}[name], nil
				},
				LookupEnv: func(name string) (string, bool) { return "/home/me", name == "HOME" },
				Now:       time.Date(2026, 11, 23, 2, 10, 0, 0, time.UTC),
			},
			Site: &Site{Name: "depctl.yaml", Job: base, Queues: map[string]Queue{
				"long": {Labels: map[string]string{"team/queue": "long"}},
			}},
			Dialect: d,
			Options: []Option{
				{Dialect: Depctl, Name: "numbering", Value: "a=1-100"},
				{Dialect: Depctl, Name: "numbering", Value: "b=0-99"},
			},
		})
	}
	plain, err := made("#")
	require.NoError(t, err)
	submission, err := made(prefix + " " + option)
	if err != nil {
		var problems request.Problems
		require.ErrorAs(t, err, &problems)
		texts := make([]string, len(problems))
		for i, p := range problems {
			texts[i] = p.Message
			if p.Hint != "" {
				texts[i] += "; " + strings.ReplaceAll(p.Hint, "\n", " ")
			}
		}
		return "error: " + strings.Join(texts, "; ")
	}
	before, after := flat(t, plain.Job), flat(t, submission.Job)
	var parts []string
	for _, path := range slices.Sorted(maps.Keys(after)) {
		if after[path] != before[path] {
			parts = append(parts, "`"+path+": "+after[path]+"`")
		}
	}
	for path := range before {
		if _, ok := after[path]; !ok && path != "generateName" {
			parts = append(parts, "no `"+path+"`")
		}
	}
	for _, note := range submission.Notes {
		_, text, _ := strings.Cut(note, ": ")
		if strings.HasPrefix(note, "run.sh:") {
			_, text, _ = strings.Cut(text, ": ")
		} else if !strings.HasPrefix(note, "queue ") {
			text = note
		}
		parts = append(parts, "note: "+text)
	}
	if len(parts) == 0 {
		return "what is so anyway"
	}
	return strings.Join(parts, "; ")
}

// flat returns what tells Jobs apart, with short names. What every array and
// every Job that waits has is left out.
func flat(t *testing.T, job *batchv1.Job) map[string]string {
	t.Helper()
	job = job.DeepCopy()
	delete(job.Spec.Template.Annotations, scriptAnnotation)
	delete(job.Labels, request.NameLabel)
	job.Spec.Template.Labels = nil
	spec := &job.Spec
	if spec.Completions != nil && *spec.Completions == *spec.Parallelism {
		spec.Parallelism = nil
	}
	spec.Completions, spec.CompletionMode = nil, nil
	if spec.BackoffLimitPerIndex != nil && *spec.BackoffLimitPerIndex == 0 {
		spec.BackoffLimitPerIndex, spec.BackoffLimit = nil, new(int32)
	}
	if job.Annotations[gate.DependsOnAnnotation] != "" {
		spec.Suspend = nil
	}
	main := &spec.Template.Spec.Containers[0]
	if len(main.Command) > 2 && main.Command[1] == "-c" {
		main.Command, main.Args = main.Args, nil
	}
	ours := variablesOfDialects()
	values := map[string]string{"command": strings.Join(main.Command, " ")}
	for _, v := range main.Env {
		if !strings.HasPrefix(v.Name, "DEPCTL_") && !ours[v.Name] {
			values["env "+v.Name] = v.Value
		}
	}
	main.Command, main.Env = nil, nil
	if spec.PodFailurePolicy != nil {
		rule := spec.PodFailurePolicy.Rules[0]
		values["podFailurePolicy"] = fmt.Sprintf("%s %s", rule.Action, rule.OnPodConditions[0].Type)
		spec.PodFailurePolicy = nil
	}
	text, err := yaml.Marshal(job)
	require.NoError(t, err)
	var tree any
	require.NoError(t, yaml.Unmarshal(text, &tree))
	flatten(values, "", tree)
	return values
}

// variablesOfDialects returns the names of all variables that dialects set.
func variablesOfDialects() map[string]bool {
	names := map[string]bool{}
	for _, d := range dialects()[1:] {
		for _, name := range d.Indexes {
			names[name] = true
		}
		for _, array := range []notation.Numbering{nil, {{Last: 1, Step: 1}}} {
			r := request.New(request.Context{})
			r.Array, r.Queue = array, "long"
			r.CPU.Set(1)
			for _, v := range d.Variables(r) {
				names[v.Name] = true
			}
		}
	}
	return names
}

func flatten(into map[string]string, path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			flatten(into, path+"."+key, inner)
		}
	case []any:
		for i, inner := range value {
			flatten(into, fmt.Sprintf("%s[%d]", path, i), inner)
		}
	default:
		if path == ".spec.template.spec.containers[0].name" {
			return
		}
		for _, short := range [][2]string{
			{".metadata.annotations.", ""},
			{".metadata.labels.", "label "},
			{".metadata.", ""},
			{".spec.template.spec.containers[0].", ""},
			{".spec.template.spec.", "pod "},
			{".spec.", ""},
			{".", ""},
		} {
			if rest, ok := strings.CutPrefix(path, short[0]); ok {
				path = short[1] + rest
				break
			}
		}
		into[path] = fmt.Sprint(value)
	}
}
