package slurm

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/imitation"
)

// step is what srun was asked for.
type step struct {
	directory, output, errors, input string
	env                              []string
	// options are those that sbatch has too, and wrong is one that cannot be had.
	options []batch.Option
	wrong   error
	program []string
}

// srun runs a command. Inside of a job it takes the place of the command, for there is one
// task; outside it makes a job of it.
func srun(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "srun"}
	switch {
	case len(args) == 1 && (args[0] == "-V" || args[0] == "--version"):
		return t.version()
	case len(args) == 1 && (args[0] == "--help" || args[0] == "--usage" || args[0] == "-h"):
		return t.usage("[OPTIONS(0)...] executable(0) [args(0)...]")
	}
	st := parseStep(args)
	switch {
	case st.wrong != nil:
		return t.fail(st.wrong)
	case len(st.program) == 0:
		return t.fail(said("No command given to execute."))
	case t.Env("SLURM_JOB_ID") == "":
		return t.alone(ctx, st)
	}
	return t.replace(st)
}

// onlyOfSrun are the options that srun has and sbatch has not, or has otherwise: 0 for a
// switch, 1 for a value, -1 for one that may stand behind =.
func onlyOfSrun() map[string]int {
	takes := map[string]int{}
	for n, names := range map[int]string{
		0:  "-l --label -u --unbuffered -X --disable-status -Z --no-allocate --exact --overlap --multi-prog -E --preserve-env --quit-on-interrupt --interactive --whole -s --oversubscribe",
		1:  "-W --wait --jobid --mpi -r --relative -T --threads --epilog --prolog --task-epilog --task-prolog --het-group --slurmd-debug --msg-timeout --accel-bind --treewidth --cpu-bind --mem-bind",
		-1: "-K --kill-on-bad-exit --pty -I --immediate --bcast --compress --send-libs --external-launcher --exclusive",
	} {
		for _, name := range strings.Fields(names) {
			takes[name] = n
		}
	}
	return takes
}

// parseStep reads the options before the command.
func parseStep(args []string) step {
	var st step
	own := onlyOfSrun()
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && args[0] != "--" {
		name, _, joined := strings.Cut(args[0], "=")
		takes, is := own[name]
		if !is && !strings.HasPrefix(name, "--") && len(name) > 2 {
			takes, is = own[name[:2]]
			joined = is && takes != 0
		}
		if is {
			n := 1
			if takes == 1 && !joined {
				n = 2
			}
			if name == "--multi-prog" {
				st.wrong = said("--multi-prog: the tasks of a job are not started one beside another\n  submit each program as a job of its own")
			}
			args = args[min(n, len(args)):]
			continue
		}
		line := batch.ParseLine(dialect, args)
		if len(line.Given) == 0 {
			break
		}
		st.take(line.Given[0])
		args = args[min(len(line.Given[0].Words), len(args)):]
	}
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	st.program = args
	return st
}

// take does what an option asks for that sbatch has too.
func (st *step) take(g batch.Given) {
	value := strings.Join(g.Values, "")
	switch g.Name {
	case "-D":
		st.directory = value
		return
	case "-o":
		st.output = value
		return
	case "-e":
		st.errors = value
		return
	case "-i":
		st.input = value
		return
	case "--export":
		for _, one := range strings.Split(value, ",") {
			if strings.Contains(one, "=") {
				st.env = append(st.env, one)
			}
		}
	case "-n", "-N", "--ntasks-per-node":
		first, _, _ := strings.Cut(value, "-")
		if n, err := strconv.Atoi(first); err == nil && n > 1 {
			st.wrong = said(strings.Join(g.Words, " ") + ": the tasks of a job are not started one beside another, and it has one node\n  make it an array, ask for CPUs with -c, or use an MPI operator")
		}
	}
	if !g.Known {
		st.wrong = said("unrecognized option '" + g.Words[0] + "'")
	}
	st.options = append(st.options, batch.Option{Dialect: dialect, Words: g.Words})
}

// replace puts the command in the place of this program.
func (t tool) replace(st step) int {
	if st.directory != "" {
		if err := os.Chdir(st.directory); err != nil {
			return t.fail(said("couldn't chdir to `" + st.directory + "': " + plain(err)))
		}
	}
	for _, f := range []struct {
		name string
		mode int
		to   []int
	}{
		{st.input, os.O_RDONLY, []int{0}},
		{st.output, os.O_WRONLY | os.O_CREATE | os.O_TRUNC, []int{1, 2}},
		{st.errors, os.O_WRONLY | os.O_CREATE | os.O_TRUNC, []int{2}},
	} {
		if f.name == "" || f.name == "none" || f.name == "all" {
			continue
		}
		if err := redirect(f.name, f.mode, f.to); err != nil {
			return t.fail(said("Could not open " + f.name + ": " + plain(err)))
		}
	}
	program, err := exec.LookPath(st.program[0])
	if err != nil {
		t.Complain("slurmstepd: error: execve(): %s: No such file or directory\n", st.program[0])
		return 2
	}
	env := append(os.Environ(), append(st.env, "SLURM_STEP_ID=0", "SLURM_STEPID=0")...)
	err = syscall.Exec(program, st.program, env)
	t.Complain("slurmstepd: error: execve(): %s: %s\n", program, plain(err))
	return 13
}

// plain returns what an error of a file says, without its name.
func plain(err error) string {
	var inFile *fs.PathError
	if errors.As(err, &inFile) {
		return inFile.Err.Error()
	}
	return err.Error()
}

// redirect makes a file the one that the command has under these numbers.
func redirect(name string, mode int, to []int) error {
	file, err := os.OpenFile(filepath.Clean(name), mode, 0o666)
	if err != nil {
		return err
	}
	for _, fd := range to {
		if err := duplicate(int(file.Fd()), fd); err != nil {
			return err
		}
	}
	return nil
}

// alone makes a job of the command, and ends as it does.
func (t tool) alone(ctx context.Context, st step) int {
	options := append(st.options, batch.Option{Dialect: dialect, Words: []string{"--output=/dev/null"}}) // it is printed here
	if st.directory != "" {
		options = append(options, batch.Option{Dialect: dialect, Words: []string{"--chdir=" + st.directory}})
	}
	receipt, err := t.Submit(ctx, imitation.Order{Options: options, Command: st.program})
	if err != nil {
		return t.fail(err)
	}
	if err := t.Follow(ctx, receipt, t.Out); err != nil {
		return t.fail(err)
	}
	return t.wait(ctx, receipt)
}
