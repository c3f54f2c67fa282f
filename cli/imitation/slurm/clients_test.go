package slurm

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// client is a program that calls Slurm's commands, and reads what they print as here.
type client struct {
	// submit are the words of sbatch, behind which stands what runs, and id reads the number.
	submit []string
	id     func(t *testing.T, output string) string
	// ask are the words that ask for the state of a job, %ID for its number, and states
	// reads them: the state of each number.
	ask    []string
	states func(t *testing.T, output string) map[string]string
	// want is the state of a job that has succeeded.
	want string
}

func matched(pattern string) func(*testing.T, string) string {
	return func(t *testing.T, output string) string {
		t.Helper()
		m := regexp.MustCompile(pattern).FindStringSubmatch(output)
		require.NotNil(t, m, "%s in %q", pattern, output)
		return m[len(m)-1]
	}
}

// lastWord is Python's output.split(" ")[-1].
func lastWord(t *testing.T, output string) string {
	t.Helper()
	words := strings.Split(strings.TrimSpace(output), " ")
	id := words[len(words)-1]
	_, err := strconv.Atoi(id)
	require.NoError(t, err)
	return id
}

// pairs reads lines of a number and a state, with a separator between: two fields each.
func pairs(separator string) func(*testing.T, string) map[string]string {
	return func(t *testing.T, output string) map[string]string {
		t.Helper()
		states := map[string]string{}
		for line := range strings.SplitSeq(strings.TrimSuffix(output, "\n"), "\n") {
			fields := regexp.MustCompile(separator).Split(line, -1)
			require.Len(t, fields, 2, "%q", line)
			states[fields[0]] = fields[1]
		}
		return states
	}
}

// jobState reads JobState=STATE of scontrol, for the number 1.
func jobState(t *testing.T, output string) map[string]string {
	t.Helper()
	return map[string]string{"1": matched(`JobState=(\w+)`)(t, output)}
}

func split(text string) []string { return strings.Fields(text) }

// clients are the rows of research/clients.md that are about Slurm: invocations and
// parsers as in the sources of the programs.
func clients() map[string]client {
	return map[string]client{
		"Nextflow": {
			split("sbatch --signal B:USR2@30 --no-requeue -J nf-one -o .command.log -c 2 -t 01:00:00 --mem 2048M -p long"), matched(`Submitted batch job (\d+)`),
			[]string{"squeue", "--noheader", "-o", "%i %t", "-t", "all", "-u", "ann"},
			pairs(`\s+`), "CD",
		},
		"Nextflow, of one state": {
			split("sbatch -J nf-one"), matched(`Submitted batch job (\d+)`),
			[]string{"squeue", "--noheader", "-o", "%i %t", "-t", "all", "--only-job-state"},
			pairs(`\s+`), "CD",
		},
		"Snakemake 7.21": {
			split("sbatch -J snakejob.1 -o .snakemake/slurm_logs/rule_a/%j.log --export=ALL -A lab -p main -t 10 --mem 700 --cpus-per-task=1 -D /shared/ann"), lastWord,
			split("sacct -P -n --format=JobIdRaw,State -j %ID"), pairs(`\|`), "COMPLETED",
		},
		"Snakemake 7.21, without accounting": {
			split("sbatch -J snakejob.1"), lastWord, split("scontrol show jobid -dd %ID"), jobState, "COMPLETED",
		},
		"Snakemake plugin": {
			split("sbatch --parsable --job-name 0a1b-uuid --output=/shared/ann/%j.log --export=ALL --comment rule_a --ntasks=1 --cpus-per-task=1 -D /shared/ann"),
			func(t *testing.T, output string) string {
				t.Helper()
				id, _, _ := strings.Cut(output, ";")
				return matched(`^(\d+)\s*$`)(t, id)
			},
			split("sacct -X --parsable2 --clusters all --noheader --format=JobIdRaw,State --starttime 2026-11-28T12:00 --endtime now --name 0a1b-uuid"), pairs(`\|`), "COMPLETED",
		},
		"Snakemake plugin, by the queue": {
			split("sbatch --parsable --job-name 0a1b-uuid"), lastWord,
			[]string{"squeue", "--format=%i|%T", "--states=all", "--noheader", "--name", "0a1b-uuid"},
			pairs(`\|`), "COMPLETED",
		},
		"Snakemake profile": {
			split("sbatch --parsable"), lastWord, split("scontrol -o show job %ID"), jobState, "COMPLETED",
		},
		"Snakemake profile, by sacct -b": {
			split("sbatch --parsable"), lastWord, split("sacct -P -b -j %ID -n"),
			func(t *testing.T, output string) map[string]string {
				t.Helper()
				fields := strings.Split(strings.Split(output, "\n")[0], "|")
				return map[string]string{fields[0]: fields[1]}
			}, "COMPLETED",
		},
		"Cromwell": {
			split("sbatch -J cromwell_1 -D /shared/ann -o out -e err -t 60 -p long -c 1 --mem-per-cpu 500"), matched(`Submitted batch job (\d+).*`),
			split("sacct -X -n -P -o JobID,State -j %ID"), pairs(`\|`), "COMPLETED",
		},
		"Toil": {
			split("sbatch -J toil_job_1 --signal=B:INT@30 --time=0:3600 --export=ALL"), lastWord,
			split("sacct -n -j %ID --format JobIDRaw,State,ExitCode -P -S 1970-01-01"),
			func(t *testing.T, output string) map[string]string {
				t.Helper()
				fields := strings.Split(strings.TrimSpace(output), "|")
				require.Len(t, fields, 3)
				require.Equal(t, "0:0", fields[2])
				return map[string]string{fields[0]: fields[1]}
			}, "COMPLETED",
		},
		"Galaxy": {
			split("sbatch"), matched(`Submitted batch job (\d+)`),
			split("sacct -o JobIDRaw,State -P -n -j %ID"), pairs(`\|`), "COMPLETED",
		},
	}
}

func TestClientsReadWhatTheCommandsPrint(t *testing.T) {
	t.Parallel()
	for name, c := range clients() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			stdout, stderr, code := w.run("", append(c.submit, "--wrap=exec true")...)
			require.Zero(t, code, stderr)
			require.Equal(t, 1, strings.Count(stdout+stderr, "\n"), "clients merge both, and count lines")
			id := c.id(t, stdout+stderr)
			w.change(id, w.over("Complete", "CompletionsReached"))
			ask := make([]string, len(c.ask))
			for i, word := range c.ask {
				ask[i] = strings.ReplaceAll(word, "%ID", id)
			}
			stdout, stderr, code = w.run("", ask...)
			require.Zero(t, code, stderr)
			require.Empty(t, stderr)
			require.Equal(t, map[string]string{id: c.want}, c.states(t, stdout))
		})
	}
}

func TestClientsFindOutWhatThereIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	out := func(words ...string) string {
		stdout, stderr, code := w.run("", words...)
		require.Zero(t, code, stderr)
		require.Empty(t, stderr)
		return stdout
	}
	require.Contains(t, strings.Fields(out("sinfo", "-o", "%P")), "main*", "Snakemake 7.21 looks for the *")
	require.Contains(t, strings.Fields(out("sacctmgr", "-n", "-s", "list", "user", "ann", "format=account%20")), "lab")
	require.Contains(t, strings.Fields(out("sshare", "-U", "--format", "Account%256", "--noheader")), "lab")
	config := out("scontrol", "show", "config")
	require.Equal(t, "86400", matched(`MinJobAge\s*=\s*(\d+)`)(t, config), "the plugin compares it with its pace")
	require.Equal(t, "100001", matched(`MaxArraySize\s*=\s*(\d+)`)(t, config))
	for line := range strings.SplitSeq(strings.TrimSpace(out("sinfo", "-a", "-o", "%P %G %l %p %c %m")), "\n") {
		require.Len(t, strings.Fields(line), 6, "Toil splits %q", line)
	}
	id := w.submit("--wrap", "true")
	require.Len(t, strings.Fields(out("squeue", "-h", "--format", "%i %t %M")), 3, "Toil")
	require.Len(t, strings.Fields(out("squeue", "-a", "-h", "-o", "%A %t", "-j", id)), 2, "Galaxy")
	_, _, code := w.run("", "squeue", "-j", id)
	require.Zero(t, code, "Cromwell: alive")
	_, stderr, code := w.run("", "squeue", "-j", "4711")
	require.Equal(t, 1, code, "Cromwell: not alive")
	require.Contains(t, stderr, "Invalid job id specified")
}

func TestElementsOfAnArrayAreFoundByTheNumberOfEach(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit("--array=1-3", "--wrap", "true")
	w.change(id, w.over("Complete", "CompletionsReached"))
	stdout, _, _ := w.run("", split("sacct -X --parsable2 --noheader --format=JobIdRaw,State -j "+id)...)
	require.Equal(t, "2|COMPLETED\n3|COMPLETED\n1|COMPLETED\n", stdout, "as with Slurm, the last one has the number of the array")
	stdout, _, _ = w.run("", "squeue", "-h", "-t", "all", "-o", "%i", "-j", "3")
	require.Equal(t, "1_2\n", stdout)
	require.Equal(t, "4", w.submit("--wrap", "true"), "each has taken a number")
}

func FuzzWordsOfTheCommandLine(f *testing.F) {
	for _, seed := range []string{"17,18_[1-3,7%2]", "17_*", "%.18i %-9P|%%", "JobArrayID:.12x,Name", "jobid%20,state%-5", "now-2hours", "17_[", "%", "%.", "_,[]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := parseIDs([]string{text}); err == nil {
			for _, id := range s.ids {
				require.Positive(t, id)
			}
		}
		if l, err := parseFormat(text); err == nil {
			require.NotEmpty(t, l.columns)
		}
		_, _ = parseLongFormat(text)
		_, _ = (&sacctOptions{format: text}).layout()
		_, _ = parseStates(text)
		_, _ = nodeLine(text, &group{})
		parseStep(strings.Fields(text))
	})
}
