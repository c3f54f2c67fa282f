package submit

const submitLong = `Make a Job of a command or a batch script, as on a batch system.

A script may have lines of options: #DEPCTL with those below, or #SBATCH, #$,
#PBS or #BSUB with those of Slurm, Grid Engine, PBS or LSF. Options of the
command line win over the script's; what follows SCRIPT goes to the script.
--slurm, --gridengine, --pbs and --lsf take options of those systems on the
command line too. Where they name a job, the name of the Job stands for its
number, as submit prints it.

Without SCRIPT, FILE, COMMAND and --wrap, the script is read from standard input,
if that is a file or a pipe; - reads it from there in any case. With them it is
not read.

A name of -J or -N, which is of a batch system, may be used again: if a Job has it
already, the new one gets five letters more. Grid Engine and LSF wait by name, for
all Jobs that were submitted by it: those with the label depctl.dev/name. --name
is of one Job.

An option that a Job cannot do is an error that says what to do; with
--ignore-unsupported it is left out. What does no harm when it is left out, such
as the file for the output, is a note. docs/reference/options.md lists every option of the
five manuals: sbatch(1), Grid Engine's submit(1), qsub of PBS and of TORQUE, and
bsub(1).

An array is an Indexed Job. Its elements find their number in DEPCTL_TASK_ID, and
in the variable of the script's system, as SLURM_ARRAY_TASK_ID. If the numbers
are not 0, 1, 2, ..., a shell in the container computes them: the image needs
/bin/sh. A failed element does not end the others. In --after, i and all indexes
are completion indexes, from 0; those of the other systems' options are
translated, by annotation depctl.dev/array of the Job that they name.

A pod that fails is not tried again, as on batch systems (--retries, --requeue).
--time of a Job counts from its release; that of an element from the start of
its pod.

The defaults of a site are in a file: --template, else what DEPCTL_TEMPLATE
names, else depctl.yaml in this directory, in ~/.config/depctl, or in /etc/depctl,
if it is there:

  job:                      # what every Job begins with
    spec:
      template:
        spec:
          serviceAccountName: batch
          containers: [{name: main, image: registry.example.com/tools:1}]
  queues:                   # what -p, -q and --queue mean here
    long: {labels: {team/queue: long}, nodeSelector: {pool: long}}
  volumes:                  # what this machine and the pods have in common
  - directory: /home
    source: {nfs: {server: files, path: /home}}
  gpu: nvidia.com/gpu
  limits: {matlab: ops/matlab} # the limit that -L, -l and rusage[ ] mean by a name
  ignore:                   # what scripts say and this cluster has no use for
    options: {slurm: [--licenses, "--container-*"]}
    resources: [storage, "scratch*"]

A script of up to 4 KiB is in the pods, a larger one in a ConfigMap that the Job
owns; the container finds it as /depctl/script. Nothing is left behind if
something cannot be created.

Exit codes: 0 it was created, 1 it was not, 2 the command line was wrong. With
--wait, that of the Job: 0 if it succeeded, else the exit code of the container
that failed last, of an array the highest, which is 128+n after signal n; 1 if
there is none.`

const submitExample = `  # An array of 100, ten at a time, each after its counterpart of gen
  depctl submit --name sim --image busybox --array 0-99%10 --after 'prep, gen[i]' \
    --cpu 1 --memory 1Gi --time 2h -- ./sim.sh

  # A script for Slurm, and one that waits for it
  JOB=$(depctl submit -o name --image busybox sim.sbatch)
  depctl submit --image busybox --dependency=afterok:$JOB report.sbatch

  # From standard input, as bsub takes it
  depctl submit --image busybox <sim.lsf

  # Options of Grid Engine that win over the script's
  depctl submit --image busybox --gridengine '-t 1-10 -hold_jid prep' job.sh

  # What would be created
  depctl submit --dry-run=client -o yaml --image busybox sim.sbatch

  # A manifest, with a dependency, until it has ended
  depctl submit -f job.yaml --after extract --wait`
