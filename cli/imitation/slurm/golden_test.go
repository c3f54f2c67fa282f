package slurm

import (
	"testing"
)

func TestWhatSqueuePrints(t *testing.T) {
	t.Parallel()
	w := night(t)
	for _, line := range []string{
		"squeue", "squeue -l", "squeue --me -h", "squeue -u bob", "squeue -r -j 2", "squeue -t all -h -o %i|%T|%r", "squeue -t PD,R -n prep,My_Sim,report",
		"squeue -t CD,F -h -o %.10i_%5t%M_%l", "squeue -h -j 2_3 -o %i", "squeue -h -p long -t all -o %i:%P", "squeue -h -O JobArrayID:12,StateCompact:.4,Name:-x,TimeLimit",
		"squeue -h -t all -o %A_%F_%K", "squeue -h -j 7 -o %E|%k|%V|%S|%e|%C|%m|%a|%Z|%o", "squeue -j 99", "squeue -j 1,99 -h", "squeue -t foo", "squeue -o %!", "squeue --nothing",
		"squeue -z", "squeue -j", "squeue -i 5", "squeue -V", "squeue --only-job-state -h -o %i_%t", "squeue --sort=-i,u -h -o %i_%u",
	} {
		w.tell(line)
	}
	w.golden("squeue.txt")
}

func TestWhatSacctPrints(t *testing.T) {
	t.Parallel()
	w := night(t)
	for _, line := range []string{
		"sacct", "sacct -X -P -n --format=JobIDRaw,State,ExitCode -j 2,9,10,11,12,13", "sacct -b -p", "sacct -n -P -o JobID,JobName%3,Elapsed,Timelimit,Start,End,ReqMem,AllocCPUS,NodeList -j 1,2",
		"sacct -a -n -o JobID,User,State%-5", "sacct -s F,OOM,TO -n -o JobID,State%15", "sacct -S 2026-11-30T12:09:58 -n -P -o JobID", "sacct -E now-1hour -n", "sacct -S 11/29 --endtime now --name broken -n -P -o JobID",
		"sacct -j 99", "sacct -o Nothing", "sacct --json", "sacct -S yesterdays",
	} {
		w.tell(line)
	}
	w.golden("sacct.txt")
}

func TestWhatScontrolPrints(t *testing.T) {
	t.Parallel()
	w := night(t)
	for _, line := range []string{
		"scontrol show job 1", "scontrol show jobid -dd 2_1", "scontrol -o show job 9", "scontrol show job 99", "scontrol show config", "scontrol show partition", "scontrol show node node-1",
		"scontrol show nothing", "scontrol requeue 9", "scontrol suspend 1", "scontrol dance", "scontrol", "scontrol hold 99", "scontrol hold 2_1", "scontrol update JobId=7 Priority=5", "scontrol ping",
	} {
		w.tell(line)
	}
	w.golden("scontrol.txt")
}

func TestWhatTheOthersPrint(t *testing.T) {
	t.Parallel()
	w := night(t)
	for _, line := range []string{
		"sinfo", "sinfo -h -o %P", "sinfo -a -o %P|%G|%l|%p|%c|%m", "sinfo -N -h -p long -o %n_%t", "sinfo -o %!",
		"sacctmgr -n -s list user ann format=account%20", "sacctmgr show assoc -P", "sacctmgr add user x", "sshare -U --format=Account%30 --noheader",
		"scancel", "scancel x", "scancel 99", "scancel -Q 99", "scancel 9", "scancel --signal=USR1 2", "srun -n 2 hostname", "srun", "srun --multi-prog x", "srun --nothing x",
	} {
		w.tell(line)
	}
	w.golden("others.txt")
}

func TestWhatSbatchRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.submit("--wrap", "true")
	for _, line := range []string{
		"sbatch nothing.sh", "sbatch --wrap=true x", "sbatch --wrap=true -N 4", "sbatch --wrap=true --nothing", "sbatch --wrap=true -p nowhere", "sbatch --wrap=true -D /elsewhere",
		"sbatch --wrap=true -o /elsewhere/x.out", "sbatch --wrap=true -d afterok:99", "sbatch --wrap=true -d afterany:99", "sbatch --wrap=true -d afterok:1_4", "sbatch --wrap=true -d nonsense:1",
		"sbatch --wrap=true -a 5-1", "sbatch --wrap=true -t forever", "sbatch --wrap=true --exclusive", "sbatch", "sbatch -V", "sbatch --test-only --wrap=true",
	} {
		w.tell(line)
	}
	w.golden("sbatch.txt")
}
