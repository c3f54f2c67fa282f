package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/lang"
)

const lintLong = `Look for mistakes in the annotation depctl.dev/depends-on of Jobs, and of the
Jobs that CronJobs make, without a cluster: in the expression, and in what YAML
makes of it. Each is shown at its line and column in the file.

Files may hold several documents, YAML or JSON, and Lists. Of a folder, all
.yaml, .yml and .json files are read, in the folders inside it too; "-" is
standard input. Objects of other kinds, and Jobs without the annotation, are
left alone. What one file says of a Job is not held against another's.

A mistake is an error if the gate would hold the Job for it, or the API server
refuse it. A warning is about an expression that probably means something else
than was meant. docs/lint.md lists them all.

Output formats:
  text     as compilers do it, with the line and the place in it (the default)
  json     a list of objects, empty if nothing was found
  sarif    SARIF 2.1.0, for code scanning
  github   commands of GitHub Actions, which show findings beside the lines

Exit codes:
  0   nothing was found
  1   something was found: an error, or a warning (unless --severity=error)
  2   the command line was wrong
  3   a file cannot be read or is not YAML; the others were looked at all the same`

const lintExample = `  # Files and folders
  depctl lint deploy/ job.yaml

  # What a tool renders
  kustomize build . | depctl lint -
  helm template . | depctl lint -

  # In GitHub Actions
  depctl lint -o github deploy/`

// The output formats of "depctl lint" beside JSON.
const (
	outputText   = "text"
	outputSARIF  = "sarif"
	outputGitHub = "github"
)

// lintOptions is what "depctl lint" was asked to do.
type lintOptions struct {
	streams   genericiooptions.IOStreams
	build     Build
	filenames []string
	severity  string
	output    string
	// namespace is that of Jobs that name none.
	namespace string
	terminal  terminal
}

func newCmdLint(f *factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &lintOptions{streams: streams, build: f.build}
	cmd := &cobra.Command{
		Use:                   "lint [FILE | FOLDER | -]... [-o text|json|sarif|github]",
		Short:                 "Find mistakes in manifests",
		Long:                  lintLong,
		Example:               lintExample,
		Args:                  cobra.ArbitraryArgs,
		DisableFlagsInUseLine: true,
		RunE: func(_ *cobra.Command, args []string) error {
			o.filenames = append(args, o.filenames...)
			if err := o.validate(); err != nil {
				return err
			}
			o.complete(f)
			return o.run()
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVarP(&o.filenames, "filename", "f", nil, "Another `FILE` or folder, or -, for kubectl's habit; may be repeated.")
	flags.StringVar(&o.severity, "severity", string(lang.Warning), "The least `LEVEL` that is shown and counts: warning or error.")
	flags.StringVarP(&o.output, "output", "o", outputText, "Output `FORMAT`: text, json, sarif or github.")
	flags.BoolP("recursive", "R", true, "")
	_ = flags.MarkHidden("recursive") // it is accepted and implied
	return cmd
}

func (o *lintOptions) validate() error {
	if len(o.filenames) == 0 {
		return usageErrorf("nothing to look at: name files or folders, or - for standard input")
	}
	if !slices.Contains([]string{string(lang.Warning), string(lang.Error)}, o.severity) {
		return usageErrorf("unknown severity %q, there are %q and %q", o.severity, lang.Warning, lang.Error)
	}
	formats := []string{outputText, outputJSON, outputSARIF, outputGitHub}
	if !slices.Contains(formats, o.output) {
		return usageErrorf("unknown output format %q, there are %s", o.output, strings.Join(formats, ", "))
	}
	return nil
}

func (o *lintOptions) complete(f *factory) {
	o.terminal = f.terminal(o.streams.Out)
	if o.namespace = f.givenNamespace(); o.namespace == "" {
		o.namespace = "default"
	}
}

// lintResult is what was found in all files.
type lintResult struct {
	findings    []finding
	jobs, files int
}

func (o *lintOptions) run() error {
	names, unreadable := manifestNames(o.filenames)
	var result lintResult
	broken := 0
	for _, name := range names {
		m, err := readManifest(name, o.streams.In)
		if err != nil {
			unreadable = append(unreadable, err)
			continue
		}
		found, jobs, failures := m.findings(o.namespace)
		result.findings = append(result.findings, found...)
		result.jobs += jobs
		result.files++
		broken += failures
	}
	if o.severity == string(lang.Error) {
		result.findings = slices.DeleteFunc(result.findings, func(f finding) bool { return f.Severity != lang.Error })
	}
	if err := o.print(result); err != nil {
		return err
	}
	for _, err := range unreadable {
		fmt.Fprintf(o.streams.ErrOut, "error: %s\n", clean(err.Error()))
	}
	switch {
	case len(unreadable) > 0 || broken > 0:
		return ended(exitUnreadable)
	case len(result.findings) > 0:
		return ended(exitFindings)
	}
	return nil
}

func (o *lintOptions) print(result lintResult) error {
	var err error
	switch o.output {
	case outputJSON:
		err = writeJSON(o.streams.Out, findingsJSON(result.findings))
	case outputSARIF:
		err = writeJSON(o.streams.Out, newSARIF(result.findings, o.build.Version))
	case outputGitHub:
		_, err = io.WriteString(o.streams.Out, workflowCommands(result.findings))
	default:
		if _, err = io.WriteString(o.streams.Out, drawFindings(result.findings, o.terminal.colour)); err == nil {
			_, err = fmt.Fprintln(o.streams.ErrOut, result.summary())
		}
	}
	if err != nil {
		return fmt.Errorf("writing the findings: %w", err)
	}
	return nil
}

func (r lintResult) summary() string {
	severities := map[lang.Severity]int{}
	for _, f := range r.findings {
		severities[f.Severity]++
	}
	var found []string
	for _, severity := range []lang.Severity{lang.Error, lang.Warning} {
		if n := severities[severity]; n > 0 {
			found = append(found, count(n, string(severity)))
		}
	}
	if len(found) == 0 {
		found = []string{"no mistakes"}
	}
	return fmt.Sprintf("%s in %s of %s", strings.Join(found, ", "), count(r.jobs, "Job"), count(r.files, "file"))
}
