package lang

import (
	"strings"

	"depctl.dev/lang/kind"
)

// ofKinds reports what a check asks of objects of a kind that cannot have it. Of a kind that is
// not in the table, nobody knows here.
func (b *builder) ofKinds(c *Check) bool {
	ok := true
	for i := range c.Targets {
		t := &c.Targets[i]
		if t.Self || t.WholeRun || t.Ref.Kind == KindJob || t.Ref.Kind == KindCronJob {
			if c.Condition != "" {
				b.add(MisplacedKey, c.span, "ask for a status, as in: succeeded(a), ready(a)", "a Job has no condition that can be waited for by its name")
				return false
			}
			continue
		}
		k, known := kind.Of(t.Ref.Kind)
		switch {
		case known && t.Elements != nil:
			b.add(StatusOfKind, t.Span, "leave the brackets out", "only an Indexed Job has elements, a %s has none", t.Ref.Kind)
		case len(c.Results) > 0:
			b.add(MisplacedKey, c.span, "name a Job, or leave result= out", "only a Job has a result")
		case len(c.Codes) > 0:
			b.add(MisplacedKey, c.span, "name a Job, or leave code= out", "only a Job has an exit code")
		case known && !k.Has(string(c.Status)):
			b.notOfKind(c, t, k)
		default:
			continue
		}
		ok = false
	}
	return ok
}

// notOfKind reports a status that no object of a kind can have, with those that it can.
func (b *builder) notOfKind(c *Check, t *Target, k kind.Kind) {
	hint := "it can be: " + strings.Join(k.Statuses(), ", ")
	if c.Status == StatusFailed || c.Status == StatusSkipped || len(c.Targets) > 1 || c.Compare != nil {
		b.add(StatusOfKind, t.Span, hint, "a %s is never %s", k.Name, c.Status)
		return
	}
	plain := t.String() // the most that it can be
	b.suggest(StatusOfKind, c.span, "write "+clip(plain)+"; "+hint, []Fix{{c.span, plain}}, "a %s is never %s", k.Name, c.Status)
}
