package metrics

// mostLimits bounds how many limits are told of: whoever may edit a ConfigMap names them.
const mostLimits = 1000

// Limit is what there is to tell of a limit.
type Limit struct {
	Namespace, Name       string
	Tokens, Used, Waiting int64
}

// LimitGauge tells of limits, and of no limit that is not there any more.
type LimitGauge struct {
	told map[[2]string]bool
}

// Tell takes in all limits, in an order that stays.
func (g *LimitGauge) Tell(limits []Limit) {
	now := map[[2]string]bool{}
	for _, l := range limits[:min(len(limits), mostLimits)] {
		now[[2]string{l.Namespace, l.Name}] = true
		LimitTokens.WithLabelValues(l.Namespace, l.Name).Set(float64(l.Tokens))
		LimitUsed.WithLabelValues(l.Namespace, l.Name).Set(float64(l.Used))
		LimitWaiting.WithLabelValues(l.Namespace, l.Name).Set(float64(l.Waiting))
	}
	for old := range g.told {
		if !now[old] {
			labels := map[string]string{"namespace": old[0], "limit": old[1]}
			LimitTokens.Delete(labels)
			LimitUsed.Delete(labels)
			LimitWaiting.Delete(labels)
		}
	}
	g.told = now
}
