package lang

import "strings"

// foreignStatus returns the status that a word, in lower case, of Slurm, PBS,
// LSF, Grid Engine, DAGMan, Argo or Airflow stands for; "" if it is of none.
func foreignStatus(word string) Status {
	switch word {
	case "done", "ok", "success", "succeed", "complete", "completed", "afterok", "aftercorr", "numdone",
		"all_success", "one_success", "anysucceeded":
		return StatusSucceeded
	case "ended", "any", "terminated", "afterany", "numended", "hold_jid", "hold_jid_ad", "weak", "all_done", "one_done":
		return StatusFinished
	case "exit", "fail", "error", "errored", "afternotok", "numexit", "one_failed", "all_failed", "allfailed", "none_failed":
		return StatusFailed
	case "start", "running", "after", "afterstart", "numrun", "numstart":
		return StatusStarted
	case "omitted", "all_skipped":
		return StatusSkipped
	case "available", "daemoned":
		return StatusReady
	}
	return ""
}

// foreignCount returns the comparison that goes with such a word.
func foreignCount(word string) string {
	switch word {
	case "one_success", "anysucceeded", "one_done", "one_failed":
		return " >= 1"
	case "all_failed", "allfailed", "all_skipped":
		return " >= 100%"
	case "none_failed":
		return " == 0"
	}
	return ""
}

// unknownStatus reports a word before "(" that is no status; inside is the text
// between the parentheses.
func (b *builder) unknownStatus(word string, at Span, inside string) {
	lower := strings.ToLower(word)
	if status := foreignStatus(lower); status != "" {
		b.add(ForeignStatus, at, "write "+clip(foreignCall(lower, status, inside)), "%s is of another language", quote(word))
		return
	}
	hint := "a status is one of " + statusList()
	var names []string
	for _, s := range statuses() {
		names = append(names, string(s))
	}
	if near := Nearest(lower, append(names, "time")); near != "" {
		hint = "did you mean " + quote(near) + "?"
	}
	b.add(UnknownStatus, at, hint, "unknown status %s", quote(word))
}

func foreignCall(word string, status Status, inside string) string {
	var targets []string
	rest := ""
	for _, part := range strings.Split(inside, ",") {
		part = strings.Trim(part, " \t\r\n\"'")
		switch {
		case part == "":
		case len(targets) > 0 && isDigits(part) && word == "exit":
			rest = ", code=" + part
		case len(targets) > 0 && strings.HasPrefix(word, "num"):
			return string(status) + "(" + strings.TrimSuffix(targets[0], "[*]") + "[*]) " + strings.Replace(strings.Replace(part, "*", ">= 100%", 1), "  ", " ", 1)
		default:
			targets = append(targets, part)
		}
	}
	list := strings.Join(targets, ", ")
	switch {
	case word == "aftercorr" || word == "hold_jid_ad":
		list = strings.Join(targets, "[i], ") + "[i]"
	case list == "":
		list = "name"
	}
	if rest == "" && foreignCount(word) == "" {
		return asCheck(status, list)
	}
	return string(status) + "(" + list + rest + ")" + foreignCount(word)
}

// foreignKind tells whether kind, before a colon, is the type of a dependency
// in Slurm, PBS or Flux, and how text is written here.
func foreignKind(kind, text string) (hint string, foreign bool) {
	switch {
	case kind == "singleton":
		return "write finished(name-*, made=before)", true
	case strings.HasPrefix(kind, "before"):
		return "annotate the Job that waits: each Job names what it waits for", true
	case !strings.HasPrefix(kind, "after") && kind != "done" && kind != "ended" && kind != "exit":
		return "", false
	}
	status := foreignStatus(kind)
	if status == "" {
		return "", false
	}
	targets := strings.Split(text, ":")[1:]
	for i, t := range targets {
		if t == "" {
			t = "name"
		}
		if kind == "aftercorr" || kind == "hold_jid_ad" {
			t += "[i]"
		}
		targets[i] = t
	}
	return "write " + clip(asCheck(status, strings.Join(targets, ", "))), true
}

// argoStatus returns the status that an Argo task result such as
// "a.Succeeded" asks for.
func argoStatus(suffix string) Status {
	if suffix == "" || suffix[0] < 'A' || suffix[0] > 'Z' {
		return ""
	}
	lower := strings.ToLower(suffix)
	if s := statusNamed(lower); s != "" {
		return s
	}
	return foreignStatus(lower)
}

func statusList() string {
	var names []string
	for _, s := range statuses() {
		names = append(names, string(s))
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// Nearest returns the word that word most likely stands for, "" if none is
// near: at most a third of its letters, and at most 3, are wrong.
func Nearest(word string, words []string) string {
	best, least := "", min(3, len(word)/3)+1
	if len(word) > 40 {
		return ""
	}
	for _, w := range words {
		if len(w)-len(word) >= least || len(word)-len(w) >= least {
			continue
		}
		if d := distance(word, w); d < least {
			best, least = w, d
		}
	}
	return best
}

// distance is how many letters must be put, taken, changed or swapped with
// their neighbour to get from a to b.
func distance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	before, last, now := rows[0], rows[1], rows[2]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}
