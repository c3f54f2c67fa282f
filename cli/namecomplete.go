package cli

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// completionTimeout bounds how long a shell waits for names from the cluster.
const completionTimeout = 3 * time.Second

const noFiles = cobra.ShellCompDirectiveNoFileComp

// completeJobs completes the names of Jobs, with their states, in the namespace
// that was given, or in that which the word begins with.
func (f *factory) completeJobs(keep func(gate.Job) bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective) {
		namespace, err := f.namespace()
		if err != nil {
			return nil, noFiles
		}
		prefix := ""
		if before, _, slash := strings.Cut(given, "/"); slash {
			ref, err := command.JobNamed(before+"/x", namespace)
			if err != nil {
				return nil, noFiles
			}
			namespace, prefix = ref.Namespace, before+"/"
		}
		w, err := f.briefly(cmd, namespace)
		if err != nil {
			cobra.CompDebugln(err.Error(), false)
			return nil, noFiles
		}
		var found []string
		for _, ref := range slices.SortedFunc(maps.Keys(w.Jobs), lang.Ref.Compare) {
			job := w.Jobs[ref]
			name := prefix + job.Name
			if strings.HasPrefix(name, given) && keep(job) && !slices.Contains(args, name) {
				found = append(found, name+"\t"+inBrief(w, job))
			}
		}
		return found, noFiles
	}
}

// briefly reads the Jobs of a namespace, and of no other.
func (f *factory) briefly(cmd *cobra.Command, namespace string) (*snapshot.World, error) {
	client, err := f.jobs()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(contextOf(cmd), completionTimeout)
	defer cancel()
	r := &reading{cluster: readerOf(client, namespace), world: snapshot.NewWorld(f.clock.Now())}
	err = r.list(ctx, namespace)
	r.world.Graph.Settle()
	return r.world, err
}

func inBrief(w *snapshot.World, job gate.Job) string {
	text := string(gate.StateOf(job, w.Decide(job.Ref())))
	if job.Annotated && text != string(gate.StateSucceeded) {
		text += ", after " + picture.OneLine(job.DependsOn)
	}
	return gate.Clip(text, 60)
}

func contextOf(cmd *cobra.Command) context.Context {
	if ctx := cmd.Context(); ctx != nil {
		return ctx
	}
	return context.Background()
}

func (f *factory) completeNamespaces(cmd *cobra.Command, _ []string, given string) ([]string, cobra.ShellCompDirective) {
	w, _, err := f.writer()
	if err != nil {
		return nil, noFiles
	}
	ctx, cancel := context.WithTimeout(contextOf(cmd), completionTimeout)
	defer cancel()
	list, err := w.client(namespaceKind, "").List(ctx, metav1.ListOptions{})
	if err != nil {
		cobra.CompDebugln(err.Error(), false)
		return nil, noFiles
	}
	var found []string
	for _, namespace := range list.Items {
		if strings.HasPrefix(namespace.Name, given) {
			found = append(found, namespace.Name)
		}
	}
	slices.Sort(found)
	return found, noFiles
}

// kubeconfigNames are the names in a kubeconfig.
type kubeconfigNames struct{ contexts, clusters, users []string }

func (f *factory) completeKubeconfig(names func(kubeconfigNames) []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, given string) ([]string, cobra.ShellCompDirective) {
		config, err := f.flags.ToRawKubeConfigLoader().RawConfig()
		if err != nil {
			return nil, noFiles
		}
		found := names(kubeconfigNames{
			contexts: slices.Sorted(maps.Keys(config.Contexts)),
			clusters: slices.Sorted(maps.Keys(config.Clusters)),
			users:    slices.Sorted(maps.Keys(config.AuthInfos)),
		})
		return slices.DeleteFunc(found, func(name string) bool { return !strings.HasPrefix(name, given) }), noFiles
	}
}
