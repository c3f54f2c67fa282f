package licence

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write docs/reference/licences.md")

const (
	source = "../../.."
	page   = source + "/docs/reference/licences.md"
)

// shipped are the programs of a release, and for which systems. Of each system one architecture stands for both: no
// module is there for one alone.
var shipped = []struct {
	program   string
	platforms []string
}{
	{"depctl", []string{"linux/amd64", "darwin/arm64", "windows/amd64"}},
	{"depctl-gate", []string{"linux/arm64"}},
	{"depctl-scheduler", []string{"linux/amd64"}},
}

// TestThePageListsWhatIsCompiledIn fails when a module of a program, its version or its licence is not what the page
// says, and when a licence is not among those that may be passed on.
func TestThePageListsWhatIsCompiledIn(t *testing.T) {
	programs := map[string][]string{}
	expressions := map[string]string{}
	var modules []Module
	for _, s := range shipped {
		var lists [][]Module
		for _, text := range s.platforms {
			platform, err := v1.ParsePlatform(text)
			require.NoError(t, err)
			list, err := Of(t.Context(), source, s.program, *platform)
			require.NoError(t, err)
			lists = append(lists, list)
		}
		for _, m := range Union(lists...) {
			expression, err := m.Expression()
			require.NoError(t, err)
			expressions[m.Path+" "+m.Version] = expression
			programs[m.Path+" "+m.Version] = append(programs[m.Path+" "+m.Version], strings.TrimPrefix(s.program, "depctl-"))
			modules = append(modules, m)
		}
	}
	table := "| module | version | licence | in |\n|---|---|---|---|\n"
	for _, m := range Union(modules) {
		key := m.Path + " " + m.Version
		table += fmt.Sprintf("| %s | %s | %s | %s |\n", m.Path, m.Version, expressions[key], strings.Join(programs[key], ", "))
	}
	const begin, end = "<!-- modules -->\n", "<!-- /modules -->"
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(text), begin)
	require.True(t, found)
	shown, after, found := strings.Cut(rest, end)
	require.True(t, found)
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(before+begin+table+end+after), 0o644))
		return
	}
	require.True(t, table == shown, "docs/reference/licences.md is stale; run: make licences")
}

func TestThePageListsThePackagesOfThePage(t *testing.T) {
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	packages, err := Bundled(source)
	require.NoError(t, err)
	require.NotEmpty(t, packages)
	for _, p := range packages {
		expression, err := p.Expression()
		require.NoError(t, err)
		require.Contains(t, string(text), fmt.Sprintf("| %s | %s | [%s](", p.Path, p.Version, expression))
	}
}

func TestALicenceThatIsNotKnownIsAnError(t *testing.T) {
	mit, err := os.ReadFile(source + "/cli/ui/web/vendor/preact/LICENSE")
	require.NoError(t, err)
	apache, err := os.ReadFile(source + "/LICENSE")
	require.NoError(t, err)
	for name, test := range map[string]struct {
		texts     []Text
		want, err string
	}{
		"one":              {[]Text{{"LICENSE", string(mit)}}, "MIT", ""},
		"two":              {[]Text{{"LICENSE", string(mit)}, {"third_party/x/LICENSE", string(apache)}}, "Apache-2.0 AND MIT", ""},
		"none":             {nil, "", "example v1: no licence is known in its files"},
		"words of our own": {[]Text{{"LICENSE", "Ask us."}}, "", "example v1: no licence is known in its files"},
		"one that asks for more": {
			[]Text{{"LICENSE", "This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any later version."}},
			"", "is not among those that may be passed on",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Module{Path: "example", Version: "v1", Texts: test.texts}.Expression()
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestNoticesHoldEveryText(t *testing.T) {
	got := string(Notices("depctl", []Module{{Path: "a", Version: "v1", Texts: []Text{{"LICENSE", "one"}, {"NOTICE", "two"}}}, {Path: "b", Version: "v2", Texts: []Text{{"COPYING", "three"}}}}))
	for _, want := range []string{"a v1, LICENSE\n\none", "a v1, NOTICE\n\ntwo", "b v2, COPYING\n\nthree"} {
		require.Contains(t, got, want)
	}
	require.True(t, slices.IsSorted([]int{strings.Index(got, "one"), strings.Index(got, "two"), strings.Index(got, "three")}))
}
