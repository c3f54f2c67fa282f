package simulation

import (
	"fmt"
	"slices"
	"strings"

	"depctl.dev/gate"
)

// deployments adds Deployments that wait for Jobs and for one another, and Jobs that wait for them. No set has
// any of these, and nobody else names them.
func (d *draw) deployments(s *Scenario) {
	outside := slices.IndexFunc(d.jobs, func(j Job) bool { return j.Run == "" })
	if outside < 0 {
		return
	}
	for k := range 1 + len(d.jobs)/10 {
		i := outside
		if at := d.IntN(len(d.jobs)); d.jobs[at].Run == "" {
			i = at
		}
		// As a Job it is taken to succeed when it is released: then it has started.
		one := Job{Namespace: d.jobs[i].Namespace, Name: fmt.Sprintf("web-%d", k), Deployment: true, Hold: d.chance(10)}
		if one.DependsOn = d.expression(i, 1); d.chance(50) {
			one.DependsOn = d.names(i)
		}
		if k > 0 && d.chance(30) {
			before := s.Jobs[len(s.Jobs)-3]
			one.DependsOn = fmt.Sprintf(d.pick("%s, (%s)", "skipped(%s) or (%s)"), "deployment:"+before.Namespace+"/"+before.Name, one.DependsOn)
		}
		one.Policy = d.ofDeployments(one.DependsOn)
		s.Jobs = append(s.Jobs, one)
		for _, text := range []string{"deployment:%s", "skipped(deployment:%s)"} {
			after := Job{Namespace: one.Namespace, Name: fmt.Sprintf("after-%d", len(s.Jobs)), DependsOn: fmt.Sprintf(text, one.Name)}
			if after.Policy = d.ofDeployments(text); d.chance(20) {
				after.DependsOn += " or (" + d.names(i) + ")"
			}
			s.Jobs = append(s.Jobs, after)
		}
	}
	for i := len(d.jobs); i < len(s.Jobs); i++ {
		s.Jobs[i].Labels = map[string]string{"app": "web", "tier": "none"} // which no selector has
		s.Steps = slices.Insert(s.Steps, d.IntN(len(s.Steps)+1), Step{Kind: Create, Job: i})
		if s.Jobs[i].Hold {
			s.Steps = d.later(s.Steps, i, Step{Kind: Unhold, Job: i})
		}
	}
}

// ofDeployments makes up a policy. Under run, what waits for a Deployment waits for its end, which never comes.
func (d *draw) ofDeployments(text string) gate.Policy {
	p := d.policy(text)
	if p == gate.Run && strings.Contains(text, "deployment:") {
		return gate.Wait
	}
	return p
}

// AsJob returns a Job or Deployment as a Job in a cluster that has no Deployments: one with its name succeeds when the
// Deployment would be ready, and is skipped when that would count as skipped.
func (j Job) AsJob() Job {
	j.Deployment, j.DependsOn = false, strings.ReplaceAll(j.DependsOn, "deployment:", "")
	if j.Policy == "" {
		j.Policy = gate.Fail
	}
	return j
}
