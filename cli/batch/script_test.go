package batch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"depctl.dev/cli/batch/request"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

func TestTheInterpreterIsThatOfTheFirstLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"echo":                        {"/bin/sh"},
		"#!/bin/bash\n":               {"/bin/bash"},
		"#! /bin/bash -l \r\n":        {"/bin/bash", "-l"},
		"#!/usr/bin/env -S bash -e\n": {"/usr/bin/env", "-S bash -e"},
		"#!\n":                        {"/bin/sh"},
		"#$ -N x":                     {"/bin/sh"},
	} {
		require.Equal(t, want, interpreter(text), text)
	}
}

// TestNothingPanics compiles scripts of random directives. What comes out is a
// Job with an expression that the gate can read, or problems.
func TestNothingPanics(t *testing.T) {
	t.Parallel()
	seeds := directives(t)
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		text.WriteString("#!/bin/sh\n")
		for range rapid.IntRange(0, 6).Draw(t, "lines") {
			line := rapid.SampledFrom(seeds).Draw(t, "line")
			if rapid.Bool().Draw(t, "damaged") && len(line) > 0 {
				at := rapid.IntRange(0, len(line)).Draw(t, "at")
				line = line[:at] + rapid.StringN(0, 4, -1).Draw(t, "inserted") + line[min(len(line), at+rapid.IntRange(0, 3).Draw(t, "cut")):]
			}
			text.WriteString(line + "\n")
		}
		requireJobOrProblems(t, text.String())
	})
}

func FuzzAScript(f *testing.F) {
	for _, seed := range directives(f) {
		f.Add("#!/bin/sh\n" + seed + "\nrun\n")
	}
	f.Fuzz(func(t *testing.T, text string) { requireJobOrProblems(t, text) })
}

func requireJobOrProblems(t require.TestingT, text string) {
	s, err := Compile(Input{
		Context: request.Context{Script: &request.Script{Name: "run.sh", Text: text}, Now: time.Date(2026, 11, 23, 2, 10, 0, 0, time.UTC)},
		Options: []Option{
			{Dialect: Depctl, Name: "image", Value: "alpine"}, {Dialect: Depctl, Name: "numbering", Value: "a=1-100"},
		},
		Suffix: "x7k2p",
	})
	if err != nil {
		var problems request.Problems
		require.ErrorAs(t, err, &problems)
		require.NotEmpty(t, problems)
		return
	}
	if text, ok := s.Job.Annotations[gate.DependsOnAnnotation]; ok {
		expr, err := lang.Parse(text)
		require.NoError(t, err)
		require.Equal(t, expr.String(), text)
		_, err = gate.Observe(s.Job).Parse()
		require.NoError(t, err)
	}
	_, err = request.Numbers(s.Job)
	require.NoError(t, err)
}

// directives returns all lines of options in testdata and in the tables.
func directives(t require.TestingT) []string {
	var lines []string
	files, err := filepath.Glob("testdata/*/*")
	require.NoError(t, err)
	for _, file := range files {
		if filepath.Ext(file) == ".golden" {
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			if of, _, _ := directive(dialects(), line); of != nil {
				lines = append(lines, strings.TrimSuffix(line, "\n"))
			}
		}
	}
	require.NotEmpty(t, lines)
	return lines
}
