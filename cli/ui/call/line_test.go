package call

import (
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// usage returns what doc.go says of an entry.
func (e entry) usage() string {
	var args, options, end []string
	args = []string{"depctl", e.command}
	if e.about != "" {
		args = append(args, e.about)
	}
	if e.scope != noNamespace {
		options = append(options, "--namespace=NAMESPACE")
	}
	for _, p := range e.parameters {
		upper := strings.ToUpper(p.name)
		switch p.place {
		case argument:
			args = append(args, p.prefix+upper)
		case option:
			options = append(options, "--"+p.name+"="+upper)
		case toggle:
			options = append(options, "--"+p.name)
		case last:
			end = append(end, "-- "+upper)
		}
	}
	return strings.Join(slices.Concat(args, options, e.fixed, end), " ")
}

func TestTheDocumentationHasAllNames(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	var want []string
	for _, table := range []map[string]entry{reads, streams, acts} {
		for _, name := range slices.Sorted(maps.Keys(table)) {
			want = append(want, name+strings.Repeat(" ", 11-len(name))+table[name].usage())
		}
	}
	var got []string
	for line := range strings.Lines(string(text)) {
		if row, is := strings.CutPrefix(line, "//\t"); is {
			got = append(got, strings.TrimSpace(row))
		}
	}
	require.Equal(t, want, got)
}

func TestNamesMakeCommandLines(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"check?namespace=etl":                                                   "check --namespace=etl --output=json",
		"explain?namespace=etl&name=load":                                       "explain load --namespace=etl --output=json",
		"explain?namespace=etl&name=cronjob/night":                              "explain cronjob/night --namespace=etl --output=json",
		"explain?namespace=etl&name=deployment/web":                             "explain deployment/web --namespace=etl --output=json",
		"explain?namespace=etl&name=load&recursive=true&index=7&run=2026-11-29": "explain load --namespace=etl --run=2026-11-29 --index=7 --recursive --output=json",
		"explain?namespace=etl&name=load&expr=--help":                           "explain load --namespace=etl --expr=--help --output=json",
		"jobs?namespace=&state=failed,held":                                     "get --all-namespaces --state=failed,held --output=json",
		"jobs":                                                                  "get --all-namespaces --output=json",
		"kinds":                                                                 "kinds --all-namespaces --output=json",
		"limits?namespace=etl":                                                  "limits --namespace=etl --output=json",
		"lint?namespace=etl":                                                    "lint --namespace=etl --cluster --output=json",
		"object?namespace=etl&name=load":                                        "get load --namespace=etl --raw --output=yaml",
		"objects?namespace=etl&name=load":                                       "get load --namespace=etl --raw --pods --output=json",
		"parse?expr=a, b":                                                       "parse --output=json -- 'a, b'",
		"parse?expr=--server=x":                                                 "parse --output=json -- --server=x",
		"plan?namespace=etl&cronjobs=true":                                      "plan --namespace=etl --cronjobs --output=json",
		"plan?namespace=etl&run=mon&cronjobs=":                                  "plan --namespace=etl --run=mon --output=json",
		"runs?limit=30":                                                         "runs --all-namespaces --limit=30 --output=json",
		"schedules":                                                             "explain 'cronjob/*' --all-namespaces --output=json",
		"status?namespace=etl":                                                  "status --namespace=etl --output=json",
		"logs?namespace=etl&name=load&follow=1":                                 `there is no such command for a page: "logs"`,
		"hold?namespace=etl&name=load":                                          `there is no such command for a page: "hold"`,
		"get?namespace=etl":                                                     `there is no such command for a page: "get"`,
		"explain?name=load":                                                     "namespace is missing",
		"explain?namespace=etl":                                                 "name is missing",
		"explain?namespace=etl&name=":                                           "name is missing",
		"explain?namespace=etl&name=--help":                                     `name: "--help" is not a name`,
		"explain?namespace=etl&name=other/load":                                 `name: "other/load" is not one name in namespace etl`,
		"explain?namespace=etl&name=node/load":                                  `name: "node/load" is not the name of a Job, or KIND/NAME`,
		"explain?namespace=etl&name=l*":                                         `name: "l*" is not one name in namespace etl`,
		"explain?namespace=etl&name=cronjob/l*":                                 `name: "l*" is not a name`,
		"explain?namespace=etl&name=a%0Ab":                                      `name: "a\nb" is not a name`,
		"explain?namespace=-A&name=load":                                        `namespace: "-A" is not the name of a namespace`,
		"explain?namespace=etl&name=a&expr=-":                                   `expr: "-" is not an expression`,
		"explain?namespace=etl&name=a&index=-1":                                 `index: "-1" is not a number`,
		"explain?namespace=etl&name=a&recursive=2":                              `recursive: "2" is neither true nor false`,
		"explain?namespace=etl&name=a&run=a/b":                                  `run: --run "a/b": a run has a name of 1 to 63 letters, digits, -, _ and ., which starts and ends with a letter or a digit`,
		"explain?namespace=etl&name=a&name=b":                                   `"name" is given 2 times`,
		"explain?namespace=etl&name=a&server=x":                                 `depctl explain takes no "server" from a page`,
		"explain?namespace=etl&name=a&output=x":                                 `depctl explain takes no "output" from a page`,
		"jobs?state=perhaps":                                                    `state: --state "perhaps": it is one of: succeeded`,
		"parse?namespace=etl&expr=a":                                            `depctl parse takes no "namespace" from a page`,
		"parse?expr=%FF":                                                        "expr: it is not UTF-8",
		"parse?expr=" + strings.Repeat("a", longestExpression+1):                "expr: it is longer than 196608 bytes",
	} {
		t.Run(query[:min(len(query), 60)], func(t *testing.T) {
			name, rest, _ := strings.Cut(query, "?")
			values, err := url.ParseQuery(strings.ReplaceAll(rest, " ", "+"))
			require.NoError(t, err)
			args, err := Line(name, values)
			if err != nil {
				require.Empty(t, args)
				require.True(t, strings.HasPrefix(err.Error(), want), "%s\n%s", err, want)
				return
			}
			require.Equal(t, "depctl "+want, Shown(args, nil))
		})
	}
}

func TestActionsMakeCommandLines(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]Action{
		"hold load --namespace=etl --reason='disk is full; it'\\''s' --yes":            {Action: "hold", Name: "load", Options: map[string]string{"reason": "disk is full; it's"}},
		"hold load --namespace=etl --reason=--force --dry-run=server":                  {Action: "hold", Name: "load", Options: map[string]string{"reason": "--force"}, DryRun: true},
		"release deployment/web --namespace=etl --force --yes":                         {Action: "release", Name: "deployment/web", Options: map[string]string{"force": "true"}},
		"retry --namespace=etl --run=mon --yes":                                        {Action: "retry", Options: map[string]string{"run": "mon"}},
		"retry --namespace=etl --run=mon --from=load --only --yes":                     {Action: "rerun", Options: map[string]string{"run": "mon", "from": "load", "only": "1"}},
		"cancel load --namespace=etl --downstream --dry-run=server":                    {Action: "cancel", Name: "load", Options: map[string]string{"downstream": "true", "keep": "false"}, DryRun: true},
		"set load --namespace=etl --on-failure= --yes -- 'a or b'":                     {Action: "set", Name: "load", Options: map[string]string{"expr": "a or b", "on-failure": ""}},
		"set load --namespace=etl --dry-run=server -- --yes":                           {Action: "set", Name: "load", Options: map[string]string{"expr": "--yes"}, DryRun: true},
		"run cronjob/night --namespace=etl":                                            {Action: "run-now", Name: "night"},
		"run cronjob/night --namespace=etl --at=2026-11-29T02:00:00Z --dry-run=server": {Action: "run-now", Name: "night", Options: map[string]string{"at": "2026-11-29T02:00:00Z"}, DryRun: true},
		"hold cronjob/night --namespace=etl --yes":                                     {Action: "suspend", Name: "night"},
		"release cronjob/night --namespace=etl --dry-run=server":                       {Action: "resume", Name: "night", DryRun: true},
		`error: there is no such command for a page: "uninstall"`:                      {Action: "uninstall"},
		`error: there is no such command for a page: "explain"`:                        {Action: "explain", Name: "load"},
		`error: "name" is no option`:                                                   {Action: "hold", Name: "load", Options: map[string]string{"name": "other"}},
		`error: "namespace" is no option`:                                              {Action: "hold", Name: "load", Options: map[string]string{"namespace": "other"}},
		`error: depctl hold takes no "yes" from a page`:                                {Action: "hold", Name: "load", Options: map[string]string{"yes": "true"}},
		"error: name or run is missing":                                                {Action: "hold"},
		"error: from is missing":                                                       {Action: "rerun", Options: map[string]string{"run": "mon"}},
		`error: name: "cronjob/night" is not a name`:                                   {Action: "suspend", Name: "cronjob/night"},
		`error: reason: it is not one line of text`:                                    {Action: "hold", Name: "load", Options: map[string]string{"reason": "a\nb"}},
		`error: at: "now": write a time as in 2026-11-29T02:00:00Z`:                    {Action: "run-now", Name: "night", Options: map[string]string{"at": "now"}},
	} {
		t.Run(want, func(t *testing.T) {
			a.Namespace = "etl"
			args, err := ActLine(a)
			if err != nil {
				require.Equal(t, want, "error: "+err.Error())
				return
			}
			require.Equal(t, "depctl "+want, Shown(args, nil))
		})
	}
}

func TestAShownCommandHasTheConnection(t *testing.T) {
	t.Parallel()
	require.Equal(t, "depctl parse --output=json --context=prod -- 'a b'", Shown([]string{"parse", "--output=json", "--", "a b"}, []string{"--context=prod"}))
}

// FuzzNoValueIsAnOption makes lines of any values: what begins as an option is one of the table,
// and everything behind "--" is one expression.
func FuzzNoValueIsAnOption(f *testing.F) {
	all := map[string]entry{}
	for _, table := range []map[string]entry{reads, streams, acts} {
		maps.Copy(all, table)
	}
	names := slices.Sorted(maps.Keys(all))
	for i := range names {
		f.Add(i, "etl", "load", "--server=evil", "a\x00b")
		f.Add(i, "", "--kubeconfig=/etc/passwd", "1", "-")
		f.Add(i, "-A", "cronjob/x", "true", "mon")
	}
	f.Fuzz(func(t *testing.T, n int, namespace, name, one, other string) {
		e := all[names[uint(n)%uint(len(names))]]
		values := url.Values{"namespace": {namespace}, "name": {name}}
		for i, p := range e.parameters {
			if p.name != "name" {
				values.Set(p.name, []string{one, other}[i%2])
			}
		}
		if e.scope == noNamespace {
			values.Del("namespace")
		}
		if !slices.ContainsFunc(e.parameters, func(p parameter) bool { return p.name == "name" }) {
			values.Del("name")
		}
		args, err := line(map[string]entry{"x": e}, "x", values)
		if err != nil {
			return
		}
		require.Equal(t, e.command, args[0])
		for i, arg := range args[1:] {
			if arg == "--" {
				require.Len(t, args, i+3)
				break
			}
			option, _, _ := strings.Cut(arg, "=")
			known := slices.Contains(e.fixed, arg) || option == "--namespace" || option == "--all-namespaces" ||
				slices.ContainsFunc(e.parameters, func(p parameter) bool { return "--"+p.name == option && p.place != argument && p.place != last })
			if strings.HasPrefix(arg, "-") {
				require.True(t, known, arg)
				continue
			}
			require.NotContains(t, arg, "\n")
			require.True(t, arg == e.about || i == 0, "%q is a second argument", arg)
		}
	})
}
