package batch

import (
	"slices"
	"strings"

	"depctl.dev/cli/batch/request"
	"depctl.dev/lang"
)

// found is what a word says of an option.
type found struct {
	// option is nil if it is none, and several are those that the name may mean.
	option  *request.Option
	several []*request.Option
	// name is as written, and given the value if the word has it.
	name  string
	given []string
	// joined says that the value stands right behind a letter.
	joined bool
}

// find returns the option of a dialect that a word is.
func find(d *request.Dialect, text string) found {
	if !strings.HasPrefix(text, "-") || text == "-" || text == "--" {
		return found{name: text}
	}
	if (d.Spelling == request.GNU || d.Spelling == request.Long) && strings.HasPrefix(text, "--") {
		name, value, has := strings.Cut(text, "=")
		f := found{name: name, option: optionNamed(d, name)}
		if f.option == nil {
			switch f.several = abbreviated(d, name); len(f.several) {
			case 1:
				f.option, f.several = f.several[0], nil
			}
		}
		if f.option != nil && has {
			f.given = []string{value}
		}
		return f
	}
	f := found{name: text, option: optionNamed(d, text)}
	if f.option != nil || d.Spelling == request.Single || d.Spelling == request.SingleOrDigits && !hasDigit(text) {
		return f
	}
	name := text[:min(2, len(text))]
	if o := optionNamed(d, name); o != nil && len(text) > 2 {
		return found{name: name, option: o, given: []string{strings.TrimPrefix(text[2:], "=")}, joined: text[2] != '='}
	}
	return f
}

// hasDigit reports whether a word is a letter with its number, as -n4.
func hasDigit(text string) bool { return len(text) > 2 && text[2] >= '0' && text[2] <= '9' }

// optionNamed returns the option with this spelling, nil if there is none.
func optionNamed(d *request.Dialect, name string) *request.Option {
	i := slices.IndexFunc(d.Options, func(o request.Option) bool { return slices.Contains(o.Spellings(), name) })
	if i < 0 {
		return nil
	}
	return &d.Options[i]
}

// abbreviated returns the options that a long name may stand for: getopt takes
// the beginning of a name, if no other option begins so.
func abbreviated(d *request.Dialect, name string) []*request.Option {
	var found []*request.Option
	if d.Spelling != request.GNU || len(name) < len("--x") {
		return nil
	}
	for i := range d.Options {
		if slices.ContainsFunc(d.Options[i].Spellings(), func(one string) bool { return strings.HasPrefix(one, name) }) {
			found = append(found, &d.Options[i])
		}
	}
	return found
}

// nearest returns the option that a name is a slip of, "" if there is none.
func nearest(d *request.Dialect, name string) string {
	var all []string
	for i := range d.Options {
		all = append(all, d.Options[i].Spellings()...)
	}
	return lang.Nearest(name, all)
}
