package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/cli/internal/command"
	"depctl.dev/lang"
)

// mostOffered is how many elements of an array a shell offers.
const mostOffered = 100

// CompleteContainers offers the containers of the Jobs that were named, or of all of the
// namespace.
func (f *Factory) CompleteContainers(cmd *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective) {
	var found []string
	for _, job := range f.named(cmd, args) {
		spec := job.Spec.Template.Spec
		for _, c := range slices.Concat(spec.InitContainers, spec.Containers) {
			if !slices.Contains(found, c.Name) && strings.HasPrefix(c.Name, given) {
				found = append(found, c.Name)
			}
		}
	}
	slices.Sort(found)
	return found, NoFiles
}

// CompleteIndexes offers the elements of the array that was named, behind the last comma.
func (f *Factory) CompleteIndexes(cmd *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective) {
	before := given[:strings.LastIndex(given, ",")+1]
	var found []string
	for _, job := range f.named(cmd, args) {
		if job.Spec.CompletionMode == nil || *job.Spec.CompletionMode != batchv1.IndexedCompletion || len(args) == 0 {
			continue
		}
		failed := lang.Indexes{}
		if job.Status.FailedIndexes != nil {
			failed, _ = lang.ParseIndexes(*job.Status.FailedIndexes)
		}
		for i := range min(int64(*job.Spec.Completions), mostOffered) {
			text := fmt.Sprint(before, i)
			if !strings.HasPrefix(text, given) {
				continue
			}
			if failed.Contains(i) {
				text += "\tfailed"
			}
			found = append(found, text)
		}
	}
	return found, NoFiles | cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveKeepOrder
}

// named returns the Jobs of the arguments of a command, or all of the namespace.
func (f *Factory) named(cmd *cobra.Command, args []string) []*batchv1.Job {
	namespace, err := f.Namespace()
	if err != nil {
		return nil
	}
	reader, err := f.LogReader()
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(contextOf(cmd), completionTimeout)
	defer cancel()
	var found []*batchv1.Job
	for _, arg := range args {
		ref, err := command.JobNamed(arg, namespace)
		if err != nil {
			continue
		}
		job, err := reader.Job(ctx, ref.Namespace, ref.Name)
		if err != nil {
			cobra.CompDebugln(err.Error(), false)
			continue
		}
		found = append(found, job)
	}
	if len(args) == 0 {
		found, err = reader.Jobs(ctx, namespace, "")
		if err != nil {
			cobra.CompDebugln(err.Error(), false)
		}
	}
	return found
}
