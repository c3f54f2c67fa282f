package dagman

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

var scriptMacro = regexp.MustCompile(`\$[A-Z_]+`)

// scriptWords returns the words of a script with its macros. What is known only when the
// job has ended is a NUL, where a shell can put it.
func (g *graph) scriptWords(n *node, s *script, shell bool) []string {
	var all []string
	for _, word := range s.command {
		text := scriptMacro.ReplaceAllStringFunc(word, func(macro string) string {
			switch macro {
			case "$JOB", "$NODE":
				return n.name
			case "$MAX_RETRIES":
				return strconv.Itoa(n.retries)
			case "$RETURN":
				if shell {
					return "\x00"
				}
			}
			g.out.Fail(s.Place, "", "%s is not known to a pod", macro)
			return ""
		})
		all = append(all, text)
	}
	return all
}

// shellWords returns words as a shell reads them, with $code where a NUL is.
func shellWords(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		parts := strings.Split(word, "\x00")
		for k, part := range parts {
			if part != "" || len(parts) == 1 {
				parts[k] = shellQuote(part)
			}
		}
		quoted[i] = strings.Join(parts, `"$code"`)
	}
	return strings.Join(quoted, " ")
}

var safeWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

func shellQuote(word string) string {
	if safeWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// wrap has a shell run what surrounds the program: a PRE script that may skip it, input
// from a file, and a POST script, whose end is that of the node.
func (g *graph) wrap(n *node, main *corev1.Container, input string) {
	var script []string
	if n.pre != nil && n.preSkip != "" {
		if _, err := strconv.Atoi(n.preSkip); err != nil {
			g.out.Fail(n.Place, "", "PRE_SKIP %s: %q is no number", n.name, n.preSkip)
		}
		script = append(script,
			shellWords(g.scriptWords(n, n.pre, false))+"; pre=$?",
			fmt.Sprintf("[ $pre -eq %s ] && exit 0", shellQuote(n.preSkip)),
			"[ $pre -eq 0 ] || exit $pre")
	}
	run := `"$@"`
	if input != "" {
		run += " <" + shellQuote(input)
	}
	switch {
	case n.post != nil:
		script = append(script, run+"; code=$?", "exec "+shellWords(g.scriptWords(n, n.post, true)))
	case len(script) > 0 || input != "":
		if input == "" {
			run = `exec "$@"`
		}
		script = append(script, run)
	default:
		return
	}
	main.Args = append(append([]string{}, main.Command...), main.Args...)
	main.Command = []string{"sh", "-c", strings.Join(script, "\n"), "sh"}
}

// before makes an init container of a PRE script.
func (g *graph) before(n *node, main corev1.Container) []corev1.Container {
	if n.pre == nil || n.preSkip != "" {
		return nil
	}
	return []corev1.Container{{
		Name: "pre", Image: main.Image, Command: g.scriptWords(n, n.pre, false), WorkingDir: main.WorkingDir, Env: main.Env,
	}}
}
