package plan

const planLong = `Show what would run when: which Jobs begin together, which chain of them decides
when all is done (the critical path), how many run at once, and how much work it
is in all.

The plan is a run of the gate's own decisions, in which every Job takes as long
as expected and succeeds. So delays, times, counts and "or" are what they are in
a cluster; a Job that waits for a failure never runs, and is said not to. How
long a Job takes is known from, in this order,

  - its annotation, as in depctl.dev/expected-duration: 20m
  - the mean of the last eight Jobs of the same name, or step, that succeeded in
    the cluster; else of those of its CronJob, or whose names differ in numbers
    alone (without -f, or with --history)
  - --default-duration

If not all Jobs can run at once (--slots), the order in which ready ones start
decides when the last one ends: by --order,

  - arrival: the one that became ready first, as kube-scheduler does
  - count: the one with the most Jobs on the longest chain behind it
  - rank: the one with the longest chain behind it, in time

The summary shows what each of the three comes to. With --max-starting the gate
has at most so many pods wait for a slot, as by its flag of that name, and its own
order decides which Jobs come next.

Jobs that use limits (depctl.dev/uses) get tokens in the gate's order. With -f, a
namespace without a ConfigMap depctl-limits in the files has limits without bounds,
and PriorityClasses count that are among the files; without -f, what Jobs of other
namespaces use is left out.

With -f, what the manifests wait for and do not have is taken for done. Of a CronJob
the next run is planned, not before its scheduled time, and what it waits for as
cronjob:NAME is the run of that name for the same period. Without -f,
the Jobs of the cluster are planned from now on, and those that run go on; with
--cronjobs the next run of each CronJob as well.

Output formats:
  -           a table with bars, made for 80 columns or the terminal's width;
              Jobs that differ in the numbers of their names alone share a line
  wide        more columns, no bars
  json, yaml  all of it, times in seconds from the beginning of the plan
  svg, png    a Gantt chart`

const planExample = `  # Manifests, before they are applied
  depctl plan -f deploy/nightly/

  # Tonight: the next run of each CronJob of a folder
  depctl plan -f deploy/cronjobs/

  # The same if no more than 4 Jobs run at once
  depctl plan -f deploy/nightly/ --slots 4

  # The same if those on the longest chain go first
  depctl plan -f deploy/nightly/ --slots 4 --order rank

  # The same if the gate has at most 2 pods wait for a node
  depctl plan -f deploy/nightly/ --slots 4 --max-starting 2

  # Tonight in a namespace: its Jobs, and the next run of each CronJob
  depctl plan -n etl --cronjobs

  # What is left in a namespace, as a picture
  depctl plan -n etl --output-file plan.png`
