package dagman

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"depctl.dev/cli/importer/output"
)

// entry is a line of a submit description.
type entry struct {
	output.Place
	key, value string
}

// submission is a submit description: its entries by name in lower case, and its queue.
type submission struct {
	entries map[string]entry
	order   []string
	queue   queue
	queued  bool
}

// submission reads a submit description.
func (im *importer) submission(file output.File) *submission {
	s := &submission{entries: map[string]entry{}, queue: queue{count: "1"}}
	text := strings.Split(strings.ReplaceAll(file.Text, "\r\n", "\n"), "\n")
	for i := 0; i < len(text); i++ {
		at := output.Place{File: file.Name, Line: i + 1}
		line := strings.TrimSpace(text[i])
		for strings.HasSuffix(line, `\`) && i+1 < len(text) {
			i++
			line = strings.TrimSuffix(line, `\`) + " " + strings.TrimSpace(text[i])
		}
		if line == "" || line[0] == '#' {
			continue
		}
		word, _, _ := strings.Cut(line, " ")
		if strings.EqualFold(word, "queue") {
			if s.queued {
				im.out.Fail(at, "make it a node of its own", "a second queue in one submit description cannot be carried")
				continue
			}
			s.queued = true
			open := strings.Contains(line, "(") && !strings.Contains(line, ")")
			for open && i+1 < len(text) {
				i++
				line += "\n" + text[i]
				open = !strings.Contains(text[i], ")")
			}
			var err error
			if s.queue, err = readQueue(line[len("queue"):]); err != nil {
				im.out.Fail(at, "", "queue: %s", err)
				s.queue = queue{count: "1"}
			}
			s.queue.Place = at
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			if strings.EqualFold(word, "include") || strings.EqualFold(word, "if") || strings.EqualFold(word, "else") || strings.EqualFold(word, "endif") || strings.EqualFold(word, "elif") {
				im.out.Fail(at, "write what is meant", "%s in a submit description cannot be carried", word)
				continue
			}
			im.out.Fail(at, "", "%q is no line of a submit description", line)
			continue
		}
		key = strings.ToLower(strings.TrimSpace(key))
		if s.entries[key].key == "" {
			s.order = append(s.order, key)
		}
		s.entries[key] = entry{at, key, strings.TrimSpace(value)}
	}
	return s
}

// queue is how many Jobs a submit description makes, and of what.
type queue struct {
	output.Place
	count     string
	variables []string
	items     []string
}

var queuePattern = regexp.MustCompile(`(?is)^\s*(\S+)?\s*$`)

// readQueue reads what stands behind queue.
func readQueue(text string) (queue, error) {
	q := queue{count: "1"}
	before, list, in := strings.Cut(text, "(")
	if !in {
		fields := strings.Fields(text)
		for i, field := range fields {
			if lower := strings.ToLower(field); lower == "in" || lower == "from" || lower == "matching" {
				if lower == "in" && i+1 < len(fields) {
					q.items = strings.FieldsFunc(strings.Join(fields[i+1:], " "), func(r rune) bool { return r == ',' || r == ' ' })
					q.variables, q.count = queueHead(fields[:i])
					return q, nil
				}
				return q, fmt.Errorf("%s %s: what is in files is not known here: write the list, in ( ... )", field, strings.Join(fields[i+1:], " "))
			}
		}
		if m := queuePattern.FindStringSubmatch(text); m != nil {
			if m[1] != "" {
				q.count = m[1]
			}
			return q, nil
		}
		return q, errors.New("it is not understood")
	}
	list, _, closed := strings.Cut(list, ")")
	if !closed {
		return q, errors.New(`there is no ")"`)
	}
	fields := strings.Fields(before)
	if len(fields) == 0 {
		return q, errors.New(`there is no "in" before the list`)
	}
	separator := strings.ToLower(fields[len(fields)-1])
	q.variables, q.count = queueHead(fields[:len(fields)-1])
	switch separator {
	case "in":
		q.items = strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(", \t\n", r) })
	case "from":
		for item := range strings.SplitSeq(list, "\n") {
			if item = strings.TrimSpace(item); item != "" {
				q.items = append(q.items, item)
			}
		}
	default:
		return q, fmt.Errorf("%q is not understood before a list", separator)
	}
	return q, nil
}

// queueHead reads a number and names of variables.
func queueHead(fields []string) (variables []string, count string) {
	count = "1"
	for i, field := range fields {
		if i == 0 && field[0] >= '0' && field[0] <= '9' || strings.HasPrefix(field, "$(") {
			count = field
			continue
		}
		variables = append(variables, strings.FieldsFunc(field, func(r rune) bool { return r == ',' })...)
	}
	if len(variables) == 0 {
		variables = []string{"Item"}
	}
	return variables, count
}

// values are what the variables of a queue stand for, of one item.
func (q queue) values(item string) map[string]string {
	values := map[string]string{}
	fields := strings.FieldsFunc(item, func(r rune) bool { return strings.ContainsRune(", \t", r) })
	for i, name := range q.variables {
		switch {
		case len(q.variables) == 1:
			values[strings.ToLower(name)] = item
		case i == len(q.variables)-1 && i < len(fields):
			values[strings.ToLower(name)] = strings.Join(fields[i:], " ")
		case i < len(fields):
			values[strings.ToLower(name)] = fields[i]
		default:
			values[strings.ToLower(name)] = ""
		}
	}
	return values
}
