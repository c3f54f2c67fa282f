package cli

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// completionTimeout bounds how long a shell waits for names from the cluster.
const completionTimeout = 3 * time.Second

const noFiles = cobra.ShellCompDirectiveNoFileComp

// completeAll gives every command what it lacks: names of Jobs where its usage line
// speaks of a JOB, nothing where it speaks of no file, and values of options by the
// option's name.
func completeAll(root *cobra.Command, f *factory) {
	register := func(cmd *cobra.Command, flags *pflag.FlagSet, values map[string]cobra.CompletionFunc) {
		for name, complete := range values {
			if flag := flags.Lookup(name); flag != nil {
				if _, there := cmd.GetFlagCompletionFunc(name); !there {
					_ = cmd.RegisterFlagCompletionFunc(name, complete)
				}
			}
		}
	}
	register(root, root.PersistentFlags(), map[string]cobra.CompletionFunc{
		"namespace": f.completeNamespaces,
		"context":   f.completeKubeconfig(func(k kubeconfigNames) []string { return k.contexts }),
		"cluster":   f.completeKubeconfig(func(k kubeconfigNames) []string { return k.clusters }),
		"user":      f.completeKubeconfig(func(k kubeconfigNames) []string { return k.users }),
	})
	for _, cmd := range root.Commands() {
		switch {
		case cmd.ValidArgsFunction != nil || len(cmd.ValidArgs) > 0:
		case strings.Contains(cmd.Use, "JOB"):
			cmd.ValidArgsFunction = f.completeJobs(func(gate.Job) bool { return true })
		case !strings.Contains(cmd.Use, "FILE"):
			cmd.ValidArgsFunction = cobra.NoFileCompletions
		}
		values := map[string]cobra.CompletionFunc{
			"state":      completeList(states()),
			"dry-run":    cobra.FixedCompletions([]string{"none", "client", "server"}, noFiles),
			"on-failure": cobra.FixedCompletions([]string{"fail\tthe Job fails", "wait\tit waits on", "run\tit runs when all is over"}, noFiles),
			"color":      cobra.FixedCompletions([]string{"auto", "always", "never"}, noFiles),
		}
		if output := cmd.Flags().Lookup("output"); output != nil {
			values["output"] = cobra.FixedCompletions(formats(output.Usage), noFiles)
		}
		register(cmd, cmd.Flags(), values)
	}
}

// formats returns the output formats that the help of an option names.
func formats(usage string) []string {
	_, list, _ := strings.Cut(usage, "Output format: ")
	list, _, _ = strings.Cut(list, ".")
	list, _, _ = strings.Cut(list, ", of ")
	return regexp.MustCompile(`[a-z-]{3,}`).FindAllString(list, -1)
}

func states() []string {
	return []string{
		string(gate.StateMissing), string(gate.StateInvalid), string(gate.StateHeld), string(gate.StateWaiting), string(gate.StateBlocked),
		string(gate.StateSuspended), string(gate.StatePending), string(gate.StateRunning), string(gate.StateSucceeded),
		string(gate.StateFailed), string(gate.StateSkipped), string(picture.StateUnknown),
	}
}

// completeList completes the last word of a list with commas.
func completeList(words []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, given string) ([]string, cobra.ShellCompDirective) {
		before := given[:strings.LastIndex(given, ",")+1]
		var found []string
		for _, word := range words {
			if !slices.Contains(strings.Split(before, ","), word) {
				found = append(found, before+word)
			}
		}
		return found, noFiles | cobra.ShellCompDirectiveNoSpace
	}
}

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
			ref, err := jobNamed(before+"/x", namespace)
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
		for _, ref := range slices.SortedFunc(maps.Keys(w.jobs), lang.Ref.Compare) {
			job := w.jobs[ref]
			name := prefix + job.Name
			if strings.HasPrefix(name, given) && keep(job) && !slices.Contains(args, name) {
				found = append(found, name+"\t"+w.inBrief(job))
			}
		}
		return found, noFiles
	}
}

// briefly reads the Jobs of a namespace, and of no other.
func (f *factory) briefly(cmd *cobra.Command, namespace string) (*world, error) {
	client, err := f.jobs()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(contextOf(cmd), completionTimeout)
	defer cancel()
	r := &reading{cluster: &cluster{client: client, namespace: namespace}, world: newWorld(f.clock.Now())}
	err = r.list(ctx, namespace)
	r.world.graph.Settle()
	return r.world, err
}

func (w *world) inBrief(job gate.Job) string {
	text := string(gate.StateOf(job, w.decide(job.Ref())))
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

// completeSet completes the Job, and as the expression another one.
func (f *factory) completeSet(cmd *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return f.completeJobs(func(job gate.Job) bool { return waits(job) == nil })(cmd, args, given)
	case 1:
		return f.completeJobs(func(gate.Job) bool { return true })(cmd, args, given)
	}
	return nil, noFiles
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
