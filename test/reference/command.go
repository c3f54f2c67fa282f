package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli"
)

// commandPage returns the exit codes, and the help text of each command.
func commandPage(string) (string, error) {
	var b strings.Builder
	root := cli.Command(genericiooptions.NewTestIOStreamsDiscard())
	b.WriteString("\n" + exitCodes(root.Long) + "\n")
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	for _, name := range append([]string{""}, names...) {
		help, err := helpOf(strings.Fields(name + " --help"))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "## %s\n\n```text\n%s```\n\n", strings.TrimSpace("depctl "+name), help)
	}
	options, err := helpOf([]string{"options"})
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&b, "## Options of all commands\n\n```text\n%s```\n\n", options)
	return b.String(), nil
}

// helpOf returns what a command prints that only helps.
func helpOf(args []string) (string, error) {
	var out bytes.Buffer
	root := cli.Command(genericiooptions.IOStreams{In: &bytes.Buffer{}, Out: &out, ErrOut: &out})
	root.SetArgs(args)
	if err := root.Execute(); err != nil {
		return "", fmt.Errorf("depctl %s: %w", strings.Join(args, " "), err)
	}
	return strings.TrimRight(out.String(), "\n") + "\n", nil
}

// exitCodes returns the list of exit codes of a help text as a table.
func exitCodes(long string) string {
	_, list, _ := strings.Cut(long, "Exit codes:\n")
	list = regexp.MustCompile(`\n {7}`).ReplaceAllString(list, " ")
	table := row("exit code", "meaning") + "|---|---|\n"
	for _, m := range regexp.MustCompile(`(?m)^  (\d+) +(.*)$`).FindAllStringSubmatch(list, -1) {
		table += row(m[1], m[2])
	}
	return table
}

// writeManPages writes a man page of each command. They have no date, so that the
// same code gives the same pages.
func writeManPages(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root := cli.Command(genericiooptions.NewTestIOStreamsDiscard())
	disableTag(root)
	if err := doc.GenManTree(root, &doc.GenManHeader{Title: "DEPCTL", Section: "1", Source: "depctl", Manual: "depctl", Date: &time.Time{}}, dir); err != nil {
		return err
	}
	pages, err := filepath.Glob(filepath.Join(dir, "depctl*.1"))
	if err != nil {
		return err
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			return err
		}
		if err := os.WriteFile(page, bytes.Replace(text, []byte(`"Jan 0001"`), []byte(`""`), 1), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func disableTag(c *cobra.Command) {
	c.DisableAutoGenTag = true
	for _, sub := range c.Commands() {
		disableTag(sub)
	}
}
