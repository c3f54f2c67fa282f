package examples

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/stretchr/testify/require"
	lua "github.com/yuin/gopher-lua"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"depctl.dev/gate"
)

var gitops = filepath.Join("..", "..", "deploy", "examples", "gitops")

// A Job that waits is in progress for those who apply it, whatever they take suspend for.
func TestJobsThatWaitAreInProgress(t *testing.T) {
	t.Parallel()
	condition := func(kind batchv1.JobConditionType, status corev1.ConditionStatus, reason string) batchv1.JobCondition {
		return batchv1.JobCondition{Type: kind, Status: status, Reason: reason, Message: "because of " + reason}
	}
	suspended := condition(batchv1.JobSuspended, corev1.ConditionTrue, "JobSuspended")
	resumed := condition(batchv1.JobSuspended, corev1.ConditionFalse, "JobResumed")
	says := func(status corev1.ConditionStatus, reason string) batchv1.JobCondition {
		return condition(gate.ConditionType, status, reason)
	}
	failed := func(reason string) batchv1.JobCondition {
		return condition(batchv1.JobFailed, corev1.ConditionTrue, reason)
	}
	waits := map[string]string{gate.DependsOnAnnotation: "extract"}
	for name, c := range map[string]struct {
		annotations map[string]string
		suspend     bool
		conditions  []batchv1.JobCondition
		// argo is the status and the message, and flux the status.
		argo, flux string
	}{
		"just made":                     {waits, true, nil, "Progressing: waits for extract", "InProgress"},
		"seen by the Job controller":    {waits, true, []batchv1.JobCondition{suspended}, "Progressing: waits for extract", "InProgress"},
		"waiting":                       {waits, true, []batchv1.JobCondition{suspended, says("False", gate.ReasonWaiting)}, "Progressing: because of Waiting", "InProgress"},
		"with a right missing":          {waits, true, []batchv1.JobCondition{suspended, says("Unknown", gate.ReasonProblem)}, "Progressing: because of Problem", "InProgress"},
		"with a mistake":                {waits, true, []batchv1.JobCondition{suspended, says("Unknown", gate.ReasonInvalidExpression)}, "Degraded: because of InvalidExpression", "Failed"},
		"in a deadlock":                 {waits, true, []batchv1.JobCondition{suspended, says("False", gate.ReasonDependencyCycle)}, "Degraded: because of DependencyCycle", "Failed"},
		"released, and running":         {waits, false, []batchv1.JobCondition{resumed, says("True", gate.ReasonMet)}, "Progressing: runs", "InProgress"},
		"released before it was said":   {waits, false, []batchv1.JobCondition{resumed, says("Unknown", gate.ReasonInvalidExpression)}, "Progressing: runs", "InProgress"},
		"complete":                      {waits, false, []batchv1.JobCondition{resumed, condition(batchv1.JobComplete, corev1.ConditionTrue, "CompletionsReached")}, "Healthy: because of CompletionsReached", "Current"},
		"going to fail":                 {waits, true, []batchv1.JobCondition{suspended, condition(batchv1.JobFailureTarget, corev1.ConditionTrue, gate.ReasonDependencyFailed)}, "Progressing: waits for extract", "InProgress"},
		"failed":                        {waits, false, []batchv1.JobCondition{resumed, failed("BackoffLimitExceeded")}, "Degraded: because of BackoffLimitExceeded", "Failed"},
		"skipped":                       {waits, true, []batchv1.JobCondition{suspended, says("False", gate.ReasonDependencyFailed), failed(gate.ReasonDependencyFailed)}, "Degraded: because of DependencyFailed", "Failed"},
		"timed out":                     {waits, true, []batchv1.JobCondition{suspended, failed(gate.ReasonDependencyTimeout)}, "Degraded: because of DependencyTimeout", "Failed"},
		"a branch that was not taken":   {waits, true, []batchv1.JobCondition{suspended, failed(gate.ReasonNotTaken)}, "Healthy: because of NotTaken", "Current"},
		"not taken, after a mistake":    {waits, true, []batchv1.JobCondition{says("Unknown", gate.ReasonInvalidExpression), failed(gate.ReasonNotTaken)}, "Healthy: because of NotTaken", "Current"},
		"on hold":                       {map[string]string{gate.DependsOnAnnotation: "a", gate.HoldAnnotation: "review"}, true, []batchv1.JobCondition{suspended}, "Suspended: on hold: review", "InProgress"},
		"a plain Job that runs":         {nil, false, nil, "Progressing: runs", "InProgress"},
		"a plain Job that is suspended": {nil, true, []batchv1.JobCondition{suspended}, "Suspended: suspended", "InProgress"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&batchv1.Job{
				TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
				ObjectMeta: metav1.ObjectMeta{Name: "load", Annotations: c.annotations},
				Spec:       batchv1.JobSpec{Suspend: &c.suspend},
				Status:     batchv1.JobStatus{Conditions: c.conditions},
			})
			require.NoError(t, err)
			require.Equal(t, c.argo, argo(t, object))
			require.Equal(t, c.flux, flux(t, object))
		})
	}
}

// argo returns what Argo CD makes of an object by health.lua: its interpreter opens no more
// libraries than these.
func argo(t *testing.T, object map[string]any) string {
	t.Helper()
	script, err := os.ReadFile(filepath.Join(gitops, "health.lua"))
	require.NoError(t, err)
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer l.Close()
	for name, open := range map[string]lua.LGFunction{lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable} {
		require.NoError(t, l.CallByParam(lua.P{Fn: l.NewFunction(open), Protect: true}, lua.LString(name)))
	}
	l.SetGlobal("obj", inLua(l, object))
	require.NoError(t, l.DoString(string(script)))
	health, ok := l.Get(-1).(*lua.LTable)
	require.True(t, ok)
	return fmt.Sprintf("%v: %v", health.RawGetString("status"), health.RawGetString("message"))
}

func inLua(l *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case map[string]any:
		table := l.NewTable()
		for key, one := range value {
			table.RawSetString(key, inLua(l, one))
		}
		return table
	case []any:
		table := l.NewTable()
		for _, one := range value {
			table.Append(inLua(l, one))
		}
		return table
	case string:
		return lua.LString(value)
	case bool:
		return lua.LBool(value)
	case int64:
		return lua.LNumber(value)
	}
	return lua.LNil
}

// flux returns what Flux makes of an object by the expressions of flux.yaml: the first of
// inProgress, failed and current that is true, else InProgress. An error makes it wait until
// its timeout.
func flux(t *testing.T, object map[string]any) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(gitops, "flux.yaml"))
	require.NoError(t, err)
	var kustomization struct {
		Spec struct {
			HealthCheckExprs []struct{ APIVersion, Kind, InProgress, Failed, Current string }
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &kustomization))
	require.Len(t, kustomization.Spec.HealthCheckExprs, 1)
	check := kustomization.Spec.HealthCheckExprs[0]
	require.Equal(t, "batch/v1 Job", check.APIVersion+" "+check.Kind)
	require.Empty(t, check.InProgress)
	var fields []cel.EnvOption
	for field := range object {
		fields = append(fields, cel.Variable(field, cel.DynType))
	}
	env, err := cel.NewEnv(fields...)
	require.NoError(t, err)
	is := func(text string) bool {
		ast, issues := env.Compile(text)
		require.NoError(t, issues.Err())
		program, err := env.Program(ast)
		require.NoError(t, err)
		value, _, err := program.Eval(object)
		require.NoError(t, err)
		return value.Value() == true
	}
	switch {
	case is(check.Failed):
		return "Failed"
	case is(check.Current):
		return "Current"
	}
	return "InProgress"
}
