package graph

const graphLong = `Draw the Jobs of a namespace, or of manifests: each with its state, and lines
from what it waits for.

A graph that fits the terminal is drawn as boxes and lines, time going from left
to right or from top to bottom; where it does not, as a tree, every Job below
the last of those that it waits for, and what is too much is only counted
(-o wide shows it). An array is one node, with its progress; so is what a glob
or a selector names. Jobs with the same neighbours are shown as one if there are
many. Heavy lines, and ◆ in a tree, mark the longest way that is left to go, if
it is not all. Jobs that wait for nothing, and that nothing waits for, are only
counted, unless they are named, --all is given, or one such Job is all there is.
Notes go to standard error.

Jobs of other namespaces are shown, as NAMESPACE/NAME, where somebody waits for
them, with what they wait for themselves. The column WAITS FOR has all that a
Job still waits for, named as in its own annotation: without a namespace, a Job
is in the same one. Of a Job that may run and does not, or has failed, it says
why, as the scheduler, the kubelet, the API server and the containers have said
it; so does "causes" of -o json.

With JOB, or -l, only those Jobs are drawn and what is above and below them, as
far as --up and --down say. A JOB is NAME, NAMESPACE/NAME, job/NAME or KIND/NAME, and
may have *, ? and [...] for several. With --state, only Jobs in these states.

With -f no cluster is asked: Jobs are drawn as they would be right after
"kubectl apply", or, if they carry a uid because "kubectl get -o yaml" wrote
them, as they were then. With --as-run they are drawn as the steps of one run, as
"depctl run" makes them. With --diff as well they are compared with the cluster:
+ would be made, - is in the cluster and not in the manifests, ~ has another
dependency there.

States, each by a colour and a symbol:
  waiting    its dependencies are not met yet
  pending    it may run, and no pod of it is ready yet
  running    a pod of it is ready
  succeeded  it is complete
  failed     it has failed
  skipped    it was failed because its dependencies could not be met
  blocked    its dependencies cannot be met as things stand
  held       a person holds it (annotation depctl.dev/hold)
  suspended  somebody other than the gate suspends it
  invalid    its expression has a mistake
  missing    it is waited for, and does not exist
  unknown    it is waited for, and you may not read it

With -o json: the nodes, and the edges from a prerequisite to the Job that waits
for it, each with its check as the annotation has it (a name alone asks for
success) and the value of that: true, false or unknown. A glob or a selector is
a node of kind "set", with an edge from each of its Jobs, and a run as a whole one
of kind "run". Edges call nodes by their id: NAMESPACE/NAME for a Job,
NAMESPACE/STEP@RUN for a step of a run.

svg and png show more than a person can follow if the graph has more than a few
hundred Jobs; html is one file that works without a network, in which one can
search, zoom and click; it says its cluster and its time, and why a Job failed. A PNG has 2 dots for each pixel across, and fewer if the graph
is large: at least 0.6, at most 100 million dots in all and 32767 a side. What has no
room there is refused.

--output-file FILE is written as a whole: until then, and if something fails, FILE is
as it was before.`

const graphExample = `  # The Jobs of the current namespace, and of all
  depctl graph
  depctl graph -A

  # What one Job waits for, two levels up, and what waits for it
  depctl graph load --up 2

  # All whose names begin so, and what they wait for
  depctl graph 'load-*' --down 0

  # What went wrong, and whom that stops
  depctl graph -A --state failed,blocked,skipped

  # Follow a run
  depctl graph --watch

  # Manifests, before they are applied, and what they would change
  depctl graph -f deploy/nightly/
  kustomize build . | depctl graph -f -
  depctl graph -f deploy/nightly/ --diff
  depctl graph -f deploy/nightly/ --as-run

  # One run
  depctl graph --run monday

  # Pictures
  depctl graph -A --output-file graph.html
  depctl graph -f deploy/nightly/ --output-file graph.svg

  # What is blocked, for scripts
  depctl graph -o json | jq '.nodes[] | select(.state == "blocked") | .name'`
