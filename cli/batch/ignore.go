package batch

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"depctl.dev/cli/batch/request"
)

// vetIgnore says what a site may not ignore: a Job must not run early because its
// site left out what it waits for.
func vetIgnore(i request.Ignore) request.Problems {
	var list request.Problems
	refuse := func(field, format string, args ...any) {
		list = append(list, request.Problem{Where: i.By + ": ignore." + field, Message: fmt.Sprintf(format, args...)})
	}
	for _, name := range slices.Sorted(maps.Keys(i.Options)) {
		d := dialects().named(name)
		if d == nil || name == Depctl {
			names := Dialects()[1:]
			last := len(names) - 1
			refuse("options", "%s is no batch system, there are %s and %s", name, strings.Join(names[:last], ", "), names[last])
			continue
		}
		for _, text := range i.Options[name] {
			if !strings.HasPrefix(text, "-") {
				refuse("options."+name, "%s is not an option, write it as scripts do: --licenses", text)
			}
			for _, o := range d.Options {
				if o.Waits && slices.ContainsFunc(o.Spellings(), func(name string) bool { return request.Matches(text, name) }) {
					refuse("options."+name, "%s is %s too, and what a Job waits for cannot be ignored", text, o.Names)
				}
			}
		}
	}
	for _, text := range i.Resources {
		if request.Matches(text, "depend") {
			refuse("resources", "%s is depend of -W too, and what a Job waits for cannot be ignored", text)
		}
	}
	return list
}
