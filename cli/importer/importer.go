package importer

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/importer/output"
	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/picture"
)

const importLong = `Make Jobs of the workflows of another system. FORMAT is one of:

  argo      Workflows, CronWorkflows, and the templates that they call
  dagman    a DAG of HTCondor, with the submit descriptions that it names
  wfformat  WfCommons' WfFormat, 1.3 to 1.6
  crontab   the lines of a crontab, as CronJobs

The manifests are plain Jobs, CronJobs and ConfigMaps. They are printed, or written
into a folder with -o, a file each. The same files give the same manifests.

What each part has become is said on standard error. What cannot be carried is an
error with its line, and nothing is written. With --partial the rest is written: what
is incomplete is on hold (depctl.dev/hold), and says why.

Exit codes: 0 all was carried, or --partial was given; 1 something was not; 2 the
command line was wrong.`

const importExample = `  # See what becomes of a workflow, then run it as a run of its own
  depctl import argo diamond.yaml -p message=hello -o diamond/
  depctl lint diamond/
  depctl run -f diamond/ --watch

  # Templates that it refers to are given too
  depctl import argo workflow.yaml templates.yaml | kubectl apply -f -

  # DAGMan: where a submit description names no image
  depctl import dagman diamond.dag --image registry.example.com/tools:1 -o diamond/

  # A crontab of a system has a column of users
  depctl import crontab /etc/crontab --system --image alpine -o cron/`

// importOptions is what "depctl import" was asked to do.
type importOptions struct {
	streams    genericiooptions.IOStreams
	format     string
	folder     string
	partial    bool
	quiet      bool
	parameters []string
	settings
}

// New returns "depctl import".
func New(_ *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	o := &importOptions{streams: streams}
	cmd := &cobra.Command{
		Use:                   "import FORMAT FILE... [-o DIRECTORY]",
		Short:                 "Make Jobs of workflows of Argo, DAGMan, WfFormat and crontabs",
		Long:                  importLong,
		Example:               importExample,
		DisableFlagsInUseLine: true,
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveDefault
			}
			return formatNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if err := o.validate(args); err != nil {
				return err
			}
			return o.run(args[1:])
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.folder, "output-dir", "o", "", "Write a file for each object into this `DIRECTORY`, in place of standard output.")
	flags.BoolVar(&o.partial, "partial", false, "Write what can be carried; what is incomplete is on hold.")
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "Say nothing of what was carried.")
	flags.StringArrayVarP(&o.parameters, "parameter", "p", nil, "argo: the value of a parameter of the workflow, as `NAME=VALUE`; may be repeated.")
	flags.StringVar(&o.image, "image", "", "The `IMAGE` of containers where the source names none (dagman, wfformat, crontab).")
	flags.StringVar(&o.name, "name", "", "What the names of all Jobs begin with. Default: that of the workflow, or of the file.")
	flags.BoolVar(&o.system, "system", false, "crontab: it has a column of users, as /etc/crontab has.")
	return cmd
}

func (o *importOptions) validate(args []string) error {
	switch {
	case len(args) == 0:
		return command.UsageErrorf("there is no format: give %s", listed())
	case formatNamed(args[0]) == nil:
		return command.UsageErrorf("there is no format %q: give %s", args[0], listed())
	case len(args) == 1:
		return command.UsageErrorf("there is no file to import")
	}
	o.format = args[0]
	o.settings.parameters = map[string]string{}
	for _, text := range o.parameters {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return command.UsageErrorf("-p %s: write NAME=VALUE", text)
		}
		o.settings.parameters[name] = value
	}
	return nil
}

func (o *importOptions) run(names []string) error {
	var files []output.File
	for _, name := range names {
		m, err := manifest.ReadManifest(name, o.streams.In)
		if err != nil {
			return err
		}
		files = append(files, output.File{Name: filepath.ToSlash(m.Name), Text: m.Text})
	}
	o.open = func(name string) (string, error) {
		m, err := manifest.ReadManifest(filepath.FromSlash(name), nil)
		if err != nil {
			return "", err
		}
		return m.Text, nil
	}
	out := formatNamed(o.format).read(files, o.settings)
	out.Finish()
	if err := o.report(out); err != nil {
		return err
	}
	if len(out.Problems) > 0 && !o.partial {
		return fmt.Errorf("nothing was written: %s cannot be carried; --partial writes the rest", command.Count(len(out.Problems), "part"))
	}
	texts, err := out.YAML()
	if err != nil {
		return err
	}
	if o.folder != "" {
		return o.writeFolder(texts)
	}
	for i, m := range texts {
		text := m.Text
		if i > 0 {
			text = "---\n" + text
		}
		if _, err := io.WriteString(o.streams.Out, text); err != nil {
			return fmt.Errorf("writing the manifests: %w", err)
		}
	}
	return nil
}

// report says on standard error what each part became.
func (o *importOptions) report(out *output.Output) error {
	var b strings.Builder
	if !o.quiet {
		for _, e := range out.Report {
			fmt.Fprintf(&b, "%s: %s: %s\n", e.Place, picture.Clean(e.Part), picture.Clean(e.Became))
		}
	}
	word := "error"
	if o.partial {
		word = "warning"
	}
	for _, p := range out.Problems {
		fmt.Fprintf(&b, "%s: %s\n", word, picture.Clean(p.String()))
	}
	if _, err := io.WriteString(o.streams.ErrOut, b.String()); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// writeFolder writes a file for each object. A file that is there and says something else
// stays: somebody may have edited it.
func (o *importOptions) writeFolder(texts []output.Manifest) error {
	paths := make([]string, len(texts))
	for i, m := range texts {
		name := m.Name + ".yaml"
		if m.Kind != "job" && m.Kind != "cronjob" {
			name = m.Kind + "-" + name
		}
		paths[i] = filepath.Join(o.folder, name)
		before, err := os.ReadFile(paths[i])
		if err == nil && !bytes.Equal(before, []byte(m.Text)) {
			return fmt.Errorf("nothing was written: %s is there and says something else: remove it, or give another directory", paths[i])
		}
	}
	if err := os.MkdirAll(o.folder, 0o777); err != nil {
		return manifest.Plainly(err)
	}
	var errs []error
	for i, m := range texts {
		errs = append(errs, command.WriteFile(paths[i], func(w io.Writer) error {
			_, err := io.WriteString(w, m.Text)
			return err
		}))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%s: %w", o.folder, command.Flatten(err))
	}
	if o.quiet {
		return nil
	}
	return command.PrintNotes(o.streams.ErrOut, []string{fmt.Sprintf("%s in %s", command.Count(len(texts), "manifest"), cmp.Or(o.folder, "."))})
}
