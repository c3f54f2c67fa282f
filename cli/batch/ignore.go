package batch

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// vetIgnore says what a site may not ignore: a Job must not run early because its
// site left out what it waits for.
func vetIgnore(i Ignore) Problems {
	var list Problems
	refuse := func(field, format string, args ...any) {
		list = append(list, Problem{Where: i.By + ": ignore." + field, Message: fmt.Sprintf(format, args...)})
	}
	for _, name := range slices.Sorted(maps.Keys(i.Options)) {
		d := dialectNamed(name)
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
				if o.waits && slices.ContainsFunc(o.spellings(), func(name string) bool { return Matches(text, name) }) {
					refuse("options."+name, "%s is %s too, and what a Job waits for cannot be ignored", text, o.names)
				}
			}
		}
	}
	for _, text := range i.Resources {
		if Matches(text, "depend") {
			refuse("resources", "%s is depend of -W too, and what a Job waits for cannot be ignored", text)
		}
	}
	return list
}
