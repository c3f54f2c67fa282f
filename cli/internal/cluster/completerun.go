package cluster

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
)

// runGiven returns the value of --run, empty if there is none.
func runGiven(cmd *cobra.Command) string {
	if flag := cmd.Flags().Lookup("run"); flag != nil {
		return flag.Value.String()
	}
	return ""
}

// CompleteRuns completes the names of the runs of the namespace, with how many steps each has.
func (f *Factory) CompleteRuns(cmd *cobra.Command, _ []string, given string) ([]string, cobra.ShellCompDirective) {
	namespace, err := f.Namespace()
	if err != nil {
		return nil, NoFiles
	}
	w, err := f.briefly(cmd, namespace)
	if err != nil {
		cobra.CompDebugln(err.Error(), false)
		return nil, NoFiles
	}
	steps := map[string]int{}
	for ref := range w.Jobs {
		if ref.Run != "" && strings.HasPrefix(ref.Run, given) {
			steps[ref.Run]++
		}
	}
	var found []string
	for _, run := range slices.Sorted(maps.Keys(steps)) {
		found = append(found, run+"\t"+command.Count(steps[run], "step"))
	}
	return found, NoFiles
}

// CompleteSteps completes the steps of the run of --run, with their states.
func (f *Factory) CompleteSteps(cmd *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective) {
	if runGiven(cmd) == "" {
		return nil, NoFiles
	}
	return f.CompleteJobs(func(gate.Job) bool { return true })(cmd, args, given)
}

// OrCronJobs completes cronjob/NAME, and all else as another does.
func (f *Factory) OrCronJobs(otherwise cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective) {
		word, _, slash := strings.Cut(given, "/")
		if _, is := command.CronJobNamed(word + "/x"); !slash || !is {
			return otherwise(cmd, args, given)
		}
		namespace, err := f.Namespace()
		if err != nil {
			return nil, NoFiles
		}
		client, err := f.Client()
		if err != nil {
			return nil, NoFiles
		}
		ctx, cancel := context.WithTimeout(contextOf(cmd), completionTimeout)
		defer cancel()
		list, err := client.BatchV1().CronJobs(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			cobra.CompDebugln(err.Error(), false)
			return nil, NoFiles
		}
		var found []string
		for i := range list.Items {
			if name := word + "/" + list.Items[i].Name; strings.HasPrefix(name, given) && !slices.Contains(args, name) {
				found = append(found, name+"\t"+list.Items[i].Spec.Schedule)
			}
		}
		return found, NoFiles
	}
}
