package lang

import "strconv"

//go:generate go test . -run TestTheTextsOfCodesAreTheirComments -update

// Code names a kind of mistake. Codes are stable: tools match on them.
type Code string

// codeText is what the comment of a code says: code_text.go has it of all.
type codeText struct {
	code          Code
	text, example string
}

// Codes returns the codes of Parse and then those of Vet, each in the order of their
// declarations.
func Codes() []Code {
	list := make([]Code, len(codeTexts))
	for i := range codeTexts {
		list[i] = codeTexts[i].code
	}
	return list
}

// Text returns what the code means in general: a sentence in lower case, with its full
// stop. It is empty if the code is not of the language.
func (c Code) Text() string { return c.documented().text }

// Example returns an expression with this mistake, if there is one that is short enough
// to be shown.
func (c Code) Example() (text string, ok bool) {
	example := c.documented().example
	if plain, err := strconv.Unquote(example); err == nil {
		return plain, true
	}
	return example, example != ""
}

func (c Code) documented() codeText {
	for _, t := range codeTexts {
		if t.code == c {
			return t
		}
	}
	return codeText{}
}

// The mistakes that Parse reports, all of them errors. A test runs the example
// of each.
const (
	// Empty: there is no text, or only white space.
	//
	// Example: ""
	Empty Code = "empty"

	// TooLong: the text exceeds MaxText.
	TooLong Code = "too-long"

	// TooManyTargets: the text names more than MaxTargets.
	TooManyTargets Code = "too-many-targets"

	// TooDeep: parentheses and "not" stand deeper inside one another than MaxNesting.
	//
	// Example: ((((((((((((((((((((((((((((((((( a )))))))))))))))))))))))))))))))))
	TooDeep Code = "too-deep"

	// BadCharacter: this character has no meaning in the language, or cannot be seen.
	//
	// Example: extract, $load
	BadCharacter Code = "bad-character"

	// ForeignOperator: this sign joins or negates in other languages.
	//
	// Example: a && b
	ForeignOperator Code = "foreign-operator"

	// BadOperator: this is no comparison, or there is nothing that it could compare or delay.
	//
	// Example: succeeded(a, b) => 1
	BadOperator Code = "bad-operator"

	// Comment: there are no comments: folded YAML joins lines, and a comment would take the
	// next requirement with it.
	//
	// Example: extract # first
	Comment Code = "comment"

	// BadRun: what stands behind "@" is not the name of a run, or, for a CronJob, not an
	// offset such as -1.
	//
	// Example: extract@-1
	BadRun Code = "bad-run"

	// BadRunCheck: "run" is one object, and can only be asked whether it succeeded, failed
	// or finished.
	//
	// Example: started(run)
	BadRunCheck Code = "bad-run-check"

	// BadAbsent: absent(...) is about a single object, and needs a delay: what is not there
	// yet may be applied a moment later.
	//
	// Example: absent(extract)
	BadAbsent Code = "bad-absent"

	// ReservedWord: this is a word of the language, not a name.
	//
	// Example: self
	ReservedWord Code = "reserved-word"

	// Unclosed: what is opened here is never closed.
	//
	// Example: (a or b
	Unclosed Code = "unclosed"

	// Unopened: what is closed here was never opened.
	//
	// Example: a, b)
	Unopened Code = "unopened"

	// SpaceInTarget: there is white space around the ":", "/" or "@" of a target, or before its
	// brackets.
	//
	// Example: etl / extract
	SpaceInTarget Code = "space-in-target"

	// MissingComma: two checks stand side by side.
	//
	// Example: extract load
	MissingComma Code = "missing-comma"

	// MissingCheck: something joins or negates, and there is no check beside it.
	//
	// Example: a, , b
	MissingCheck Code = "missing-check"

	// MissingName: there is no name where one must be.
	//
	// Example: etl/
	MissingName Code = "missing-name"

	// MixedOr: "or" stands beside "," or "and": which binds is not said.
	//
	// Example: a, b or c
	MixedOr Code = "mixed-or"

	// BadName: this is not the name of an object or a namespace in Kubernetes.
	//
	// Example: Extract
	BadName Code = "bad-name"

	// BadKind: this is not the name of a kind of objects.
	//
	// Example: CronJob:nightly
	BadKind Code = "bad-kind"

	// StatusOfKind: an object of this kind can never be that.
	//
	// Example: failed(service:db)
	StatusOfKind Code = "status-of-kind"

	// UnknownStatus: there is no such status.
	//
	// Example: suceeded(load)
	UnknownStatus Code = "unknown-status"

	// ForeignStatus: this is how another scheduler says it.
	//
	// Example: afterok:extract
	ForeignStatus Code = "foreign-status"

	// BadArgument: a status takes names first and then keys, and nothing else.
	//
	// Example: failed(a or b) >= 1
	BadArgument Code = "bad-argument"

	// UnknownKey: there is no such key.
	//
	// Example: failed(a, exitcode=3)
	UnknownKey Code = "unknown-key"

	// MisplacedKey: a key is not inside a status, or not in one that has a use for it.
	//
	// Example: succeeded(a, reason=DeadlineExceeded)
	MisplacedKey Code = "misplaced-key"

	// BadValue: a key cannot have this value.
	//
	// Example: failed(a, code=7..3)
	BadValue Code = "bad-value"

	// MissingNumber: a comparison has no number.
	//
	// Example: succeeded(a, b) >=
	MissingNumber Code = "missing-number"

	// BadNumber: this is not a number.
	//
	// Example: succeeded(a, b) >= two
	BadNumber Code = "bad-number"

	// NumberTooBig: this number is larger than any array can be.
	//
	// Example: a[99999999999]
	NumberTooBig Code = "number-too-big"

	// SingleComparison: there is only one object or time, and nothing to count.
	//
	// Example: succeeded(a) >= 1
	SingleComparison Code = "single-comparison"

	// NotACheck: a comparison or a delay stands behind parentheses that only group.
	//
	// Example: (a, b) + 10m
	NotACheck Code = "not-a-check"

	// AnyOrAll: failed or skipped of a set does not say whether any or all are meant.
	//
	// Example: failed(a, b)
	AnyOrAll Code = "any-or-all"

	// OpenComparison: the next member of a glob or selector could undo this comparison.
	//
	// Example: failed(shard-*) <= 3
	OpenComparison Code = "open-comparison"

	// ImpossibleCount: no count that the set can have makes this true.
	//
	// Example: succeeded(a, b) >= 3
	ImpossibleCount Code = "impossible-count"

	// OverPercent: there is no more than 100%.
	//
	// Example: succeeded(a[*]) >= 101%
	OverPercent Code = "over-100-percent"

	// PercentEquality: a percentage is compared with == or !=.
	//
	// Example: succeeded(a[*]) == 90%
	PercentEquality Code = "percent-equality"

	// BadDuration: this is not a positive duration of at most ten years.
	//
	// Example: finished(a) + 10
	BadDuration Code = "bad-duration"

	// NegatedDelay: a delay under "not" delays nothing.
	//
	// Example: not a + 10m
	NegatedDelay Code = "negated-delay"

	// BadTime: this is not an RFC 3339 time.
	//
	// Example: time(tomorrow)
	BadTime Code = "bad-time"

	// MissingZone: a time has no zone.
	//
	// Example: time(2026-12-01T22:00:00)
	MissingZone Code = "missing-zone"

	// EmptySelector: a selector without requirements would select everything.
	//
	// Example: {}
	EmptySelector Code = "empty-selector"

	// BadSelector: this is not a Kubernetes label selector.
	//
	// Example: {app=etl stage=a}
	BadSelector Code = "bad-selector"

	// BadIndex: what is in brackets is not a list of indexes.
	//
	// Example: a[1...3]
	BadIndex Code = "bad-index"

	// PlainIndex: an index without i is a plain number, not less than 0.
	//
	// Example: a[1-9]
	PlainIndex Code = "plain-index"

	// NotLinear: i is multiplied by i.
	//
	// Example: a[i*i]
	NotLinear Code = "not-linear"

	// BadDivisor: an index is divided by something other than a number of 1 or more.
	//
	// Example: a[i/0]
	BadDivisor Code = "bad-divisor"

	// BadStep: the step of a range is 0.
	//
	// Example: succeeded(a[0..9:0])
	BadStep Code = "bad-step"

	// BackwardsRange: a range ends before it begins.
	//
	// Example: succeeded(a[9..0])
	BackwardsRange Code = "backwards-range"

	// SelfIndex: an element would wait for itself.
	//
	// Example: self[i]
	SelfIndex Code = "self-index"

	// NeverTrue: this waits for the opposite of something that has none: finished, exists and
	// time are true or not yet, but never false.
	//
	// Example: not finished(a)
	NeverTrue Code = "never-true"
)
