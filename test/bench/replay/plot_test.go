package main

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestScale(t *testing.T) {
	t.Parallel()
	s := axis(2, 300, 0, 300)
	for value, want := range map[float64]float64{1: 0, 10: 100, 1000: 300} {
		require.InDelta(t, want, s.at(value), 0.01, "%v", value)
	}
	require.Equal(t, 1, axis(1, 1, 0, 100).last, "one value has an axis, too")
	require.Equal(t, "30k", short(30_000))
}

func TestPlotIsXML(t *testing.T) {
	t.Parallel()
	d := xml.NewDecoder(strings.NewReader(plot(panel{"a", []series{{{1, 2}, {10, 30}}}, []string{"p50"}})))
	for {
		if _, err := d.Token(); err != nil {
			require.ErrorIs(t, err, io.EOF)
			return
		}
	}
}

func TestSceneReleasesInOrder(t *testing.T) {
	t.Parallel()
	s := newScene("default", 100, 30, 10)
	edges := 0
	for _, dependents := range s.dependents {
		edges += len(dependents)
	}
	require.Equal(t, 1000, edges)
	for i, job := range s.waiting {
		require.Equal(t, 10, s.missing[i])
		require.Len(t, strings.Split(job.Annotations["depctl.dev/depends-on"], ", "), 10)
	}
}
