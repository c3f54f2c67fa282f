package batch

import (
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/batch/request"
)

const ignoring = `job: {spec: {template: {spec: {containers: [{name: main, image: alpine}]}}}}
ignore:
  options:
    slurm: [-L, "--container-*", --mail-type]
    lsf: [-sla]
  resources: [wd, storage, "scratch*", affinity, hostname, x]
`

func TestASiteIgnoresOptionsAndResources(t *testing.T) {
	t.Parallel()
	s, err := ParseSite("depctl.yaml", []byte(ignoring))
	require.NoError(t, err)
	for _, c := range []struct {
		dialect string
		line    string
		notes   []string
	}{
		{"slurm", "-L SCRATCH", []string{"-L SCRATCH: left out: depctl.yaml ignores -L"}},
		{"slurm", "--licenses=SCRATCH", []string{"--licenses=SCRATCH: left out: depctl.yaml ignores -L"}},
		{"slurm", "--container-image=x", []string{"--container-image: left out: depctl.yaml ignores --container-*"}},
		{"slurm", "--gres=scratch1:4", []string{"--gres=scratch1:4: left out: depctl.yaml ignores scratch*"}},
		{"pbs", "-l wd -lstorage=scratch/p01+gdata/p01", []string{
			"-l wd: left out: depctl.yaml ignores wd", "-l storage=scratch/p01+gdata/p01: left out: depctl.yaml ignores storage",
		}},
		{"pbs", "-l select=1:ncpus=1:scratch_local=1gb", []string{"-l select=1:ncpus=1:scratch_local=1gb: left out: depctl.yaml ignores scratch*"}},
		{"pbs", "-W x=nmatchpolicy:exactnode", []string{"-W x=nmatchpolicy:exactnode: left out: depctl.yaml ignores x"}},
		{"gridengine", "-l scratch=1", []string{"-l scratch=1: left out: depctl.yaml ignores scratch*"}},
		{"gridengine", "-l hostname=node1", []string{"-l hostname=node1: left out: depctl.yaml ignores hostname"}},
		{"lsf", "-sla gold", []string{"-sla gold: left out: depctl.yaml ignores -sla"}},
		{"lsf", `-R "rusage[scratch=1] select[scratch2] affinity[core(1)]"`, []string{
			"-R rusage[scratch=1] select[scratch2] affinity[core(1)]: left out: depctl.yaml ignores scratch*",
			"-R rusage[scratch=1] select[scratch2] affinity[core(1)]: left out: depctl.yaml ignores affinity",
		}},
	} {
		made, err := Compile(Input{
			Site: s, Context: request.Context{Command: []string{"run"}},
			Options: []Option{{Dialect: Depctl, Name: "name", Value: "job"}, {Dialect: c.dialect, Line: c.line}},
		})
		require.NoError(t, err, c.line)
		require.Equal(t, c.notes, made.Notes, c.line)
	}
	_, err = Compile(Input{Site: s, Context: request.Context{Command: []string{"run"}}, Options: []Option{{Dialect: "lsf", Line: "-L"}}})
	require.ErrorContains(t, err, "it needs a value", "an option is ignored for its own system")
}

func TestWhatAJobWaitsForCannotBeIgnored(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"options: {slurm: [--dependency]}":  "depctl.yaml: ignore.options.slurm: --dependency is -d --dependency too, and what a Job waits for cannot be ignored",
		"options: {slurm: ['--*']}":         "--* is -d --dependency too",
		"options: {slurm: [--begin]}":       "--begin is -b --begin too",
		"options: {gridengine: ['-hold*']}": "-hold* is -hold_jid_ad too",
		"options: {gridengine: [-h]}":       "-h is -h too",
		"options: {pbs: [-W]}":              "-W is -W too",
		"options: {lsf: [-w]}":              "-w is -w too",
		"options: {sge: [-l]}":              "sge is no batch system, there are slurm, ",
		"options: {depctl: [--after]}":      "depctl is no batch system",
		"options: {slurm: [licenses]}":      "licenses is not an option, write it as scripts do: --licenses",
		"resources: ['*']":                  "* is depend of -W too",
		"resource: [wd]":                    "unknown field ignore.resource",
	} {
		_, err := ParseSite("depctl.yaml", []byte("ignore: {"+text+"}\n"))
		require.ErrorContains(t, err, want, text)
	}
	_, err := ParseSite("depctl.yaml", []byte("ignore: {options: {pbs: [-w]}}\n"))
	require.NoError(t, err, "-w of TORQUE is a directory")
}
