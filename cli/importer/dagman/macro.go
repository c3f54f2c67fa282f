package dagman

import (
	"errors"
	"fmt"
	"strings"
)

// macros are what $(NAME) stands for, by name in lower case.
type macros struct {
	values map[string]string
	// index is what stands for the number of an element.
	index string
}

// expand puts values in the place of macros.
func (m macros) expand(text string) (string, error) { return m.expandTo(text, 0) }

func (m macros) expandTo(text string, depth int) (string, error) {
	if depth > maxDepth {
		return "", errors.New("macros that stand for one another")
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "$(")
		b.WriteString(before)
		if !found {
			if b.Len() > 1<<20 {
				return "", errors.New("macros that stand for more than 1 MiB")
			}
			return b.String(), nil
		}
		name, after, closed := strings.Cut(rest, ")")
		if !closed {
			return "", fmt.Errorf("%q: there is no \")\"", "$("+rest)
		}
		name, standard, hasStandard := strings.Cut(name, ":")
		value, ok := m.values[strings.ToLower(name)]
		switch lower := strings.ToLower(name); {
		case lower == "process" || lower == "procid" || lower == "step":
			value = m.index
		case ok:
			var err error
			if value, err = m.expandTo(value, depth+1); err != nil {
				return "", err
			}
		case lower == "dollar":
			value = "$"
		case hasStandard:
			value = standard
		case lower == "cluster" || lower == "clusterid":
			return "", fmt.Errorf("$(%s) is known only when HTCondor has taken the job", name)
		default:
			value = "" // as condor_submit has it
		}
		b.WriteString(value)
		if b.Len() > 1<<20 {
			return "", errors.New("macros that stand for more than 1 MiB")
		}
		text = after
	}
}

// arguments reads both ways to write the arguments of a program.
func arguments(text string) ([]string, error) {
	if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
		return strings.Fields(strings.ReplaceAll(text, `\"`, `"`)), nil
	}
	return single(strings.ReplaceAll(text[1:len(text)-1], `""`, `"`))
}

// single cuts at white space that is not in single quotes, of which two mean one.
func single(text string) ([]string, error) {
	var all []string
	var b strings.Builder
	inside, any := false, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\'' && inside && i+1 < len(text) && text[i+1] == '\'':
			b.WriteByte(c)
			i++
		case c == '\'':
			inside, any = !inside, true
		case (c == ' ' || c == '\t') && !inside:
			if any || b.Len() > 0 {
				all = append(all, b.String())
			}
			b.Reset()
			any = false
		default:
			b.WriteByte(c)
		}
	}
	if inside {
		return nil, errors.New("a single quote is not closed")
	}
	if any || b.Len() > 0 {
		all = append(all, b.String())
	}
	return all, nil
}

// environment reads both ways to write the environment.
func environment(text string) ([]variable, error) {
	var pairs []string
	if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		var err error
		if pairs, err = single(strings.ReplaceAll(text[1:len(text)-1], `""`, `"`)); err != nil {
			return nil, err
		}
	} else {
		pairs = strings.Split(text, ";")
	}
	var all []variable
	for _, pair := range pairs {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, fmt.Errorf("%q is not NAME=VALUE", pair)
		}
		all = append(all, variable{strings.TrimSpace(name), value})
	}
	return all, nil
}
