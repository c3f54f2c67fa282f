package lint

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/picture"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

const lintLong = `Look for mistakes in manifests of Jobs, and of CronJobs, that wait for others:
in the annotation depctl.dev/depends-on and in what YAML makes of it, in the rest
of the Job, and in what the Jobs make of one another. Each is shown at its line
and column in the file.

Files may hold several documents, YAML or JSON, and Lists. Of a folder, all
.yaml, .yml and .json files are read, in the folders inside it too; "-" is
standard input. All files are looked at together: Jobs that wait for one another
in a circle are found, and names that nobody has. With --cluster, what is there
counts too, and the rights of service accounts and the kinds that the cluster has
are asked for; --kinds says the latter without a cluster. Without files,
--cluster looks at the Jobs of the namespace, or with -A of all, and shows
job/NAME in place of a line; those that were released or have finished are left
out.
With --as-run the Jobs are looked at as the steps of one run, as "depctl run" makes
them.

A mistake is an error if the gate would hold the Job for it, the API server
refuse it, or the Job run without having waited. A warning is about what probably
does something else than was meant. docs/reference/lint.md lists them all, by their codes.
A Job that is to be spared some says so:
  depctl.dev/lint-ignore: short-ttl, open-set

Output formats:
  text     as compilers do it, with the line and the place in it (the default)
  json     a list of objects, empty if nothing was found
  sarif    SARIF 2.1.0, for code scanning
  github   commands of GitHub Actions, which show findings beside the lines

Exit codes:
  0   nothing was found
  1   something was found: an error, or a warning (unless --severity=error)
  2   the command line was wrong
  3   a file cannot be read or is not YAML, and the others were looked at all the
      same; or the cluster of --cluster cannot be asked`

const lintExample = `  # Files and folders
  depctl lint deploy/ job.yaml

  # With what is in the cluster already
  depctl lint --cluster deploy/

  # What is in a namespace
  depctl lint --cluster -n etl

  # For a cluster that has JobSets and RayJobs, and no other kinds than Kubernetes' own
  depctl lint --kinds jobset,rayjob deploy/

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
	build     command.Build
	filenames []string
	severity  string
	output    string
	// namespace is that of Jobs that name none.
	namespace string
	terminal  command.Terminal
	// withCluster asks for the cluster, and cluster answers; nil if nobody asked.
	withCluster bool
	cluster     *lintCluster
	// allNamespaces asks for the Jobs of all, where no file is named.
	allNamespaces bool
	// asRun takes the Jobs of the files for the steps of one run.
	asRun bool
	// kinds are those that the cluster has beside Kubernetes' own; nil if nobody said.
	kinds map[string]bool
}

// New returns "depctl lint".
func New(f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &lintOptions{streams: streams, build: f.Build}
	cmd := &cobra.Command{
		Use:                   "lint [FILE | FOLDER | -]... [--cluster [-n NAMESPACE | -A]] [-o text|json|sarif|github]",
		Short:                 "Find mistakes in manifests",
		Long:                  lintLong,
		Example:               lintExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		Args:                  cobra.ArbitraryArgs,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.filenames = append(args, o.filenames...)
			if err := o.validate(); err != nil {
				return err
			}
			if err := o.complete(f); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVarP(&o.filenames, "filename", "f", nil, "Another `FILE` or folder, or -, for kubectl's habit; may be repeated.")
	flags.StringVar(&o.severity, "severity", string(lang.Warning), "The least `LEVEL` that is shown and counts: warning or error.")
	flags.StringVarP(&o.output, "output", "o", outputText, "Output `FORMAT`: text, json, sarif or github.")
	flags.BoolVar(&o.withCluster, "cluster", false, "Look at what is in the cluster too: its Jobs, and what service accounts may see. Without files, at its Jobs alone.")
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "With --cluster and without files, look at the Jobs of all namespaces.")
	flags.BoolVar(&o.asRun, "as-run", false, "Take the Jobs for the steps of one run, as \"depctl run\" makes them.")
	flags.Func("kinds", "The `KINDS` of objects that the cluster has beside Kubernetes' own, as in jobset,rayjob; empty for none.", o.addKinds)
	flags.BoolP("recursive", "R", true, "")
	_ = flags.MarkHidden("recursive") // it is accepted and implied
	return cmd
}

func (o *lintOptions) validate() error {
	if o.allNamespaces && (!o.withCluster || len(o.filenames) > 0) {
		return command.UsageErrorf("-A needs --cluster, and no files: those are always looked at with all their namespaces")
	}
	if o.asRun && len(o.filenames) == 0 {
		return command.UsageErrorf("--as-run needs files: the Jobs of a cluster say themselves of which run they are")
	}
	if len(o.filenames) == 0 && !o.withCluster {
		return command.UsageErrorf("nothing to look at: name files or folders, - for standard input, or --cluster for what is there")
	}
	if !slices.Contains([]string{string(lang.Warning), string(lang.Error)}, o.severity) {
		return command.UsageErrorf("unknown severity %q, there are %q and %q", o.severity, lang.Warning, lang.Error)
	}
	formats := []string{outputText, command.OutputJSON, outputSARIF, outputGitHub}
	if !slices.Contains(formats, o.output) {
		return command.UnknownOutput(o.output, formats...)
	}
	return nil
}

func (o *lintOptions) complete(f *cluster.Factory) error {
	o.terminal = f.Terminal(o.streams.Out)
	if !o.withCluster {
		if o.namespace = f.GivenNamespace(); o.namespace == "" {
			o.namespace = "default"
		}
		return nil
	}
	var err error
	if o.namespace, err = f.Namespace(); err != nil {
		return err
	}
	o.cluster, err = newLintCluster(f)
	return err
}

func (o *lintOptions) run(ctx context.Context) error {
	names, unreadable := manifest.ManifestNames(o.filenames)
	var manifests []*manifest.Manifest
	for _, name := range names {
		m, err := manifest.ReadManifest(name, o.streams.In)
		if err != nil {
			unreadable = append(unreadable, err)
			continue
		}
		manifests = append(manifests, m)
	}
	place := ""
	if len(o.filenames) == 0 {
		var err error
		if manifests, place, err = o.live(ctx); err != nil {
			fmt.Fprintf(o.streams.ErrOut, "error: %s\n", picture.Clean(err.Error()))
			return command.Ended(command.ExitUnreadable)
		}
	}
	run := ""
	if o.asRun {
		run = manifest.AnyRun
	}
	l := newLinting(manifests, o.namespace, run)
	if o.kinds != nil {
		l.hasKind = func(k kind.Kind) bool { return o.kinds[k.Name] }
	}
	if o.cluster != nil {
		notes, err := o.cluster.join(ctx, l)
		if err != nil { // not the code of a finding
			fmt.Fprintf(o.streams.ErrOut, "error: %s\n", picture.Clean(err.Error()))
			return command.Ended(command.ExitUnreadable)
		}
		if err := command.PrintNotes(o.streams.ErrOut, notes); err != nil {
			return err
		}
	}
	result := l.result()
	result.place = place
	if o.severity == string(lang.Error) {
		result.findings = slices.DeleteFunc(result.findings, func(f manifest.Finding) bool { return f.Severity != lang.Error })
	}
	if err := o.print(result); err != nil {
		return err
	}
	for _, err := range unreadable {
		fmt.Fprintf(o.streams.ErrOut, "error: %s\n", picture.Clean(err.Error()))
	}
	switch {
	case len(unreadable) > 0 || result.broken > 0:
		return command.Ended(command.ExitUnreadable)
	case len(result.findings) > 0:
		return command.Ended(command.ExitFindings)
	}
	return nil
}

// Run returns what is wrong in files whose Jobs are the steps of one run. namespace is
// that of objects that name none.
func Run(manifests []*manifest.Manifest, namespace, run string) []manifest.Finding {
	return newLinting(manifests, namespace, run).result().findings
}

func (o *lintOptions) print(result lintResult) error {
	var err error
	switch o.output {
	case command.OutputJSON:
		err = command.WriteJSON(o.streams.Out, command.List(manifest.FindingsJSON(result.findings), false))
	case outputSARIF:
		err = command.WriteJSON(o.streams.Out, newSARIF(result.findings, o.build.Version))
	case outputGitHub:
		_, err = io.WriteString(o.streams.Out, workflowCommands(result.findings))
	default:
		if _, err = io.WriteString(o.streams.Out, manifest.DrawFindings(result.findings, o.terminal.Colour)); err == nil {
			_, err = fmt.Fprintln(o.streams.ErrOut, result.summary())
		}
	}
	if err != nil {
		return fmt.Errorf("writing the findings: %w", err)
	}
	return nil
}
