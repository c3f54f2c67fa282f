package main

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// histogram is one of the gate's, as Prometheus has it: how many values are at most
// so many seconds, in ascending order.
type histogram []bucket

type bucket struct {
	most  float64
	count float64
}

func newHistogram(metrics map[string]float64, name string) (h histogram) {
	for sample, count := range metrics {
		if limit, ok := strings.CutPrefix(sample, name+`_bucket{le="`); ok {
			if most, err := strconv.ParseFloat(strings.TrimSuffix(limit, `"}`), 64); err == nil {
				h = append(h, bucket{most, count})
			}
		}
	}
	slices.SortFunc(h, func(a, b bucket) int { return cmp.Compare(a.most, b.most) })
	return h
}

func (h histogram) since(before histogram) (more histogram) {
	for i, b := range h {
		if i < len(before) {
			b.count -= before[i].count
		}
		more = append(more, b)
	}
	return more
}

// at returns the value below which a share of all lies, as histogram_quantile does:
// within a bucket, as if they were spread evenly.
func (h histogram) at(share float64) time.Duration {
	if len(h) == 0 || h[len(h)-1].count == 0 {
		return 0
	}
	rank, low := share*h[len(h)-1].count, bucket{}
	for _, b := range h[:len(h)-1] {
		if b.count >= rank {
			within := (rank - low.count) / (b.count - low.count)
			return time.Duration((low.most + (b.most-low.most)*within) * float64(time.Second))
		}
		low = b
	}
	return time.Duration(low.most * float64(time.Second))
}
