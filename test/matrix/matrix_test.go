package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var root = filepath.Join("..", "..")

// The page is what the last run of make matrix saw, of the versions and tests that are asked for now.
func TestThePageIsWhatWasSeen(t *testing.T) {
	t.Parallel()
	now, err := current(root)
	require.NoError(t, err)
	known, err := read(filepath.Join(root, results))
	require.NoError(t, err)
	for _, one := range known {
		require.Contains(t, versions(now), one.version, "it is not asked for any more: run `make matrix`")
	}
	want, err := known.page(versions(now))
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(root, pagePath))
	require.NoError(t, err)
	require.Equal(t, want, string(got), "run `make matrix`")
	require.NotContains(t, want, "fails")
}

func TestTheTestsExist(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, "test", "integration", "*_test.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var source strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		source.Write(text)
	}
	for _, c := range capabilities {
		require.FileExists(t, filepath.Join(root, "docs", c.Guide))
		require.NotEmpty(t, c.Tests, c.Name)
		for _, test := range append(c.Tests, c.Instead...) {
			name, _, _ := strings.Cut(test, "/")
			require.Regexp(t, regexp.MustCompile(`(?m)^func `+name+`\(t \*testing\.T\)`), source.String())
		}
	}
}

func TestAVersionThatWasNotTestedIsNotWrittenAbout(t *testing.T) {
	t.Parallel()
	all := versions("v1.37.2")
	var known record
	page, err := known.page(all)
	require.NoError(t, err)
	require.Contains(t, page, "| [Limits](../guide/limits.md) | not run | not run | not run | not run | not run |")
	for _, v := range all {
		ends := map[string]string{}
		for _, c := range capabilities {
			for _, test := range c.on(v) {
				ends[test] = "PASS"
			}
		}
		known = known.with(v, ends)
	}
	page, err = known.page(all)
	require.NoError(t, err)
	require.Contains(t, page, "| [Limits](../guide/limits.md) | yes | yes | yes | yes | yes |")
	require.Contains(t, page, "| no (1) | no (1) | yes | yes | yes |")
	known[0].Tests["TestLimits"] = "SKIP"
	page, err = known.page(all)
	require.NoError(t, err)
	require.Contains(t, page, "| [Limits](../guide/limits.md) | **fails** | yes | yes | yes | yes |")
	delete(known[0].Tests, "TestLimits")
	_, err = known.page(all)
	require.ErrorContains(t, err, "TestLimits was not run on Kubernetes 1.34")
	known[0].Tests["TestLimits"] = "PASS"
	page, err = known.page(versions("v1.38.0"))
	require.NoError(t, err)
	require.Contains(t, page, "| [Limits](../guide/limits.md) | yes | yes | yes | not run | not run |", "another release of 1.37")
}

func TestHowTestsEnded(t *testing.T) {
	t.Parallel()
	require.Equal(t, map[string]string{"TestA": "PASS", "TestB": "FAIL", "TestB/one": "FAIL", "TestC": "SKIP"}, outcomes(`=== RUN   TestA
--- PASS: TestA (1.2s)
--- FAIL: TestB (0s)
    --- FAIL: TestB/one (0s)
--- SKIP: TestC (0s)
`))
	require.Equal(t, "^(TestA|TestB)$", pattern([]string{"TestB", "TestA"}))
	require.Equal(t, "^(TestA)$/^(web-full)$", pattern([]string{"TestA/web-full"}))
}
