package crontab

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/importer/output"
)

var update = flag.Bool("update", false, "write the golden file")

func TestLinesBecomeCronJobs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/crontab")
	require.NoError(t, err)
	out := Import([]output.File{{Name: "crontab", Text: string(text)}}, Options{Image: "alpine:3"})
	var b strings.Builder
	for _, e := range out.Report {
		b.WriteString("note: " + e.Place.String() + ": " + e.Part + ": " + e.Became + "\n")
	}
	for _, p := range out.Problems {
		b.WriteString("error: " + p.String() + "\n")
	}
	texts, err := out.YAML()
	require.NoError(t, err)
	for _, m := range texts {
		b.WriteString("---\n" + m.Text)
	}
	if *update {
		require.NoError(t, os.WriteFile("testdata/crontab.golden", []byte(b.String()), 0o644))
		return
	}
	want, err := os.ReadFile("testdata/crontab.golden")
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
}

func TestSchedules(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]job{
		"0 0 * * 7 x":              {schedule: "0 0 * * 0", command: "x"},
		"0 0 * * 6-7 x":            {schedule: "0 0 * * 6,0", command: "x"},
		"0 0 * * mon-sun/2 x":      {schedule: "0 0 * * 1,3,5,0", command: "x"},
		"0 0 * * 1,7 x":            {schedule: "0 0 * * 1,0", command: "x"},
		"-0\t0 * * * a  b":         {schedule: "0 0 * * *", command: "a  b"},
		"@midnight x":              {schedule: "@midnight", command: "x"},
		"* * * * * a%b%c":          {schedule: "* * * * *", command: "a", input: "b\nc\n"},
		`* * * * * date +\%F % in`: {schedule: "* * * * *", command: "date +%F", input: " in\n"},
	} {
		got, err := readJob(line, false)
		require.NoError(t, err, line)
		require.Equal(t, want, got, line)
	}
	got, err := readJob("@hourly root  a b", true)
	require.NoError(t, err)
	require.Equal(t, job{schedule: "@hourly", user: "root", command: "a b"}, got)
	for line, says := range map[string]string{
		"0~30 * * * * x": "random",
		"0 0 */2 * 1 x":  "both",
		"@sometimes x":   "no schedule",
		"@reboot x":      "starts with a machine",
		"0 0 * * x":      "no command",
	} {
		_, err := readJob(line, false)
		require.ErrorContains(t, err, says, line)
	}
}

// FuzzImport looks for crontabs that make it panic.
func FuzzImport(f *testing.F) {
	text, err := os.ReadFile("testdata/crontab")
	require.NoError(f, err)
	f.Add(string(text), false)
	f.Add("0 0 * * 7-7/2 root x%", true)
	f.Fuzz(func(t *testing.T, text string, system bool) {
		out := Import([]output.File{{Name: "crontab", Text: text}}, Options{Image: "alpine", System: system})
		_, err := out.YAML()
		require.NoError(t, err)
	})
}
