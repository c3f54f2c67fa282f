package explain

const explainLong = `Say why a Job waits, why it ran, or why it never will: its expression with each
check marked true, false or unknown, since when it waits, when something may be
expected, and what one could do.

A JOB is NAME, NAMESPACE/NAME, job/NAME or KIND/NAME, and may have *, ? and [...] for
several; -l takes those with labels. 'cronjob/*' takes CronJobs, with -A of all namespaces.

It decides as the gate does, by the same function, on what you may read. Where
you may not read something, a note on standard error says what was assumed.

Of a Job that may run and does not, or has failed, it says what the scheduler,
the kubelet, the API server and its containers have said, and the last lines of
a pod that has failed. Of one that waits it says that of what blocks it, and
whether no gate leads.

With -r, what its prerequisites wait for stands below each check, down to those
that wait for nobody. Of an array whose elements wait each for itself, it says how
many run, wait, or never will, and why the first; --index explains one element.
--expr tries another expression, and changes nothing.

Of a Job that waits for tokens of limits it says how many there are, who uses them,
and where the Job is in line.

Of a Deployment, a Pod, a JobSet or a RayJob that waits it says the same as of a Job.

Of a CronJob it says why there is no Job for the time that is next, how its last
runs ended, and what its next run would wait for, and of which time each run is.

How long something will take is known from Jobs that have succeeded and are still
there: those whose names differ by digits only, else a guess is made and said.`

const explainExample = `  # Why does load wait?
  depctl explain load
  depctl explain job/load -n etl -r

  # All of which the names begin so, and all with a label
  depctl explain 'load-*'
  depctl explain -l app=nightly

  # Would it run with another expression?
  depctl explain load --expr 'extract or finished(validate)'

  # One element of an array
  depctl explain shards --index 7

  # Why does the service not start?
  depctl explain deployment/web

  # Why did tonight's run not start?
  depctl explain cronjob/load

  # When does each CronJob run next?
  depctl explain 'cronjob/*' -A

  # For scripts
  depctl explain load -o json | jq -r '.roots[].name'`
