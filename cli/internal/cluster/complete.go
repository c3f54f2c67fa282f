package cluster

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
	"depctl.dev/lang/kind"
)

// completionTimeout bounds how long a shell waits for names from the cluster.
const completionTimeout = 3 * time.Second

// NoFiles tells a shell that no name of a file can stand here.
const NoFiles = cobra.ShellCompDirectiveNoFileComp

// CompleteJobs completes the names of Jobs, with their states, in the namespace
// that was given, or in that which the word begins with. With --run they are those of
// its steps. A pattern is left as it is.
func (f *Factory) CompleteJobs(keep func(gate.Job) bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective) {
		namespace, err := f.Namespace()
		if err != nil {
			return nil, NoFiles
		}
		prefix := given[:strings.LastIndex(given, "/")+1]
		if prefix != "" {
			ref, err := command.JobNamed(prefix+"x", namespace)
			if err != nil {
				return nil, NoFiles
			}
			namespace = ref.Namespace
		}
		w, err := f.briefly(cmd, namespace)
		if err != nil {
			cobra.CompDebugln(err.Error(), false)
			return nil, NoFiles
		}
		run := runGiven(cmd)
		var found []string
		for _, ref := range slices.SortedFunc(maps.Keys(w.Jobs), lang.Ref.Compare) {
			job := w.Jobs[ref]
			name := prefix + job.Name
			if run != "" {
				name = prefix + ref.Name
			}
			if strings.HasPrefix(name, given) && (run == "" || ref.Run == run) && keep(job) && !slices.Contains(args, name) {
				found = append(found, name+"\t"+inBrief(w, job))
			}
		}
		return found, NoFiles
	}
}

// CompleteWaiting completes the names of Jobs, and behind deployment/ and the like those of what
// else waits.
func (f *Factory) CompleteWaiting(keep func(gate.Job) bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective) {
		word, rest, slash := strings.Cut(given, "/")
		if k, known := kind.Of(word); slash && known && k.CanBeHeld() {
			return f.completeObjects(cmd, word, "/", rest, metav1.ListOptions{LabelSelector: gate.HeldLabel}), NoFiles
		}
		return f.CompleteJobs(keep)(cmd, args, given)
	}
}

// briefly reads the Jobs of a namespace, and of no other.
func (f *Factory) briefly(cmd *cobra.Command, namespace string) (*snapshot.World, error) {
	client, err := f.jobs()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(contextOf(cmd), completionTimeout)
	defer cancel()
	r := &Reading{Reader: NewJobReader(client, namespace), World: snapshot.NewWorld(f.Clock.Now())}
	err = r.List(ctx, namespace)
	r.World.Graph.Settle()
	return r.World, err
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

// CompleteNamespaces offers the namespaces of the cluster.
func (f *Factory) CompleteNamespaces(cmd *cobra.Command, _ []string, given string) ([]string, cobra.ShellCompDirective) {
	w, _, err := f.Writer()
	if err != nil {
		return nil, NoFiles
	}
	ctx, cancel := context.WithTimeout(contextOf(cmd), completionTimeout)
	defer cancel()
	list, err := w.client(namespaceKind, "").List(ctx, metav1.ListOptions{})
	if err != nil {
		cobra.CompDebugln(err.Error(), false)
		return nil, NoFiles
	}
	var found []string
	for _, namespace := range list.Items {
		if strings.HasPrefix(namespace.Name, given) {
			found = append(found, namespace.Name)
		}
	}
	slices.Sort(found)
	return found, NoFiles
}

// CompleteLimits completes the name of one limit, with its number, in the namespace that was
// given, or in that which the word begins with.
func (f *Factory) CompleteLimits(cmd *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective) {
	namespace, err := f.Namespace()
	if err != nil || len(args) > 0 {
		return nil, NoFiles
	}
	prefix := ""
	if before, _, slash := strings.Cut(given, "/"); slash {
		namespace, prefix = before, before+"/"
	}
	_, core, err := f.Clients()
	if err != nil {
		return nil, NoFiles
	}
	ctx, cancel := context.WithTimeout(contextOf(cmd), completionTimeout)
	defer cancel()
	limits, err := core.ConfigMaps(namespace).Get(ctx, gate.LimitsName, metav1.GetOptions{})
	if err != nil {
		cobra.CompDebugln(err.Error(), false)
		return nil, NoFiles
	}
	var found []string
	for _, key := range slices.Sorted(maps.Keys(limits.Data)) {
		if name := prefix + key; strings.HasPrefix(name, given) {
			found = append(found, name+"\t"+picture.OneLine(gate.Clip(limits.Data[key], 20)))
		}
	}
	return found, NoFiles
}

// KubeconfigNames are the names in a kubeconfig.
type KubeconfigNames struct{ Contexts, Clusters, Users []string }

// CompleteKubeconfig offers names that stand in the kubeconfig.
func (f *Factory) CompleteKubeconfig(names func(KubeconfigNames) []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, given string) ([]string, cobra.ShellCompDirective) {
		config, err := f.Flags.ToRawKubeConfigLoader().RawConfig()
		if err != nil {
			return nil, NoFiles
		}
		found := names(KubeconfigNames{
			Contexts: slices.Sorted(maps.Keys(config.Contexts)),
			Clusters: slices.Sorted(maps.Keys(config.Clusters)),
			Users:    slices.Sorted(maps.Keys(config.AuthInfos)),
		})
		return slices.DeleteFunc(found, func(name string) bool { return !strings.HasPrefix(name, given) }), NoFiles
	}
}
