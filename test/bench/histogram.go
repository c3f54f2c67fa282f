package main

import (
	"bytes"
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

func newHistogram(text []byte, name string) (h histogram) {
	for line := range bytes.Lines(text) {
		label, number, _ := strings.Cut(strings.TrimSpace(string(line)), "} ")
		if limit, ok := strings.CutPrefix(label, name+`_bucket{le="`); ok {
			most, err := strconv.ParseFloat(strings.TrimSuffix(limit, `"`), 64)
			count, err2 := strconv.ParseFloat(number, 64)
			if err == nil && err2 == nil {
				h = append(h, bucket{most, count})
			}
		}
	}
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
