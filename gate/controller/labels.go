package controller

import (
	"maps"
	"slices"
	"sync"
)

// labelSets keeps one copy of each set of labels: most Jobs have the labels of many
// others, and a map of one label takes 340 bytes.
type labelSets struct {
	mu   sync.Mutex
	sets map[string]map[string]string
}

// mostSets is how many sets are kept. Where all are different, as with a label that
// numbers the Jobs, it is no use to keep them.
const mostSets = 4096

// share returns a set of the same labels. Nobody changes it. Sets that are longer than
// freeLabels stay with their Jobs, or a namespace could fill the memory with them.
func (l *labelSets) share(labels map[string]string) map[string]string {
	if len(labels) == 0 {
		return nil
	}
	if weighLabels(labels) > freeLabels {
		return labels
	}
	var text []byte
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		text = append(append(append(append(text, key...), 0), labels[key]...), 0)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if set, ok := l.sets[string(text)]; ok {
		return set
	}
	if l.sets == nil || len(l.sets) >= mostSets {
		l.sets = map[string]map[string]string{}
	}
	l.sets[string(text)] = labels
	return labels
}
