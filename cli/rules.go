package cli

import "depctl.dev/lang"

// describe returns what a code means in general, in the words of its comment: a
// test compares them.
func describe(code string) string {
	switch lang.Code(code) {
	case yamlSyntax:
		return "the file, or a document of it, is not YAML."
	case yamlTag:
		return "a tag, an anchor or an alias stands where the value should."
	case yamlFlow:
		return "YAML reads the value, or a part of it, as a map or a list."
	case yamlScalar:
		return "the value is not text."
	case lang.Empty:
		return "there is no text, or only white space."
	case lang.TooLong:
		return "the text exceeds MaxText."
	case lang.TooManyTargets:
		return "the text names more than MaxTargets."
	case lang.TooDeep:
		return `parentheses and "not" stand deeper inside one another than MaxNesting.`
	case lang.BadCharacter:
		return "this character has no meaning in the language, or cannot be seen."
	case lang.ForeignOperator:
		return "this sign joins or negates in other languages."
	case lang.BadOperator:
		return "this is no comparison, or there is nothing that it could compare or delay."
	case lang.Comment:
		return "there are no comments: folded YAML joins lines, and a comment would take the next requirement with it."
	case lang.ReservedSign:
		return `"@" is reserved for runs.`
	case lang.ReservedWord:
		return "this is a word of the language, not a name."
	case lang.Unclosed:
		return "what is opened here is never closed."
	case lang.Unopened:
		return "what is closed here was never opened."
	case lang.SpaceInTarget:
		return `there is white space around the ":" or "/" of a target, or before its brackets.`
	case lang.MissingComma:
		return "two checks stand side by side."
	case lang.MissingCheck:
		return "something joins or negates, and there is no check beside it."
	case lang.MissingName:
		return "there is no name where one must be."
	case lang.MixedOr:
		return `"or" stands beside "," or "and": which binds is not said.`
	case lang.BadName:
		return "this is not the name of an object or a namespace in Kubernetes."
	case lang.BadKind:
		return "this is not the name of a kind of objects."
	case lang.UnknownStatus:
		return "there is no such status."
	case lang.ForeignStatus:
		return "this is how another scheduler says it."
	case lang.BadArgument:
		return "a status takes names first and then keys, and nothing else."
	case lang.UnknownKey:
		return "there is no such key."
	case lang.MisplacedKey:
		return "a key is not inside a status, or not in one that has a use for it."
	case lang.BadValue:
		return "a key cannot have this value."
	case lang.MissingNumber:
		return "a comparison has no number."
	case lang.BadNumber:
		return "this is not a number."
	case lang.NumberTooBig:
		return "this number is larger than any array can be."
	case lang.SingleComparison:
		return "there is only one object or time, and nothing to count."
	case lang.NotACheck:
		return "a comparison or a delay stands behind parentheses that only group."
	case lang.AnyOrAll:
		return "failed or skipped of a set does not say whether any or all are meant."
	case lang.OpenComparison:
		return "the next member of a glob or selector could undo this comparison."
	case lang.ImpossibleCount:
		return "no count that the set can have makes this true."
	case lang.OverPercent:
		return "there is no more than 100%."
	case lang.PercentEquality:
		return "a percentage is compared with == or !=."
	case lang.BadDuration:
		return "this is not a positive duration of at most ten years."
	case lang.NegatedDelay:
		return `a delay under "not" delays nothing.`
	case lang.BadTime:
		return "this is not an RFC 3339 time."
	case lang.MissingZone:
		return "a time has no zone."
	case lang.EmptySelector:
		return "a selector without requirements would select everything."
	case lang.BadSelector:
		return "this is not a Kubernetes label selector."
	case lang.BadIndex:
		return "what is in brackets is not a list of indexes."
	case lang.PlainIndex:
		return "an index without i is a plain number, not less than 0."
	case lang.NotLinear:
		return "i is multiplied by i."
	case lang.BadDivisor:
		return "an index is divided by something other than a number of 1 or more."
	case lang.BadStep:
		return "the step of a range is 0."
	case lang.BackwardsRange:
		return "a range ends before it begins."
	case lang.SelfIndex:
		return "an element would wait for itself."
	case lang.NeverTrue:
		return "this waits for the opposite of something that has none: finished, exists and time are true or not yet, but never false."
	case lang.SelfReference:
		return "an error: the Job waits for itself."
	case lang.NotIndexed:
		return "an error: i or self in a Job that is not Indexed."
	case lang.SelfCycle:
		return "an error: elements of the Job wait for one another."
	case lang.UnknownKind:
		return "this kind is not among those that are known: an error if the Job cannot do without it, as it is held forever."
	case lang.OpenSet:
		return "a glob or selector without a number is true of the members that are there, and more may be applied later."
	case lang.StatusSuffix:
		return "a name ends in a status: legal, but Argo's way to ask for a result."
	case lang.KindAsNamespace:
		return "a namespace is the name of a kind: kubectl's form is not that of the language."
	case lang.Duplicate:
		return "a check is repeated beside itself."
	case lang.Contradiction:
		return "a check and its opposite stand in the same all-of."
	case lang.WholeArrayFails:
		return "the array has no backoffLimitPerIndex: its first failure ends it, and all elements that have not completed count as failed."
	case lang.NoSuchElement:
		return "the array has no element with this index."
	}
	for _, rule := range lintRules() {
		if string(rule.code) == code {
			return rule.about
		}
	}
	return ""
}
