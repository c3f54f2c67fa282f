package integration

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
)

// limitOf is what "depctl limits -o json" prints of a limit.
type limitOf struct {
	Limit   string
	Tokens  int64
	Used    int64
	Waiting int
	UsedBy  []struct {
		Object string
		Tokens int64
	}
	Line []struct{ Job, Why string }
}

// line returns the names of the Jobs in line for a limit, as depctl has them.
func (s *space) line(name string) (of limitOf, jobs []string) {
	s.t.Helper()
	stdout, _ := s.does("limits", name, "-o", "json")
	require.NoError(s.t, json.Unmarshal([]byte(stdout), &of), stdout)
	for _, one := range of.Line {
		jobs = append(jobs, one.Job)
	}
	return of, jobs
}

// depctl shows the line in which the gate gives tokens: who is the first in it starts first.
func depctlShowsTheLine(t *testing.T, c *cluster, _ func()) {
	s := c.namespace(t)
	s.limits(map[string]string{"licence": "3", "closed": "0"})
	s.make("user", "", uses("licence=2"), untilTold)
	s.runs("user")
	s.make("small", "", uses("licence"), annotate(gate.PriorityAnnotation, "-1"), untilTold)
	s.runs("small") // there is one for it
	s.make("last", "", uses("licence"), annotate(gate.PriorityAnnotation, "-1"))
	s.make("big", "", uses("licence=3"), annotate(gate.PriorityAnnotation, "5"), untilTold)
	s.make("middle", "", uses("licence"), untilTold)
	s.make("shut", "", uses("closed"))
	for _, name := range []string{"last", "big", "middle", "shut"} {
		s.saysOf(name, "waiting for tokens")
	}
	of, jobs := s.line("licence")
	require.Equal(t, []string{s.name + "/big", s.name + "/middle", s.name + "/last"}, jobs)
	require.Equal(t, []int64{3, 3, 3}, []int64{of.Tokens, of.Used, int64(of.Waiting)})
	require.Equal(t, s.name+"/user", of.UsedBy[0].Object)
	require.Equal(t, fmt.Sprintf("it takes 3 of %s/licence, and none is free", s.name), of.Line[0].Why)
	stdout, _ := s.does("explain", "middle")
	require.Contains(t, stdout, "Waits for 1 token of licence: 3 of 3 are used by user (2), small (1); second in line.")
	stdout, _ = s.does("explain", "shut")
	require.Contains(t, stdout, "Waits for 1 token of closed: it is closed, with 0 tokens.")
	stdout, _ = s.does("limits")
	require.Regexp(t, `licence +3 +3 +3 +big`, stdout)
	stdout, _ = s.does("status")
	require.Contains(t, stdout, "4 Jobs wait for tokens of limits")

	// What comes back is kept for the first one.
	s.tell("small")
	s.completes("small")
	s.until("one token is free, and kept", func() bool {
		of, jobs = s.line("licence")
		return of.Used == 2 && of.Line[1].Why == fmt.Sprintf("what is free of %s/licence is kept for %s/big", s.name, s.name)
	})
	require.Equal(t, s.name+"/big", jobs[0])
	s.tell("user")
	s.runs("big")
	s.until("big is out of line", func() bool {
		_, jobs = s.line("licence")
		return len(jobs) == 2 && jobs[0] == s.name+"/middle"
	})

	// A pod of a Job that is gone has its tokens yet.
	s.delete("big", metav1.DeletePropagationOrphan)
	s.until("its pods are what holds tokens", func() bool {
		of, _ = s.line("licence")
		return of.Used == 3 && len(of.UsedBy) == 1 && of.UsedBy[0].Object != s.name+"/big"
	})
}

// What a script says of licences is what the gate gives.
func aScriptGetsItsLicence(t *testing.T, c *cluster, _ func()) {
	s := c.namespace(t)
	s.limits(map[string]string{"fluent": "2"})
	script := filepath.Join(t.TempDir(), "solve.sh")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\n#SBATCH -L fluent:2\n#SBATCH -J solve\ntrue\n"), 0o600))
	s.does("submit", "--image", "busybox", script)
	s.completes("solve")
	require.Equal(t, s.name+"/fluent=2", s.get("solve").Spec.Template.Annotations[gate.TokensAnnotation])
}
