package batch

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Where a pod finds what only Kubernetes knows.
const (
	jobNameField = "metadata.labels['batch.kubernetes.io/job-name']"
	indexField   = "metadata.annotations['batch.kubernetes.io/job-completion-index']"
)

// environment sets the variables of depctl, of the dialect, and of the user, who
// has the last word.
func (b *builder) environment() {
	for _, v := range b.variables() {
		b.setVariable(v)
	}
	for _, v := range b.env {
		b.setVariable(corev1.EnvVar{Name: v.name, Value: escaped(v.value)})
	}
}

func (b *builder) setVariable(v corev1.EnvVar) {
	env := b.main.Env
	if i := slices.IndexFunc(env, func(e corev1.EnvVar) bool { return e.Name == v.Name }); i >= 0 {
		env[i] = v
	} else {
		b.main.Env = append(env, v)
	}
}

// escaped keeps Kubernetes from reading $(NAME) and $$ in a text.
func escaped(text string) string { return strings.ReplaceAll(text, "$", "$$") }

// numbered are the variables that have the number of the element.
func (b *builder) numbered() []string {
	names := []string{taskVariable}
	switch b.dialect {
	case Slurm:
		names = append(names, "SLURM_ARRAY_TASK_ID")
	case GridEngine:
		names = append(names, "SGE_TASK_ID")
	case PBS:
		names = append(names, "PBS_ARRAY_INDEX", "PBS_ARRAYID")
	case LSF:
		names = append(names, "LSB_JOBINDEX")
	}
	return names
}

// usesShell reports whether the number must be computed from the index, in the
// container.
func (b *builder) usesShell() bool {
	return b.array != nil && !b.inherited && !b.array.isIndexes()
}

func (b *builder) variables() []corev1.EnvVar {
	var list []corev1.EnvVar
	if b.array != nil && !b.usesShell() && !b.inherited {
		for _, name := range b.numbered() {
			list = append(list, fromField(name, indexField))
		}
	}
	switch b.dialect {
	case Slurm:
		return append(list, b.slurmVariables()...)
	case GridEngine:
		return append(list, b.gridVariables()...)
	case PBS:
		return append(list, fromField("PBS_JOBID", jobNameField), constant("PBS_JOBNAME", b.plainName()),
			constant("NCPUS", strconv.FormatInt(b.cpus(), 10)))
	case LSF:
		return append(list, b.lsfVariables()...)
	}
	return list
}

func (b *builder) slurmVariables() []corev1.EnvVar {
	list := []corev1.EnvVar{
		fromField("SLURM_JOB_ID", jobNameField), constant("SLURM_JOB_NAME", b.plainName()),
		constant("SLURM_NTASKS", "1"), constant("SLURM_JOB_NUM_NODES", "1"),
	}
	if !b.cpu.IsZero() {
		list = append(list, constant("SLURM_CPUS_PER_TASK", strconv.FormatInt(b.cpus(), 10)))
	}
	if b.queue != "" {
		list = append(list, constant("SLURM_JOB_PARTITION", b.queue))
	}
	if b.array == nil {
		return list
	}
	first, last := b.ends()
	return append(list, fromField("SLURM_ARRAY_JOB_ID", jobNameField),
		constant("SLURM_ARRAY_TASK_MIN", strconv.Itoa(first)), constant("SLURM_ARRAY_TASK_MAX", strconv.Itoa(last)),
		constant("SLURM_ARRAY_TASK_STEP", strconv.Itoa(b.array.step())), constant("SLURM_ARRAY_TASK_COUNT", strconv.Itoa(b.array.Len())))
}

func (b *builder) gridVariables() []corev1.EnvVar {
	list := []corev1.EnvVar{
		fromField("JOB_ID", jobNameField), constant("JOB_NAME", b.plainName()), constant("NSLOTS", strconv.FormatInt(b.cpus(), 10)),
	}
	if b.queue != "" {
		list = append(list, constant("QUEUE", b.queue))
	}
	if b.array == nil {
		for _, name := range []string{"SGE_TASK_ID", "SGE_TASK_FIRST", "SGE_TASK_LAST", "SGE_TASK_STEPSIZE"} {
			list = append(list, constant(name, "undefined"))
		}
		return list
	}
	first, last := b.ends()
	return append(list, constant("SGE_TASK_FIRST", strconv.Itoa(first)), constant("SGE_TASK_LAST", strconv.Itoa(last)),
		constant("SGE_TASK_STEPSIZE", strconv.Itoa(b.array.step())))
}

func (b *builder) lsfVariables() []corev1.EnvVar {
	list := []corev1.EnvVar{
		fromField("LSB_JOBID", jobNameField), constant("LSB_JOBNAME", b.plainName()),
		constant("LSB_DJOB_NUMPROC", strconv.FormatInt(b.cpus(), 10)),
	}
	if b.queue != "" {
		list = append(list, constant("LSB_QUEUE", b.queue))
	}
	if b.array == nil {
		return append(list, constant("LSB_JOBINDEX", "0"))
	}
	_, last := b.ends()
	return append(list, constant("LSB_JOBINDEX_STEP", strconv.Itoa(b.array.step())), constant("LSB_JOBINDEX_END", strconv.Itoa(last)))
}

// ends returns the smallest and the largest number of an element.
func (b *builder) ends() (first, last int) {
	return b.array[0].First, b.array[len(b.array)-1].end()
}

func constant(name, value string) corev1.EnvVar { return corev1.EnvVar{Name: name, Value: value} }

func fromField(name, path string) corev1.EnvVar {
	return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: path}}}
}
