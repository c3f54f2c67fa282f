package lang

import (
	"strings"

	"depctl.dev/lang/kind"
)

// addTarget builds a target of c from the name and the brackets of from.
func (b *builder) addTarget(c *Check, from *operand) bool {
	span := spanOf(from.Name)
	t := Target{Span: span}
	b.target = span
	if from.Indexes.Type != 0 {
		b.target = span.to(spanOf(from.Indexes))
	}
	ok := b.ref(&t, from)
	if !ok && (b.foreign || strings.HasSuffix(from.Name.Value, "-")) {
		return false // the brackets are those of another language
	}
	if from.Indexes.Type != 0 {
		t.Span = span.to(spanOf(from.Indexes))
		t.Elements = b.elements(from.Indexes)
		if t.Elements == nil {
			return false
		}
		if t.WholeRun {
			b.add(BadRunCheck, spanOf(from.Indexes), `leave the brackets out, or write "run" in quotes if a Job has this name`, "a run has no elements")
			return false
		}
		ok = ok && b.selfIndexes(&t)
	} else if t.Self && ok {
		b.add(ReservedWord, span, `write self[i-1], or "self" in quotes if a Job has this name`, "self is the annotated Job's own array and needs indexes")
		return false
	}
	c.Targets = append(c.Targets, t)
	return ok
}

// ref takes the name of a target apart: [kind:][namespace/]name[@run].
func (b *builder) ref(t *Target, from *operand) bool {
	text, run, hasRun := cutRun(from.Name.Value)
	span := spanOf(from.Name)
	span.End = span.Start + len(text)
	var prefix, name string
	if n := strings.IndexAny(text, "\"'{"); n >= 0 {
		prefix, name = text[:n], text[n:]
	} else {
		n := strings.LastIndexAny(text, "/:")
		prefix, name = text[:n+1], text[n+1:]
	}
	if before, _, has := strings.Cut(text, ":"); has {
		if b.foreign = b.foreignDependency(before, span); b.foreign {
			return false
		}
	}
	if target, ok := kubectlName(text); ok {
		b.suggest(BadName, span, "write "+target, []Fix{{span, target}}, "%s is how kubectl or the API names an object", quote(text))
		return false
	}
	t.Ref.Kind = KindJob
	nameSpan := Span{span.End - len(name), span.End}
	word, rest, hasKind := strings.Cut(prefix, ":")
	if !hasKind {
		rest = prefix
	} else {
		if !b.kind(word, Span{span.Start, span.Start + len(word)}) {
			return false
		}
		t.Ref.Kind = canonicalKind(word)
	}
	namespace, hasNamespace := strings.CutSuffix(rest, "/")
	switch {
	case !hasNamespace && rest != "":
		// "a:b:c", or a namespace that ends in a colon.
		b.add(BadName, span, "write [kind:][namespace/]name", "%s is not the name of an object", quote(b.source(span)))
		return false
	case hasNamespace && !b.namespace(namespace, text, Span{nameSpan.Start - 1 - len(namespace), nameSpan.Start - 1}):
		return false
	}
	if t.Ref.Namespace = namespace; hasNamespace && t.Ref.clusterWide() {
		meant := Ref{Kind: t.Ref.Kind, Name: name}
		b.suggest(BadName, span, "write "+clip(meant.String()), []Fix{{span, meant.String()}}, "a %s is in no namespace", t.Ref.Kind)
		return false
	}
	return b.name(t, name, nameSpan, prefix == "") && b.oneCronJob(t, span) &&
		(!hasRun || b.run(t, run, Span{span.End + 1, spanOf(from.Name).End}))
}

func (b *builder) kind(word string, at Span) bool {
	if isName(word) && word[0] > '9' {
		return true
	}
	hint := "write a kind in lower case, as in: cronjob:nightly"
	if lower := strings.ToLower(word); lower != word && isName(lower) {
		b.suggest(BadKind, at, "did you mean "+quote(lower)+"?", []Fix{{at, lower}}, "%s is not a kind of objects", quote(word))
		return false
	}
	if strings.Contains(word, "/") {
		hint = "the kind stands first, as in: cronjob:etl/nightly"
	}
	b.add(BadKind, at, hint, "%s is not a kind of objects", quote(word))
	return false
}

// canonicalKind returns the name of the kind that a word means. A word that means none, as far
// as is known here, stays: Vet and the gate say so.
func canonicalKind(word string) string {
	if k, known := kind.Of(word); known {
		return k.Name
	}
	return word
}

func (b *builder) namespace(namespace, whole string, at Span) bool {
	if isLabel(namespace) {
		return true
	}
	switch lower := strings.ToLower(namespace); {
	case namespace == "":
		b.add(MissingName, Span{at.Start, at.End + 1}, "write namespace/name", "expected a namespace before \"/\"")
	case isLabel(lower):
		b.suggest(BadName, at, "did you mean "+quote(lower)+"?", []Fix{{at, lower}}, "%s has upper case letters, names have none", quote(namespace))
	case strings.Contains(namespace, "/"):
		b.add(BadName, at, "write [kind:][namespace/]name", "there are too many slashes in %s", quote(whole))
	case strings.ContainsAny(namespace, "*?"):
		b.add(BadName, at, "name one namespace for each target", "a namespace cannot be a glob")
	default:
		b.add(BadName, at, "a namespace has lower case letters, digits and -, at most 63, and starts and ends with a letter or a digit", "%s is not the name of a namespace", quote(namespace))
	}
	return false
}

// name reads the last part of a target; bare says that nothing is before it.
func (b *builder) name(t *Target, name string, at Span, bare bool) bool {
	switch {
	case name == "" && bare:
		b.add(MissingName, t.Span, "write name@run", "expected a name before \"@\"")
		return false
	case name == "":
		b.add(MissingName, at.widened(), "write namespace/name", "expected a name after %s", quote(b.source(Span{t.Span.Start, at.Start})))
		return false
	case name[0] == '{':
		s, ok := b.selector(name, at)
		t.Ref.Name = s.String()
		return ok
	case name[0] == '"' || name[0] == '\'':
		inside := name[1 : len(name)-1]
		t.Ref.Name = inside
		return b.object(inside, Span{at.Start + 1, at.End - 1})
	case strings.ContainsAny(name, "*?"):
		t.Ref.Name = name
		if isName(strings.NewReplacer("*", "x", "?", "x").Replace(name)) {
			return true
		}
		b.badName(name, at)
		return false
	case bare && name == "self":
		t.Self = true
		t.Ref = Ref{}
		return true
	case bare && name == "run":
		t.WholeRun = true
		t.Ref.Name = "*"
		return true
	case bare && (name == "and" || name == "or" || name == "not"):
		b.suggest(ReservedWord, at, "write "+quote(name)+" in quotes", []Fix{{at, quote(name)}}, "%s is a word of the language", quote(name))
		return false
	}
	t.Ref.Name = name
	return b.object(name, at)
}

// widened returns s, or the byte before it if it is empty.
func (s Span) widened() Span {
	if s.Start == s.End && s.Start > 0 {
		s.Start--
	}
	return s
}

func (b *builder) object(name string, at Span) bool {
	if isName(name) {
		return true
	}
	b.badName(name, at)
	return false
}

// badName reports what is no name of an object, with the name that is meant.
func (b *builder) badName(name string, at Span) {
	plain := plainName(name)
	if b.argo(name, at) {
		return
	}
	switch {
	case strings.HasSuffix(name, "-") && b.target.End > at.End && b.text[at.End] == '[':
		b.add(BadName, at, "brackets are for elements of an array; for Jobs of other names write "+clip(name)+"*", "%s is not the name of an array", quote(name))
	case len(name) > 253:
		b.add(BadName, at, "a name has 1 to 253 characters", "this name has %d characters", len(name))
	case name == "":
		b.add(BadName, at, "", "there is no name between the quotes")
	case name != plain && strings.EqualFold(name, plain) && isName(plain):
		b.suggest(BadName, at, "did you mean "+quote(plain)+"?", []Fix{{at, plain}}, "%s has upper case letters, names of objects have none", quote(name))
	case isName(plain):
		b.suggest(BadName, at, "did you mean "+quote(plain)+"?", []Fix{{at, plain}}, "%s is not the name of an object", quote(name))
	default:
		b.add(BadName, at, "a name has lower case letters, digits, - and ., and starts and ends with a letter or a digit", "%s is not the name of an object", quote(name))
	}
}

// argo reports a name that ends in a task result of Argo.
func (b *builder) argo(name string, at Span) bool {
	base, suffix, _ := cutLast(name, ".")
	quoted := at.Start > 0 && (b.text[at.Start-1] == '"' || b.text[at.Start-1] == '\'')
	if !isName(base) || quoted || at.Start < b.target.Start {
		return false
	}
	target := b.text[b.target.Start:at.Start] + base + b.text[at.End:b.target.End]
	text, foreign := argo(target, suffix)
	switch {
	case !foreign:
		return false
	case text == "":
		b.add(ForeignStatus, at, "a Job has no \"when\" that could be false; Argo's Omitted is skipped("+clip(target)+") here",
			"%s is of another language", quote("."+suffix))
		return true
	case b.inStatus:
		text = target
	}
	b.suggest(ForeignStatus, at, "write "+clip(text), []Fix{{b.target, text}}, "%s is of another language", quote("."+suffix))
	return true
}

// plainName returns the most likely name for what is none.
func plainName(s string) string {
	var b strings.Builder
	for _, r := range s {
		if plain, ok := asciiEquivalent(r); ok {
			b.WriteString(plain)
		} else {
			b.WriteRune(r)
		}
	}
	return strings.Trim(strings.ReplaceAll(strings.ToLower(b.String()), "_", "-"), "-.")
}

func cutLast(s, sep string) (before, after string, found bool) {
	if n := strings.LastIndex(s, sep); n >= 0 {
		return s[:n], s[n+len(sep):], true
	}
	return s, "", false
}

// asCheck returns a check as text, a bare name for success.
func asCheck(status Status, target string) string {
	if status == StatusSucceeded {
		return target
	}
	return string(status) + "(" + target + ")"
}
