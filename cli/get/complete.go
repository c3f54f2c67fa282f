package get

import (
	"strings"

	"github.com/spf13/cobra"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/listing"
	"depctl.dev/cli/picture"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// completeSortBy offers the fields of -o json, as kubectl writes them.
func completeSortBy(_ *cobra.Command, _ []string, given string) ([]string, cobra.ShellCompDirective) {
	dot := "."
	if given != "" && !strings.HasPrefix(given, ".") {
		dot = ""
	}
	var found []string
	for _, name := range itemFields() {
		if strings.HasPrefix(dot+name, given) {
			found = append(found, dot+name)
		}
	}
	return found, cluster.NoFiles
}

// completeFieldSelector offers the fields that can be selected by, and behind the sign the values
// that are known. More may follow, so no space does.
func completeFieldSelector(f *cluster.Factory) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective) {
		at := strings.LastIndex(given, ",") + 1
		before, word := given[:at], given[at:]
		var words []string
		if sign := strings.IndexAny(word, "=!"); sign < 0 {
			for _, field := range listing.Fields() {
				words = append(words, field+"=")
			}
		} else {
			value := strings.TrimLeft(word[sign:], "=!")
			stem := strings.TrimSuffix(word, value)
			for _, one := range values(f, cmd, args, word[:sign], value) {
				one, _, _ = strings.Cut(one, "\t")
				words = append(words, stem+one)
			}
		}
		var found []string
		for _, one := range words {
			if strings.HasPrefix(one, word) {
				found = append(found, before+one)
			}
		}
		return found, cluster.NoFiles | cobra.ShellCompDirectiveNoSpace
	}
}

// values returns what a field may be.
func values(f *cluster.Factory, cmd *cobra.Command, args []string, field, given string) (found []string) {
	switch field {
	case "state":
		for _, state := range picture.States {
			found = append(found, string(state))
		}
	case "kind":
		found = []string{lang.KindJob}
		for _, k := range kind.Held() {
			found = append(found, k.Name)
		}
	case "run":
		found, _ = f.CompleteRuns(cmd, args, given)
	case "metadata.namespace":
		found, _ = f.CompleteNamespaces(cmd, args, given)
	}
	return found
}
