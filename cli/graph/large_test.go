package graph

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/internal/diagram"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// large returns 10,000 Jobs in 20 layers.
func large() *snapshot.World {
	w := snapshot.NewWorld(time.Time{})
	for i := range 10000 {
		layer, k := i/500, i%500
		job := gate.Job{Namespace: "etl", Name: fmt.Sprintf("job-%02d-%03d", layer, k), Object: &lang.Object{}}
		if layer > 0 {
			job.Annotated, job.Suspended = true, true
			job.DependsOn = fmt.Sprintf("job-%02d-%03d, job-%02d-%03d", layer-1, k, layer-1, (k+3)%500)
		}
		w.Add(job)
	}
	return w
}

func TestTenThousandJobsFitOnAScreen(t *testing.T) {
	m := diagram.Of(large(), diagram.Selection{})
	var b bytes.Buffer
	require.NoError(t, picture.Text(&b, &m.Graph, picture.Auto, picture.Screen{Width: 80, Glyphs: picture.Unicode()}))
	require.Less(t, bytes.Count(b.Bytes(), []byte("\n")), 80)
}

func BenchmarkTenThousand(b *testing.B) {
	w := large()
	b.ReportAllocs()
	for b.Loop() {
		m := diagram.Of(w, diagram.Selection{})
		var out bytes.Buffer
		if err := picture.Text(&out, &m.Graph, picture.Auto, picture.Screen{Width: 80, Glyphs: picture.Unicode()}); err != nil {
			b.Fatal(err)
		}
	}
}
