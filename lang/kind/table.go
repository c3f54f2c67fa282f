package kind

// volcano is the group whose Jobs are not those of Kubernetes.
const volcano = "batch.volcano.sh"

// table has the kinds in the order of the documentation. Where it says how an object of another
// project ends, the rule is what Kueue's integration of that kind goes by (pkg/controller/jobs).
var table = [...]Kind{
	{
		Name: Job, Group: "batch", Version: "v1", Resource: "jobs", HeldBy: "spec.suspend", Noun: "Job", PodSpec: "spec.template.spec", listed: true,
		Succeeded: conditions("Complete"), Failed: conditions("Failed"), // gate.Observe reads Jobs, and knows more
	},
	{
		Name: CronJob, Also: []string{"cj"}, Group: "batch", Version: "v1", Resource: "cronjobs", listed: true,
		Succeeded: conditions("Complete"), Failed: conditions("Failed"), // of its Jobs
	},
	{
		Name: Pod, Also: []string{"po"}, Version: "v1", Resource: "pods", listed: true,
		HeldBy: "spec.schedulingGates", Noun: "Pod", PodSpec: "spec", Gated: true,
		Ready: conditions("Ready"), Started: field("status.phase", "Running"),
		Succeeded: field("status.phase", "Succeeded"), Failed: field("status.phase", "Failed"),
	},
	{
		Name: Deployment, Also: []string{"deploy"}, Group: "apps", Version: "v1", Resource: "deployments", listed: true,
		HeldBy: "spec.paused", Noun: "Deployment", PodSpec: "spec.template.spec", Versions: true,
		Ready: currentWith("status.readyReplicas"), Started: positive("status.readyReplicas"),
	},
	{
		Name: "statefulset", Also: []string{"sts"}, Group: "apps", Version: "v1", Resource: "statefulsets", listed: true,
		Ready: currentWith("status.readyReplicas"), Started: positive("status.readyReplicas"),
	},
	{
		Name: "daemonset", Also: []string{"ds"}, Group: "apps", Version: "v1", Resource: "daemonsets", listed: true,
		Ready: currentWith("status.numberReady"), Started: positive("status.numberReady"),
	},
	{
		Name: "replicaset", Also: []string{"rs"}, Group: "apps", Version: "v1", Resource: "replicasets", listed: true,
		Ready: currentWith("status.readyReplicas"), Started: positive("status.readyReplicas"),
	},
	{
		Name: "service", Also: []string{"svc"}, Version: "v1", Resource: "services", OnlyMetadata: true, listed: true,
		Ready: []Rule{{{Endpoint: true}}},
	},
	{
		Name: "persistentvolumeclaim", Also: []string{"pvc"}, Version: "v1", Resource: "persistentvolumeclaims", listed: true,
		Ready: field("status.phase", "Bound"),
	},
	{Name: "configmap", Also: []string{"cm"}, Version: "v1", Resource: "configmaps", OnlyMetadata: true, listed: true},
	{Name: "secret", Version: "v1", Resource: "secrets", OnlyMetadata: true, listed: true},
	{Name: "serviceaccount", Also: []string{"sa"}, Version: "v1", Resource: "serviceaccounts", OnlyMetadata: true, listed: true},
	{Name: "namespace", Also: []string{"ns"}, Version: "v1", Resource: "namespaces", ClusterWide: true, OnlyMetadata: true, listed: true},

	{
		Name: "jobset", Also: []string{"js"}, Group: "jobset.x-k8s.io", Version: "v1alpha2", Resource: "jobsets", listed: true,
		SuspendedBy: "spec.suspend", HeldBy: "spec.suspend", Noun: "JobSet", PodSpec: "spec.replicatedJobs.0.template.spec.template.spec",
		Ready: current(), Succeeded: conditions("Completed"), Failed: conditions("Failed"),
	},
	{
		Name: "rayjob", Group: "ray.io", Version: "v1", Resource: "rayjobs", listed: true,
		SuspendedBy: "spec.suspend", HeldBy: "spec.suspend", Noun: "RayJob", PodSpec: "spec.rayClusterSpec.headGroupSpec.template.spec",
		Ready: current(), Started: field("status.jobDeploymentStatus", "Running"),
		Succeeded: []Rule{{{Field: "status.jobStatus", Is: []string{"SUCCEEDED"}}, {Field: "status.jobDeploymentStatus", Is: []string{"Complete"}}}},
		Failed: []Rule{
			{{Field: "status.jobDeploymentStatus", Is: []string{"Failed", "ValidationFailed"}}},
			{{Field: "status.jobStatus", Is: []string{"FAILED", "STOPPED"}}, {Field: "status.jobDeploymentStatus", Is: []string{"Complete"}}},
		},
	},
	{
		Name: "trainjob", Group: "trainer.kubeflow.org", Version: "v1alpha1", Resource: "trainjobs", SuspendedBy: "spec.suspend", listed: true,
		Ready: current(), Succeeded: conditions("Complete"), Failed: conditions("Failed"),
	},
	kubeflow("pytorchjob", "v1"),
	kubeflow("tfjob", "v1"),
	kubeflow("xgboostjob", "v1"),
	kubeflow("paddlejob", "v1"),
	kubeflow("jaxjob", "v1"),
	kubeflow("mpijob", "v2beta1"),
	{
		Name: "sparkapplication", Also: []string{"sparkapp"}, Group: "sparkoperator.k8s.io", Version: "v1beta2", Resource: "sparkapplications", SuspendedBy: "spec.suspend", listed: true,
		Ready: current(), Started: field("status.applicationState.state", "RUNNING"),
		Succeeded: field("status.applicationState.state", "COMPLETED"),
		Failed:    field("status.applicationState.state", "FAILED", "SUBMISSION_FAILED"),
	},
	{
		Name: "appwrapper", Group: "workload.codeflare.dev", Version: "v1beta2", Resource: "appwrappers", SuspendedBy: "spec.suspend", listed: true,
		Ready: current(), Started: field("status.phase", "Running"),
		Succeeded: field("status.phase", "Succeeded"), Failed: field("status.phase", "Failed"),
	},
	{
		Name: "workflow", Also: []string{"wf"}, Group: "argoproj.io", Version: "v1alpha1", Resource: "workflows", listed: true,
		Ready: current(), Started: field("status.phase", "Running"),
		Succeeded: field("status.phase", "Succeeded"), Failed: field("status.phase", "Failed", "Error"),
	},
	tekton("pipelinerun", "pr", "prs"),
	tekton("taskrun", "tr", "trs"),
	{
		Name: "vcjob", Also: []string{"vj", "job." + volcano}, Group: volcano, Version: "v1alpha1", Resource: "jobs", listed: true,
		Ready: current(), Started: field("status.state.phase", "Running"),
		Succeeded: field("status.state.phase", "Completed"), Failed: field("status.state.phase", "Failed", "Aborted", "Terminated"),
	},
}

// kubeflow is a kind of the training operator and its like.
func kubeflow(name, version string) Kind {
	return Kind{
		Name: name, Group: "kubeflow.org", Version: version, Resource: name + "s", SuspendedBy: "spec.runPolicy.suspend", listed: true,
		Ready: current(), Started: conditions("Running"), Succeeded: conditions("Succeeded"), Failed: conditions("Failed"),
	}
}

// tekton is a kind that ends when its condition Succeeded is True or False.
func tekton(name string, also ...string) Kind {
	return Kind{
		Name: name, Also: also, Group: "tekton.dev", Version: "v1", Resource: name + "s", listed: true,
		Ready: current(), Succeeded: conditions("Succeeded"), Failed: []Rule{{{Condition: "Succeeded", Is: []string{"False"}}}},
	}
}

func current() []Rule { return []Rule{{{Current: true}}} }

func currentWith(path string) []Rule { return []Rule{{{Current: true}, {Positive: path}}} }

func positive(path string) []Rule { return []Rule{{{Positive: path}}} }

func field(path string, values ...string) []Rule { return []Rule{{{Field: path, Is: values}}} }

func conditions(types ...string) []Rule {
	rules := make([]Rule, len(types))
	for i, t := range types {
		rules[i] = Rule{{Condition: t}}
	}
	return rules
}
