package integration

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/gate"
)

var replacements = filepath.Join("..", "..", "deploy", "examples", "replace-your-scheduler")

// replacement is a file of deploy/examples/replace-your-scheduler in a namespace.
type replacement struct {
	*space
	crons []batchv1.CronJob
}

// replace applies a file as it is.
func (s *space) replace(file string) replacement {
	s.t.Helper()
	s.kubectl("", "apply", "-f", filepath.Join(replacements, file))
	list, err := s.client.BatchV1().CronJobs(s.name).List(s.t.Context(), metav1.ListOptions{})
	require.NoError(s.t, err)
	require.NotEmpty(s.t, list.Items)
	for i := range list.Items {
		s.passes(list.Items[i].Name, time.Now()) // so Kubernetes starts no run of its own now
	}
	return replacement{s, list.Items}
}

// night makes the run of each CronJob in the night that is so many days past, as Kubernetes
// would: its name is that of the CronJob and suffix.
func (r replacement) night(daysAgo int, suffix string, changes map[string]change) {
	r.t.Helper()
	midnight := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -daysAgo)
	for i := range r.crons {
		c := &r.crons[i]
		schedule, err := cron.ParseStandard(c.Spec.Schedule)
		require.NoError(r.t, err)
		job := &batchv1.Job{ObjectMeta: *c.Spec.JobTemplate.ObjectMeta.DeepCopy(), Spec: *c.Spec.JobTemplate.Spec.DeepCopy()}
		job.Name = c.Name + suffix
		job.Spec.Template.Annotations = map[string]string{}
		night(c, schedule.Next(midnight.Add(-time.Second)))(job)
		if change := changes[c.Name]; change != nil {
			change(job)
		}
		made, err := r.client.BatchV1().Jobs(r.name).Create(r.t.Context(), job, metav1.CreateOptions{})
		require.NoError(r.t, err)
		if job.Annotations[gate.DependsOnAnnotation] != "" {
			require.True(r.t, *made.Spec.Suspend, "%s is not held at birth", made.Name)
		}
	}
}

// tonight makes the runs of last night, with "-tonight" after their names.
func (r replacement) tonight(changes map[string]change) {
	r.t.Helper()
	r.night(1, "-tonight", changes)
}

// What docs/guide/replace-your-scheduler.md says of each scheduler, with the files it shows.
func TestASchedulerIsReplaced(t *testing.T) {
	t.Parallel()
	exits := func(code string) change { return template("exit-code", code) }
	for name, night := range map[string]func(*space){
		"crontab, a good night": func(s *space) {
			s.replace("crontab.yaml").tonight(map[string]change{"cron-extract": untilTold})
			s.held("cron-load-tonight")
			s.held("cron-clean-tonight")
			s.tell("cron-extract-tonight")
			s.completes("cron-extract-tonight", "cron-load-tonight", "cron-report-tonight", "cron-clean-tonight")
			s.skipped("cron-alarm-tonight", gate.ReasonDependencyFailed)
		},
		"crontab, the load fails": func(s *space) {
			s.replace("crontab.yaml").tonight(map[string]change{"cron-load": exits("1")})
			s.fails("cron-load-tonight")
			s.skipped("cron-report-tonight", gate.ReasonDependencyFailed)
			s.completes("cron-alarm-tonight", "cron-clean-tonight")
		},
		"crontab, the success of yesterday opens nothing": func(s *space) {
			r := s.replace("crontab.yaml")
			r.night(2, "-before", nil)
			s.completes("cron-report-before")
			r.tonight(map[string]change{"cron-extract": untilTold})
			s.held("cron-load-tonight")
			s.held("cron-report-tonight")
		},
		"Control-M, a good night": func(s *space) {
			s.replace("control-m.yaml").tonight(map[string]change{"ord-rates": untilTold})
			s.completes("ord-extract-tonight")
			s.held("ord-load-tonight")
			s.tell("ord-rates-tonight")
			s.completes("ord-load-tonight", "ord-report-tonight")
			s.held("ord-pay-tonight")
			s.shell(s.t.TempDir(), "depctl release ord-pay-tonight")
			s.completes("ord-pay-tonight")
			s.skipped("ord-alarm-tonight", gate.ReasonDependencyFailed)
		},
		"Control-M, the rates fail": func(s *space) {
			r := s.replace("control-m.yaml")
			r.night(2, "-before", map[string]change{"ord-report": untilTold})
			s.completes("ord-rates-before")
			s.runs("ord-report-before")
			r.tonight(map[string]change{"ord-rates": exits("1")})
			s.fails("ord-rates-tonight")
			s.completes("ord-load-tonight")
			s.held("ord-report-tonight") // that of the night before runs
			s.tell("ord-report-before")
			s.completes("ord-report-tonight")
		},
		"Control-M, the load fails": func(s *space) {
			s.replace("control-m.yaml").tonight(map[string]change{"ord-load": exits("1")})
			s.completes("ord-alarm-tonight")
			s.skipped("ord-report-tonight", gate.ReasonDependencyFailed)
		},
		"AutoSys, with maintenance": func(s *space) {
			s.make("maintenance", "", untilTold)
			s.replace("autosys.yaml").tonight(nil)
			s.completes("bill-rate-tonight")
			s.held("bill-invoice-tonight")
			s.held("bill-archive-tonight")
			s.tell("maintenance")
			s.completes("bill-invoice-tonight", "bill-archive-tonight", "bill-done-tonight")
			s.skipped("bill-repair-tonight", gate.ReasonDependencyFailed)
		},
		"AutoSys, without": func(s *space) {
			s.replace("autosys.yaml").tonight(nil)
			s.completes("bill-invoice-tonight", "bill-archive-tonight", "bill-done-tonight")
		},
		"AutoSys, exit code 4": func(s *space) {
			s.replace("autosys.yaml").tonight(map[string]change{"bill-rate": exits("4")})
			s.completes("bill-repair-tonight", "bill-archive-tonight", "bill-done-tonight")
			s.skipped("bill-invoice-tonight", gate.ReasonDependencyFailed)
		},
		"Grid Engine, element by element": func(s *space) {
			s.replace("grid-engine.yaml").tonight(map[string]change{"ge-scene": exits("1"), "ge-frames": untilTold})
			s.fails("ge-scene-tonight")
			s.runs("ge-frames-tonight")
			s.tell("ge-frames-tonight", 3)
			s.until("the fourth frame is blended", func() bool { return s.get("ge-blend-tonight").Status.CompletedIndexes == "3" })
			s.held("ge-film-tonight")
			s.tell("ge-frames-tonight")
			s.completes("ge-blend-tonight", "ge-film-tonight")
		},
		"Grid Engine, exit code 100": func(s *space) {
			s.replace("grid-engine.yaml").tonight(map[string]change{"ge-blend": exits("100")})
			s.fails("ge-blend-tonight")
			s.skipped("ge-film-tonight", gate.ReasonDependencyFailed)
		},
		"Slurm, two nights": func(s *space) {
			dir := s.t.TempDir()
			require.NoError(s.t, os.CopyFS(filepath.Join(dir, "slurm"), os.DirFS(filepath.Join(replacements, "slurm"))))
			guide, err := os.ReadFile(filepath.Join("..", "..", "docs", "guide", "replace-your-scheduler.md"))
			require.NoError(s.t, err)
			script := regexp.MustCompile("(?s)```sh\n(NIGHT=.*?)```").FindStringSubmatch(string(guide))
			require.NotNil(s.t, script)
			s.shell(dir, script[1])
			s.completes("extract-2026-12-01", "shard-2026-12-01", "merge-2026-12-01", "report-2026-12-01", "clean-2026-12-01")
			s.skipped("alarm-2026-12-01", gate.ReasonDependencyFailed)
			fails := `patches: [{target: {name: shard}, patch: '[{"op": "add", "path": "/spec/template/metadata", "value": {"annotations": {"sandbox.depctl.dev/exit-code": "1"}}}]'}]`
			s.shell(dir, strings.NewReplacer("2026-12-01", "2026-12-02", "resources:", fails+"\nresources:").Replace(script[1]))
			s.fails("shard-2026-12-02")
			s.completes("extract-2026-12-02", "alarm-2026-12-02", "clean-2026-12-02")
			s.skipped("report-2026-12-02", gate.ReasonDependencyFailed)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			night(full.namespace(t))
		})
	}
}
