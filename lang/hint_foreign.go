package lang

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ofAll returns what says that all targets have a status. Alone that may be a
// list, and beside other text it is one check.
func ofAll(status Status, targets []string, alone bool) string {
	list := strings.Join(targets, ", ")
	counted := status.spec().needsCount
	switch {
	case len(targets) == 1, status == StatusSucceeded && alone:
		return asCheck(status, list)
	case counted && alone:
		calls := make([]string, len(targets))
		for i, t := range targets {
			calls[i] = asCheck(status, t)
		}
		return strings.Join(calls, ", ")
	case counted:
		return string(status) + "(" + list + ") >= 100%"
	}
	return string(status) + "(" + list + ")"
}

// parenthesized puts parentheses around a text of several checks that stands beside
// others.
func parenthesized(text string, alone bool) string {
	if alone {
		return text
	}
	return "(" + text + ")"
}

// ofRule returns what a trigger rule of Airflow, or a word such as "any", says of
// targets; "" if it is none, or cannot be said of globs. A Job is skipped here where
// Airflow says upstream_failed.
func ofRule(word string, targets []string, alone bool) string {
	list := strings.Join(targets, ", ")
	if len(targets) == 1 {
		switch word {
		case "all_success", "none_failed", "none_failed_min_one_success", "one_success", "all_done_min_one_success", "any", "anysucceeded":
			return list
		case "all_failed", "one_failed":
			return "not " + list
		case "allfailed":
			return "failed(" + list + ")"
		case "all_done":
			return "finished(" + list + ")"
		case "one_done", "none_skipped", "weak":
			return parenthesized(list+" or failed("+list+")", alone)
		case "all_skipped":
			return "skipped(" + list + ")"
		}
		return ""
	}
	open := strings.ContainsAny(list, "*?{")
	switch word {
	case "all_success", "none_failed", "none_failed_min_one_success":
		return ofAll(StatusSucceeded, targets, alone)
	case "one_success", "any", "anysucceeded":
		return "succeeded(" + list + ") >= 1"
	case "one_failed":
		return "not succeeded(" + list + ")"
	case "all_done":
		return "finished(" + list + ")"
	case "one_done":
		return parenthesized("succeeded("+list+") >= 1 or failed("+list+") >= 1", alone)
	case "all_done_min_one_success":
		return parenthesized("finished("+list+"), succeeded("+list+") >= 1", alone)
	}
	switch {
	case open:
		return ""
	case word == "all_failed":
		return "succeeded(" + list + ") == 0"
	case word == "allfailed":
		return "failed(" + list + ") >= 100%"
	case word == "all_skipped":
		return "skipped(" + list + ") >= 100%"
	case word == "none_skipped" || word == "weak":
		return parenthesized("finished("+list+"), skipped("+list+") == 0", alone)
	}
	return ""
}

func rules() []string {
	return []string{
		"all_success", "all_failed", "all_done", "all_skipped", "one_success", "one_failed", "one_done", "none_failed", "none_skipped",
		"none_failed_min_one_success", "all_done_min_one_success", "any", "weak", "anysucceeded", "allfailed",
	}
}

// unknownStatus reports a word before "(" that is no status; inside is the text
// between the parentheses, and call where all of it stands.
func (b *builder) unknownStatus(word string, at, call Span, inside string) {
	lower := strings.ToLower(word)
	switch {
	case lower == "always" || lower == "dummy":
		b.add(ForeignStatus, at, "leave it out: what waits for nothing has no annotation", "%s is of another language", quote(word))
		return
	case foreignStatus(lower) != "" || slices.Contains(rules(), lower):
		text := foreignCall(lower, inside, b.isAlone(call))
		if text == "" {
			b.add(ForeignStatus, at, "docs/reference/language.md says how others' words are written here", "%s is of another language", quote(word))
			return
		}
		b.suggest(ForeignStatus, at, "write "+clip(text), []Fix{{call, text}}, "%s is of another language", quote(word))
		return
	}
	var names []string
	for _, s := range statuses() {
		names = append(names, string(s))
	}
	if near := Nearest(lower, append(names, "time")); near == "time" {
		b.add(UnknownStatus, at, `did you mean "time"? It takes a time, as in: time(2026-12-01T22:00:00Z)`, "unknown status %s", quote(word))
		return
	} else if near != "" {
		b.suggest(UnknownStatus, at, "did you mean "+quote(near)+"?", []Fix{{at, near}}, "unknown status %s", quote(word))
		return
	}
	b.add(UnknownStatus, at, "a status is one of "+statusList(), "unknown status %s", quote(word))
}

// isAlone reports whether there is nothing beside a part of the text.
func (b *builder) isAlone(span Span) bool {
	return strings.TrimSpace(b.text) == strings.TrimSpace(b.text[span.Start:span.End])
}

var (
	lsfCount = regexp.MustCompile(`^(>=|<=|==|!=|=|>|<)?\s*(\d+)$`)
	allOf    = regexp.MustCompile(`\[\s*\*?\s*\]$`)
)

// foreignCall returns how a call of another language is written here; word is in
// lower case. Empty is what cannot be said.
func foreignCall(word, inside string, alone bool) string {
	var targets []string
	for _, part := range outsideBrackets(inside) {
		if part = strings.Trim(part, " \t\r\n\"'"); part != "" {
			targets = append(targets, part)
		}
	}
	status := foreignStatus(word)
	if len(targets) == 0 {
		targets = []string{"name"}
	}
	switch {
	case strings.HasPrefix(word, "num") && len(targets) == 2:
		return counted(status, allOf.ReplaceAllString(targets[0], ""), targets[1])
	case word == "exit" && len(targets) == 2 && lsfCount.MatchString(targets[1]):
		return exited(lsfTarget(targets[0]), lsfCount.FindStringSubmatch(targets[1]))
	case word == "aftercorr" || word == "hold_jid_ad":
		for i := range targets {
			targets[i] += "[i]"
		}
	case slices.Contains([]string{"done", "ended", "exit", "post_done", "post_err"}, word):
		for i := range targets {
			targets[i] = lsfTarget(targets[i])
		}
	}
	if status == "" {
		return ofRule(word, targets, alone)
	}
	return ofAll(status, targets, alone)
}

// outsideBrackets splits a text at the commas that are not in brackets.
func outsideBrackets(text string) []string {
	var parts []string
	depth, start := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '[', '{', '(':
			depth++
		case ']', '}', ')':
			depth--
		case ',':
			if depth == 0 {
				parts, start = append(parts, text[start:i]), i+1
			}
		}
	}
	return append(parts, text[start:])
}

// lsfTarget returns the target for a name of LSF: of an array with "[*]" each
// element is meant by itself.
func lsfTarget(name string) string { return allOf.ReplaceAllString(name, "[i]") }

// counted returns what LSF's numdone(name, count) and its like say of elements.
func counted(status Status, name, count string) string {
	elements := name + "[*]"
	number := lsfCount.FindStringSubmatch(count)
	switch {
	case count == "*":
		if status == StatusFailed {
			return "failed(" + elements + ") >= 100%"
		}
		return asCheck(status, elements)
	case number == nil:
		return ""
	case number[1] == "":
		number[1] = ">="
	case number[1] == "=":
		number[1] = "=="
	}
	return string(status) + "(" + elements + ") " + number[1] + " " + number[2]
}

// exited returns what LSF's exit(name, code) says.
func exited(name string, code []string) string {
	n, err := strconv.Atoi(code[2])
	if err != nil || n > 255 {
		return ""
	}
	span := func(low, high int) string {
		if low == high {
			return ", code=" + strconv.Itoa(low)
		}
		if low > high {
			return ""
		}
		return ", code=" + strconv.Itoa(low) + ".." + strconv.Itoa(high)
	}
	keys := ""
	switch code[1] {
	case "", "=", "==":
		keys = span(n, n)
	case ">":
		keys = span(n+1, 255)
	case ">=":
		keys = span(n, 255)
	case "<":
		keys = span(1, n-1)
	case "<=":
		keys = span(1, n)
	default:
		keys = span(1, n-1) + span(n+1, 255)
	}
	if keys == "" {
		return ""
	}
	return "failed(" + name + keys + ")"
}

// argo returns what a task result of Argo such as "AnySucceeded" says of a name;
// foreign reports whether it is one at all.
func argo(name, suffix string) (text string, foreign bool) {
	switch suffix {
	case "AnySucceeded":
		return "succeeded(" + name + "[*]) >= 1", true
	case "AllFailed":
		return "failed(" + name + "[*]) >= 100%", true
	case "Skipped":
		return "", true
	}
	if suffix == "" || suffix[0] < 'A' || suffix[0] > 'Z' {
		return "", false
	}
	lower := strings.ToLower(suffix)
	status := statusNamed(lower)
	if status == "" {
		status = foreignStatus(lower)
	}
	if status == "" {
		return "", false
	}
	return asCheck(status, name), true
}
