package notes

import (
	"fmt"
	"strings"
)

// Unreleased is the heading of what is in no release yet.
const Unreleased = "Unreleased"

// Of returns the section of a version, and its heading. Without one, the changes are still under Unreleased.
func Of(changelog, version string) (section, heading string, err error) {
	sections := map[string]string{}
	name := ""
	for line := range strings.Lines(changelog) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			// As in "## 0.1.0 - 2026-12-01".
			name, _, _ = strings.Cut(strings.TrimSpace(title), " ")
			continue
		}
		sections[name] += line
	}
	for _, heading := range []string{version, strings.TrimPrefix(version, "v"), Unreleased} {
		if section := strings.TrimSpace(sections[heading]); section != "" {
			return section + "\n", heading, nil
		}
	}
	return "", "", fmt.Errorf("the changelog has neither a section %s nor one %s", strings.TrimPrefix(version, "v"), Unreleased)
}
