package limit

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// Name is a limit: a key of the ConfigMap of limits in a namespace.
type Name struct{ Namespace, Key string }

// String returns "namespace/key".
func (n Name) String() string { return n.Namespace + "/" + n.Key }

// Compare orders limits by namespace, then by key.
func (n Name) Compare(o Name) int {
	return cmp.Or(strings.Compare(n.Namespace, o.Namespace), strings.Compare(n.Key, o.Key))
}

// Need is how many tokens of a limit something takes.
type Need struct {
	Limit  Name
	Tokens int64
}

// Needs are what something takes of each limit, sorted, each limit once.
type Needs []Need

// mostLimits bounds how many limits a Job uses, so that what is recorded of it, with all
// namespaces, is no longer than what a Job may say.
const mostLimits = 16

// mostTokens bounds what one Job takes. It is more than any limit has, and the sum of
// millions of them is still a number.
const mostTokens = 1 << 40

// Times returns the needs of so many pods, each at most 2^40: more than any limit has.
func (n Needs) Times(pods int64) Needs {
	all := slices.Clone(n)
	for i := range all {
		if pods > 0 && all[i].Tokens > mostTokens/pods {
			all[i].Tokens = mostTokens
			continue
		}
		all[i].Tokens *= pods
	}
	return all
}

// Plus returns the sum of both needs.
func (n Needs) Plus(o Needs) Needs {
	all := append(slices.Clone(n), o...)
	slices.SortFunc(all, func(a, b Need) int { return a.Limit.Compare(b.Limit) })
	sum := all[:0]
	for _, need := range all {
		if last := len(sum) - 1; last >= 0 && sum[last].Limit == need.Limit {
			sum[last].Tokens += need.Tokens
			continue
		}
		sum = append(sum, need)
	}
	return sum
}

// Larger returns the larger of each need.
func (n Needs) Larger(o Needs) Needs {
	all := append(slices.Clone(n), o...)
	slices.SortFunc(all, func(a, b Need) int { return cmp.Or(a.Limit.Compare(b.Limit), cmp.Compare(b.Tokens, a.Tokens)) })
	return slices.CompactFunc(all, func(a, b Need) bool { return a.Limit == b.Limit })
}

// String returns the needs as ParseUses reads them, with all namespaces.
func (n Needs) String() string {
	var b strings.Builder
	for i, one := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s=%d", one.Limit, one.Tokens)
	}
	return b.String()
}

// ParseUses reads what each pod of a Job takes, as in "licence=2, db, ops/gpu=1". A limit
// without a namespace is one of the Job's own; without a number it is one token. A number is
// 1 to the largest int32. A limit that is named twice is an error, as it may be meant either
// way, and so are more than 16 limits.
func ParseUses(text, namespace string) (Needs, error) {
	var all Needs
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		name, number, numbered := strings.Cut(part, "=")
		name, number = strings.TrimSpace(name), strings.TrimSpace(number)
		need := Need{Name{namespace, name}, 1}
		if space, key, has := strings.Cut(name, "/"); has {
			need.Limit = Name{space, key}
			if wrong := validation.IsDNS1123Label(space); len(wrong) > 0 {
				return nil, fmt.Errorf("%q: %q is not the name of a namespace", part, space)
			}
		}
		switch wrong := validation.IsConfigMapKey(need.Limit.Key); {
		case part == "":
			return nil, fmt.Errorf("%q: a limit is missing; write it as in: licence=2, db", text)
		case len(wrong) > 0:
			return nil, fmt.Errorf("%q: %q is not the name of a limit, which has letters, digits, -, _ and . only", part, need.Limit.Key)
		case slices.ContainsFunc(all, func(n Need) bool { return n.Limit == need.Limit }):
			return nil, fmt.Errorf("%q: %s is named twice; write one number for both", part, need.Limit.Key)
		}
		if numbered {
			n, err := strconv.ParseInt(number, 10, 32)
			if err != nil || n < 1 {
				return nil, fmt.Errorf("%q: %q is not a number of tokens, from 1 to %d", part, number, math.MaxInt32)
			}
			need.Tokens = n
		}
		if all = append(all, need); len(all) > mostLimits {
			return nil, fmt.Errorf("it names more than %d limits", mostLimits)
		}
	}
	slices.SortFunc(all, func(a, b Need) int { return a.Limit.Compare(b.Limit) })
	return all, nil
}

// ParseTokens reads the number of a limit, 0 to the largest int32.
func ParseTokens(text string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is not a number of tokens, from 0 to %d", text, math.MaxInt32)
	}
	return n, nil
}
