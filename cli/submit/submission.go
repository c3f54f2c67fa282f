package submit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	sigsyaml "sigs.k8s.io/yaml"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/manifest"
)

// input reads the files that were named.
func (o *submitOptions) input(f *cluster.Factory, script, program []string) (*batch.Input, error) {
	in := &batch.Input{
		Context: request.Context{
			Command: program, IgnoreUnsupported: o.ignoreUnsupported, LookupEnv: os.LookupEnv, Now: f.Clock.Now(),
		},
		Options: o.options, Dialect: o.dialect, Suffix: f.Suffix(),
	}
	host := cluster.ThisHost()
	o.suffix, in.Host, in.Environ = in.Suffix, &host, os.Environ()
	var err error
	if len(script) > 0 {
		if in.Script, err = o.readScript(script); err != nil {
			return nil, err
		}
	}
	if o.filename != "" {
		m, err := manifest.ReadManifest(o.filename, o.streams.In)
		if err != nil {
			return nil, err
		}
		if in.Manifest, err = batch.ParseManifest(m.Name, []byte(m.Text)); err != nil {
			return nil, eachAnError(err)
		}
	}
	in.Site, err = o.site()
	return in, err
}

// readScript reads a script as it is: a ConfigMap takes any bytes.
func (o *submitOptions) readScript(args []string) (*request.Script, error) {
	name := args[0]
	var text []byte
	var err error
	if name == "-" {
		name = "stdin"
		text, err = io.ReadAll(io.LimitReader(o.streams.In, manifest.MaxManifest))
	} else {
		text, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, manifest.Plainly(err)
	}
	switch {
	case len(text) > 0:
	case o.implied:
		return nil, command.UsageErrorf("there is nothing to run, and standard input is empty: give a script, a manifest with -f, or a command behind --; for the image's own command: </dev/null")
	default:
		return nil, fmt.Errorf("%s is empty", name)
	}
	return &request.Script{Name: filepath.ToSlash(name), Text: string(text), Args: args[1:]}, nil
}

// isRedirected reports whether a file or another program is standard input, and so
// may be the script, as bsub, sbatch and qsub have it. A terminal and /dev/null are
// not.
func isRedirected(in io.Reader) bool {
	file, ok := in.(*os.File)
	if !ok {
		return in != nil
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice == 0
}

// isUnread reports whether a file is standard input of which nobody has read
// anything: in "while read ...; done <list", somebody has.
func isUnread(in io.Reader) bool {
	file, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return false
	}
	at, err := file.Seek(0, io.SeekCurrent)
	return err == nil && at == 0
}

// site returns the defaults, nil if there are none.
func (o *submitOptions) site() (*batch.Site, error) {
	site, err := batch.FindSite(o.template, os.LookupEnv, os.ReadFile)
	var inFile *fs.PathError
	if errors.As(err, &inFile) {
		return nil, manifest.Plainly(err)
	}
	if err != nil {
		return nil, eachAnError(err)
	}
	return site, nil
}

// submitter returns what creates the Job, and lets the input ask it. A dry run
// needs a cluster only if a question comes up.
func (o *submitOptions) submitter(ctx context.Context, f *cluster.Factory, in *batch.Input) (*cluster.Submitter, error) {
	namespace, err := f.Namespace()
	if err != nil {
		return nil, err
	}
	s := &cluster.Submitter{Namespace: namespace, DryRun: command.DryRun(o.dryRun), Explicit: f.GivenNamespace()}
	if in.Manifest != nil && in.Manifest.Namespace != "" {
		if given := f.GivenNamespace(); given != "" && given != in.Manifest.Namespace {
			return nil, command.UsageErrorf("the manifest is of namespace %s, and -n says %s", in.Manifest.Namespace, given)
		}
		s.Namespace, s.Explicit = in.Manifest.Namespace, in.Manifest.Namespace
	}
	if s.All, s.Core, err = f.Clients(); err == nil {
		in.Lookup, in.Match, in.Namesakes, in.ByID = s.Lookup(ctx), s.Match(ctx), s.Namesakes(ctx), s.ByID(ctx)
		return s, nil
	}
	if s.DryRun != command.DryRunClient {
		return nil, err
	}
	unreachable := err
	in.Lookup = func(string, string) (*request.Known, error) { return nil, unreachable }
	in.Match = func(string) ([]string, error) { return nil, unreachable }
	return s, nil
}

// print writes what was created, in the manner of kubectl.
func (o *submitOptions) print(made *batch.Submission) error {
	// A dry run makes up what the API server would: the next dry run takes it.
	name := cmp.Or(made.Job.Name, made.Job.GenerateName+o.suffix)
	text := ""
	switch {
	case o.parsable:
		text = name + "\n"
	case o.output == "name":
		text = "job.batch/" + name + "\n"
	case o.output == "":
		text = fmt.Sprintf("job.batch/%s created%s\n", name, command.DryRun(o.dryRun).Suffix())
	default:
		return o.printObjects(made)
	}
	if _, err := io.WriteString(o.streams.Out, text); err != nil {
		return fmt.Errorf("writing the name: %w", err)
	}
	return nil
}

func (o *submitOptions) printObjects(made *batch.Submission) error {
	objects := []any{withoutManagers(made.Job)}
	if made.Script != nil {
		made.Script.ManagedFields = nil
		objects = append(objects, made.Script)
	}
	if o.output == command.OutputJSON {
		if len(objects) == 1 {
			return command.WriteJSON(o.streams.Out, objects[0])
		}
		return command.WriteJSON(o.streams.Out, struct {
			metav1.TypeMeta `json:",inline"`
			Items           []any `json:"items"`
		}{metav1.TypeMeta{APIVersion: "v1", Kind: "List"}, objects})
	}
	for i, object := range objects {
		text, err := sigsyaml.Marshal(object)
		if err != nil {
			return fmt.Errorf("writing YAML: %w", err)
		}
		if i > 0 {
			text = append([]byte("---\n"), text...)
		}
		if _, err := o.streams.Out.Write(text); err != nil {
			return fmt.Errorf("writing YAML: %w", err)
		}
	}
	return nil
}

func withoutManagers(job *batchv1.Job) *batchv1.Job {
	job.ManagedFields = nil
	return job
}
