package cluster

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// CompleteExpression completes the last word of an expression: a Job, a kind of objects that the
// cluster has, with its colon, or behind that an object of it. No space follows, as an
// expression may go on.
func (f *Factory) CompleteExpression(cmd *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective) {
	const more = NoFiles | cobra.ShellCompDirectiveNoSpace
	if len(args) > 0 {
		return nil, more
	}
	at := strings.LastIndexAny(given, " ,(") + 1
	before, word := given[:at], given[at:]
	var found []string
	if name, rest, colon := strings.Cut(word, ":"); colon {
		found = f.completeObjects(cmd, name, ":", rest, metav1.ListOptions{})
	} else {
		found, _ = f.CompleteJobs(func(gate.Job) bool { return true })(cmd, nil, word)
		found = append(found, f.completeKinds(cmd, word)...)
	}
	for i := range found {
		found[i] = before + found[i]
	}
	return found, more
}

// completeKinds returns the kinds that the cluster has, with what a reference to one means.
func (f *Factory) completeKinds(cmd *cobra.Command, word string) (found []string) {
	reader, err := f.Reader("")
	if err != nil {
		return nil
	}
	groups, err := reader.Groups()
	if err != nil {
		cobra.CompDebugln(err.Error(), false)
		return nil
	}
	for _, k := range kind.All() {
		if name := k.Name + ":"; isOther(k) && strings.HasPrefix(name, word) && (k.IsBuiltIn() || groups[k.Group]) {
			found = append(found, name+"\t"+k.Default())
		}
	}
	return found
}

// completeObjects returns the objects of a kind, in the namespace that was given, or in that
// which the word behind the sign begins with.
func (f *Factory) completeObjects(cmd *cobra.Command, name, sign, word string, which metav1.ListOptions) (found []string) {
	k, known := kind.Of(name)
	namespace, err := f.Namespace()
	if err != nil || !known || !isOther(k) {
		return nil
	}
	prefix := name + sign
	switch in, _, slash := strings.Cut(word, "/"); {
	case k.ClusterWide:
		namespace = ""
	case slash:
		namespace, prefix = in, prefix+in+"/"
	}
	ctx, cancel := context.WithTimeout(contextOf(cmd), completionTimeout)
	defer cancel()
	reader, err := f.Reader(namespace)
	if err != nil {
		return nil
	}
	at := (&Reading{Reader: reader}).resolve(ctx, k)
	if at.Why != "" {
		cobra.CompDebugln(at.Why, false)
		return nil
	}
	list, err := reader.names.Resource(at.Resource).Namespace(namespace).List(ctx, which)
	if err != nil {
		cobra.CompDebugln(err.Error(), false)
		return nil
	}
	for i := range list.Items {
		if one := prefix + list.Items[i].Name; strings.HasPrefix(one, name+sign+word) {
			found = append(found, one)
		}
	}
	slices.Sort(found)
	return found
}

// isOther reports whether objects of a kind are looked up by their names: Jobs are known without
// their kind, and runs of CronJobs are meant by time.
func isOther(k kind.Kind) bool { return k.Name != lang.KindJob && k.Name != lang.KindCronJob }
