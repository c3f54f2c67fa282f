package output

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

const (
	// LongestJob is how long the name of a Job may be.
	LongestJob = 63
	// LongestCronJob is that of a CronJob, whose Jobs have 11 characters more.
	LongestCronJob = 52
)

// Names gives names that Kubernetes takes, each once.
type Names struct{ taken map[string]bool }

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// Plain returns a text as a name: lower case letters, digits and "-".
func Plain(text string) string {
	return strings.Trim(notInNames.ReplaceAllString(strings.ToLower(text), "-"), "-")
}

// New returns a name for the parts of a path, at most so long. What is longer ends in
// a hash of it, and what is taken in a number.
func (n *Names) New(longest int, parts ...string) string {
	if n.taken == nil {
		n.taken = map[string]bool{}
	}
	var plain []string
	for _, part := range parts {
		if part = Plain(part); part != "" {
			plain = append(plain, part)
		}
	}
	base := strings.Join(plain, "-")
	if base == "" {
		base = "job"
	}
	name := shorten(base, longest)
	for i := 2; n.taken[name]; i++ {
		suffix := fmt.Sprintf("-%d", i)
		name = shorten(base, longest-len(suffix)) + suffix
	}
	n.taken[name] = true
	return name
}

func shorten(name string, longest int) string {
	if len(name) <= longest {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	hash := hex.EncodeToString(sum[:])[:6]
	return strings.TrimRight(name[:longest-len(hash)-1], "-") + "-" + hash
}
