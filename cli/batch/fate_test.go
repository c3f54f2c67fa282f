package batch

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/batch/request"
)

// fate is what becomes of an option.
type fate string

const (
	carried fate = "carried"
	ignored fate = "ignored"
	refused fate = "refused"
)

func fateOf(o *request.Option) fate {
	switch {
	case o.Refusal != "":
		return refused
	case o.Note != "":
		return ignored
	}
	return carried
}

// TestEveryOptionIsTreatedByItsFate gives each option that is not carried over,
// by each of its spellings.
func TestEveryOptionIsTreatedByItsFate(t *testing.T) {
	t.Parallel()
	for _, d := range dialects()[1:] {
		spelt := map[string]bool{}
		for _, o := range d.Options {
			fates := 0
			for _, has := range []bool{o.Read != nil, o.Note != "", o.Refusal != ""} {
				if has {
					fates++
				}
			}
			require.Equal(t, 1, fates, "%s of %s has one fate", o.Names, d.Name)
			require.Equal(t, o.Refusal != "", o.Hint != "", "%s of %s: a refusal says what to do", o.Names, d.Name)
			for _, name := range o.Spellings() {
				require.False(t, spelt[name], "%s of %s twice", name, d.Name)
				spelt[name] = true
				requireFate(t, d, &o, name)
			}
		}
	}
}

func requireFate(t *testing.T, d *request.Dialect, o *request.Option, name string) {
	t.Helper()
	line := name + strings.Repeat(" 1", max(o.Values, 0))
	if strings.HasPrefix(name, "--") {
		line = strings.Replace(line, " ", "=", 1)
	}
	compile := func(ignore bool) (*Submission, error) {
		return Compile(Input{
			Context: request.Context{Command: []string{"run"}, IgnoreUnsupported: ignore}, Options: []Option{
				{Dialect: Depctl, Name: "image", Value: "alpine"}, {Dialect: d.Name, Line: line},
			},
		})
	}
	made, err := compile(false)
	switch fateOf(o) {
	case carried:
		if err != nil {
			require.NotContains(t, err.Error(), "this option of", line)
			require.NotContains(t, err.Error(), "did you mean", line)
		}
		return
	case ignored:
		require.NoError(t, err, line)
		require.Contains(t, made.Notes, line+": "+o.Note)
		return
	}
	var problems request.Problems
	require.ErrorAs(t, err, &problems, line)
	require.Len(t, problems, 1, line)
	require.Equal(t, o.Refusal, problems[0].Message, line)
	require.Equal(t, o.Hint, problems[0].Hint, line)
	require.True(t, problems[0].Unsupported, line)
	made, err = compile(true)
	require.NoError(t, err, "%s can be left out", line)
	require.Contains(t, made.Notes, line+": left out: "+o.Refusal)
}
