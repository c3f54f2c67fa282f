package licence

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// Allowed are the licences of what may be compiled into a program of depctl. None of them asks for more than that
// its text is passed on, and MPL-2.0 for the source of the files under it, which are unchanged.
var Allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "Unlicense", "CC0-1.0", "Zlib"}

// Expression returns the licences of a module in SPDX's words, all that its files name.
func (m Module) Expression() (string, error) {
	var ids []string
	for _, text := range m.Texts {
		if strings.HasPrefix(text.Name[strings.LastIndex(text.Name, "/")+1:], "NOTICE") {
			continue
		}
		for _, match := range licensecheck.Scan([]byte(text.Content)).Match {
			// Some texts are known with words of their appendices.
			id, _, _ := strings.Cut(match.ID, ",")
			if !match.IsURL && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return "", fmt.Errorf("%s %s: no licence is known in its files", m.Path, m.Version)
	}
	for _, id := range ids {
		if !slices.Contains(Allowed, id) {
			return "", fmt.Errorf("%s %s: licence %s is not among those that may be passed on", m.Path, m.Version, id)
		}
	}
	slices.Sort(ids)
	return strings.Join(ids, " AND "), nil
}

// Notices returns the texts of all modules, to be passed on with a program.
func Notices(program string, modules []Module) []byte {
	var all strings.Builder
	fmt.Fprintf(&all, "%s is under the Apache License 2.0. It holds parts of what follows, under these licences.\n", program)
	for _, m := range modules {
		for _, text := range m.Texts {
			fmt.Fprintf(&all, "\n%s\n%s %s, %s\n\n%s\n", strings.Repeat("=", 80), m.Path, m.Version, text.Name, strings.TrimSpace(text.Content))
		}
	}
	return []byte(all.String())
}
