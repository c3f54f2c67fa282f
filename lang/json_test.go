package lang

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJSONKeepsTheSignsOfComparisons(t *testing.T) {
	e, err := Parse("succeeded(a, b) >= 1 or (failed(c[*]) < 50%, not d)")
	require.NoError(t, err)
	for _, node := range []json.Marshaler{e, e.Root().(*Any), e.Checks()[0]} {
		direct, err := node.MarshalJSON()
		require.NoError(t, err)
		require.Contains(t, string(direct), `"op":">="`)
		require.True(t, json.Valid(direct))
		require.NotContains(t, string(direct), "\n")

		var outer bytes.Buffer
		encoder := json.NewEncoder(&outer)
		encoder.SetEscapeHTML(false)
		require.NoError(t, encoder.Encode(map[string]any{"tree": node}))
		require.Contains(t, outer.String(), `"op":">="`)
	}
}
