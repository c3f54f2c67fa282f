package manifest

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// document is one YAML document, or one JSON value, of a file.
type document struct {
	Number int
	root   *yaml.Node
	// text is that of the file up to the end of the document.
	text string
	json bool
	// lines are those of the part of the file that begins at from.
	lines *lines
	from  int
	// aliases has the places of aliases that point nowhere. The sign that made
	// them aliases was covered to read on.
	aliases map[int]bool
}

// offset returns where in the file a node stands, with its tag and anchor.
func (d *document) offset(n *yaml.Node) int {
	if d.json {
		return n.Column // see readJSON
	}
	return d.from + d.lines.at(n.Line, n.Column)
}

// SyntaxError is why a part of a file is not YAML.
type SyntaxError struct {
	Document, Offset int
	Message, Hint    string
}

// documents reads the parts of a file. A part that is not YAML is an error and
// does not keep the others from being read.
func (m *Manifest) documents() ([]*document, []SyntaxError) {
	if at := unreadableAt(m.Text); at >= 0 {
		return nil, []SyntaxError{{Offset: at, Document: 1, Message: notText(m.Text[at:]), Hint: "is this a text file in UTF-8?"}}
	}
	if docs := readJSON(m.Text); docs != nil {
		return docs, nil
	}
	var docs []*document
	var failures []SyntaxError
	number := 1
	for _, part := range splitYAML(m.Text) {
		found, failure := readYAML(m.Text[:part.End], part.Start, number)
		docs = append(docs, found...)
		number += max(len(found), 1)
		if failure != nil {
			failures = append(failures, *failure)
		}
	}
	return docs, failures
}

// unreadableAt returns where a text has something that YAML does not take, -1
// if it has nothing of that kind.
func unreadableAt(text string) int {
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd"):
			return i
		case r < ' ' && r != '\t' && r != '\n' && r != '\r', r >= 0x7f && r < 0xa0 && r != 0x85, r == 0xfffe, r == 0xffff:
			return i
		}
	}
	return -1
}

func notText(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	if r == utf8.RuneError && size == 1 {
		return fmt.Sprintf("not YAML: byte 0x%02x is not UTF-8", text[0])
	}
	return fmt.Sprintf("not YAML: control character %U", r)
}

// readYAML reads the documents of text from an offset on: one, but for those
// that "..." ends.
func readYAML(text string, from, number int) (docs []*document, failure *SyntaxError) {
	part := text[from:]
	lines := yamlLines(part)
	aliases := map[int]bool{}
	roots, err := decodeYAML(part)
	for name, ok := unknownAnchor(err); ok && len(aliases) < maxAliases; name, ok = unknownAnchor(err) {
		at := aliasTo(part, name)
		if at < 0 {
			break
		}
		// As long as before, so that all places stay where they are.
		part = part[:at] + "_" + part[at+1:]
		text = text[:from] + part
		aliases[from+at] = true
		roots, err = decodeYAML(part)
	}
	for i, root := range roots {
		docs = append(docs, &document{
			Number: number + i, root: root, text: text, lines: lines, from: from, aliases: aliases,
		})
	}
	if err != nil {
		line, message := splitError(err)
		at := from + lines.at(line, 1)
		at += len(text[at:]) - len(strings.TrimLeft(text[at:], " "))
		if strings.TrimSpace(text[at:]) == "" {
			at = from + len(strings.TrimRight(text[from:], " \t\r\n"))
		}
		failure = &SyntaxError{Document: number + len(roots), Offset: at, Message: "not YAML: " + message, Hint: syntaxHint(text, at)}
	}
	return docs, failure
}

func decodeYAML(text string) (roots []*yaml.Node, err error) {
	// The library panics where it finds itself wrong about its input.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for {
		root := &yaml.Node{}
		err := decoder.Decode(root)
		if errors.Is(err, io.EOF) {
			return roots, nil
		}
		if err != nil {
			return roots, err
		}
		roots = append(roots, root)
	}
}

// maxAliases bounds how often a document is read again.
const maxAliases = 20

func unknownAnchor(err error) (string, bool) {
	if err == nil {
		return "", false
	}
	name, ok := strings.CutPrefix(err.Error(), "yaml: unknown anchor '")
	return strings.TrimSuffix(name, "' referenced"), ok
}

// aliasTo returns where text first has an alias with a name, -1 if nowhere.
func aliasTo(text, name string) int {
	found := regexp.MustCompile(`(?:^|[\s,\[{])(\*` + regexp.QuoteMeta(name) + `)(?:[\s,\]}]|$)`).FindStringSubmatchIndex(text)
	if found == nil {
		return -1
	}
	return found[2]
}

// splitError returns the line, counted from 1, that an error of the YAML
// library is about, and the rest of its text.
func splitError(err error) (line int, message string) {
	message = strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(message, "line "); ok {
		if number, after, ok := strings.Cut(rest, ": "); ok {
			line, _ = strconv.Atoi(number)
			message = after
		}
	}
	// Its parser, unlike its scanner, counts lines from 0.
	for _, parsers := range []string{"expected key", "expected '-' indicator", "expected ','", "expected node content", "expected <", "undefined tag"} {
		if line > 0 && strings.Contains(message, parsers) {
			line++
		}
	}
	return max(line, 1), message
}

// TemplateHint is for what a template engine has not looked at yet.
const TemplateHint = "is this a template? Lint what it renders: helm template . | depctl lint -"

// syntaxHint guesses why text is not YAML from an offset on.
func syntaxHint(text string, at int) string {
	rest := text[at:]
	if line, _, _ := strings.Cut(rest, "\n"); strings.Contains(line, "{{") {
		return TemplateHint
	}
	begins := regexp.MustCompile(`depctl\.dev/depends-on["']?:[ \t]+["'\[{*&!%@` + "`" + `]`).FindStringIndex(rest)
	if begins == nil {
		return ""
	}
	line := strings.Count(text[:at+begins[0]], "\n") + 1
	return fmt.Sprintf("put the whole value in line %d in quotes: it begins with a sign that YAML reads itself", line)
}
