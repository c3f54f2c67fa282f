package slurm

import (
	"k8s.io/apimachinery/pkg/api/resource"

	"depctl.dev/cli/batch/notation"
	"depctl.dev/cli/batch/request"
)

// share is what each GPU brings with it.
type share struct {
	at          request.Place
	cpus, tasks int
	memory      resource.Quantity
}

func (s *share) readCPUs(r *request.Request, at request.Place, values []string) {
	if n, ok := r.ReadCount(at, values[0]); ok {
		s.cpus = n
	}
}

func (s *share) readTasks(r *request.Request, at request.Place, values []string) {
	if n, ok := r.ReadCount(at, values[0]); ok {
		s.tasks, s.at = n, at
	}
}

func (s *share) readMemory(r *request.Request, at request.Place, values []string) {
	if q, ok := readAmount(r, at, values[0]); ok {
		s.memory = q
		r.SetMemory(resource.Quantity{})
	}
}

// resolve makes the whole of what was said for each GPU, once it is known how many
// there are.
func (s *share) resolve(r *request.Request) {
	gpus := max(r.GPUs, 1)
	if s.cpus > 0 && r.CPU.IsZero() {
		r.CPU.Set(int64(s.cpus * gpus))
	}
	if !s.memory.IsZero() && r.Memory.IsZero() && r.MemoryPerCPU.IsZero() {
		r.Memory = notation.Times(s.memory, int64(gpus))
	}
	if tasks := s.tasks * gpus; tasks > 1 {
		r.Unsupported(s.at, hintTasks, "these are %d tasks, and %s", tasks, refusedTasks)
	}
}
