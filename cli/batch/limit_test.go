package batch

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/cli/batch/request"
	"depctl.dev/gate"
)

const limitSite = `limits: {matlab: ops/matlab, ansys@server: ansys, db: database}
ignore: {resources: [scratch]}
`

func TestWhatScriptsSayOfLicencesBecomesLimits(t *testing.T) {
	t.Parallel()
	s, err := ParseSite("depctl.yaml", []byte(limitSite))
	require.NoError(t, err)
	for _, test := range []struct{ dialect, line, want, wrong string }{
		{"slurm", "-L fluent", "fluent", ""},
		{"slurm", "--licenses=fluent:2,matlab", "fluent=2, ops/matlab", ""},
		{"slurm", "-L fluent=3,scratch", "fluent=3", ""},
		{"slurm", "-L ansys@server:2,other@far:4", "ansys=2, other=4", ""},
		{"slurm", "-L a -L b", "b", ""},
		{"slurm", "-L a|b", "", "either of several licences cannot be asked for"},
		{"slurm", "-L a:0", "", `"0" is not a number of 1 or more`},
		{"slurm", "-L a/b/c", "", "is not the name of a limit"},
		{"gridengine", "-l matlab=2,db -l h_rt=60", "ops/matlab=2, database", ""},
		{"gridengine", "-l unknown=2", "", "unknown is not known here"},
		{"lsf", `-R "rusage[mem=4GB:matlab=2]"`, "ops/matlab=2", ""},
		{"lsf", `-R "rusage[unknown=2]"`, "", "rusage[unknown] is not known here"},
	} {
		t.Run(test.dialect+" "+test.line, func(t *testing.T) {
			t.Parallel()
			made, err := Compile(Input{
				Site: s, Context: request.Context{Command: []string{"run"}},
				Options: []Option{{Dialect: Depctl, Name: "image", Value: "busybox"}, {Dialect: test.dialect, Line: test.line}, {Dialect: Depctl, Name: "name", Value: "a"}},
			})
			if test.wrong != "" {
				require.ErrorContains(t, err, test.wrong)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, made.Job.Annotations[gate.UsesAnnotation])
			require.True(t, *made.Job.Spec.Suspend)
			require.Equal(t, batchv1.Failed, *made.Job.Spec.PodReplacementPolicy)
			require.NoError(t, gate.Observe(made.Job).Mistake())
		})
	}
}

func TestUsesOfTheCommandLineReplacesWhatAScriptUses(t *testing.T) {
	t.Parallel()
	script := &request.Script{Name: "a.sh", Text: "#!/bin/sh\n#SBATCH -L fluent:2\n#SBATCH -d afterok:b\ntrue\n"}
	options := func(more ...Option) []Option {
		return append(more, Option{Dialect: Depctl, Name: "image", Value: "busybox"})
	}
	made, err := Compile(Input{Context: request.Context{Script: script}, Options: options(Option{Dialect: Depctl, Name: "uses", Value: "db, licence=2"})})
	require.NoError(t, err)
	require.Equal(t, "db, licence=2", made.Job.Annotations[gate.UsesAnnotation])
	require.Equal(t, "b", made.Job.Annotations[gate.DependsOnAnnotation])
	made, err = Compile(Input{Context: request.Context{Script: script}, Options: options(Option{Dialect: Depctl, Name: "uses", Value: ""})})
	require.NoError(t, err)
	require.NotContains(t, made.Job.Annotations, gate.UsesAnnotation)

	many := "a0"
	for i := range 16 {
		many += fmt.Sprintf(",a%d", i+1)
	}
	_, err = Compile(Input{Context: request.Context{Script: script}, Options: options(Option{Dialect: Depctl, Name: "uses", Value: many})})
	require.ErrorContains(t, err, "what limits the Job uses cannot be read")
	made, err = Compile(Input{Context: request.Context{Script: script}, Options: options(Option{Dialect: Depctl, Name: "array", Value: "0-3"})})
	require.NoError(t, err)
	require.Contains(t, made.Notes, "it starts when there are tokens for all its 4 elements; with %N in --array, for the N that run at once")
}

func TestALimitOfASiteHasTheNameOfALimit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"limits: {a: a b}":   `limits.a: "a b" is not the name of a limit`,
		"limits: {a: b=2}":   `limits.a: "b=2" is not the name of a limit`,
		"limits: {a: 'b,c'}": `limits.a: "b,c" is not the name of a limit`,
	} {
		_, err := ParseSite("depctl.yaml", []byte(text))
		require.ErrorContains(t, err, want)
	}
}
