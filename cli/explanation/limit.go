package explanation

import (
	"fmt"
	"strings"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Limit is one of which a Job waits for tokens.
type Limit struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Needs is how many tokens the Job takes, of so many that there are and that are in
	// use. Missing says that there is no such limit.
	Needs   int64 `json:"needs"`
	Tokens  int64 `json:"tokens"`
	Used    int64 `json:"used"`
	Missing bool  `json:"-"`
	// UsedBy are those that have some, those with most first, and Place is that of the Job
	// in line, from 1.
	UsedBy []TokenHolder `json:"usedBy"`
	Place  int           `json:"placeInLine"`
}

// TokenHolder has tokens of a limit.
type TokenHolder struct {
	Object string `json:"object"`
	Tokens int64  `json:"tokens"`
}

// mostHolders is how many of them are named.
const mostHolders = 3

// says tells how a limit stands, for one who waits for it.
func (l *Limit) says(namespace string) string {
	name := l.Name
	if l.Namespace != namespace {
		name = l.Namespace + "/" + l.Name
	}
	text := fmt.Sprintf("Waits for %s of %s: ", many(int(l.Needs), "token"), name)
	if l.Tokens == 0 {
		return text + "it is closed, with 0 tokens."
	}
	by, are := "", "are"
	if len(l.UsedBy) > 0 {
		by = " by " + l.holders(namespace)
	}
	if l.Used == 1 {
		are = "is"
	}
	return text + fmt.Sprintf("%d of %d %s used%s; %s in line.", l.Used, l.Tokens, are, by, ordinal(l.Place))
}

func (l *Limit) holders(namespace string) string {
	var names []string
	for i, h := range l.UsedBy {
		if i == mostHolders && len(l.UsedBy) > mostHolders+1 {
			names = append(names, fmt.Sprintf("%d more", len(l.UsedBy)-mostHolders))
			break
		}
		names = append(names, fmt.Sprintf("%s (%d)", strings.TrimPrefix(h.Object, namespace+"/"), h.Tokens))
	}
	return strings.Join(names, ", ")
}

// ordinal says a place in line in words, as far as people count in them.
func ordinal(n int) string {
	words := []string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}
	if n >= 1 && n <= len(words) {
		return words[n-1]
	}
	return fmt.Sprintf("number %d", n)
}

// waitsForTokens reports whether tokens alone keep a Job waiting.
func (e *Explanation) waitsForTokens() bool {
	return len(e.Limits) > 0 && e.Action == gate.Waiting.String()
}

// aboutLimits is what one could do about the limits for which a Job waits.
func aboutLimits(c Cluster, ref lang.Ref) []Advice {
	var list []Advice
	for _, l := range c.Limits(ref) {
		in := " -n " + l.Namespace
		a := Advice{"see who uses " + l.Name + ", and who waits", "depctl limits " + l.Name + in}
		switch {
		case l.Missing:
			a = Advice{"set the limit", fmt.Sprintf(`kubectl patch configmap %s%s -p '{"data":{"%s":"%d"}}'`, gate.LimitsName, in, l.Name, l.Needs)}
		case l.Needs > l.Tokens:
			a = Advice{"raise the limit", "kubectl edit configmap " + gate.LimitsName + in}
		}
		list = append(list, a)
	}
	return list
}
