package notes

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNotesAreTheSectionOfTheVersion(t *testing.T) {
	const changelog = "# Changelog\n\n## Unreleased\n\n### Added\n\n- New.\n\n## 0.2.0 - 2026-12-01\n\n- Second.\n\n## 0.1.0\n\n- First.\n"
	for name, test := range map[string]struct{ changelog, version, section, heading string }{
		"a section with a date":             {changelog, "v0.2.0", "- Second.\n", "0.2.0"},
		"the last section":                  {changelog, "v0.1.0", "- First.\n", "0.1.0"},
		"no section yet":                    {changelog, "v0.3.0", "### Added\n\n- New.\n", Unreleased},
		"a version that another one begins": {changelog, "v0.1.0-rc.1", "### Added\n\n- New.\n", Unreleased},
	} {
		t.Run(name, func(t *testing.T) {
			section, heading, err := Of(test.changelog, test.version)
			require.NoError(t, err)
			require.Equal(t, test.section, section)
			require.Equal(t, test.heading, heading)
		})
	}
	_, _, err := Of("# Changelog\n\n## Unreleased\n\n## 0.1.0\n\n- First.\n", "v0.2.0")
	require.EqualError(t, err, "the changelog has neither a section 0.2.0 nor one Unreleased")
}
