package get

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/reference"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// validateRaw returns what is wrong with --raw and --pods.
func (o *getOptions) validateRaw(names []string) error {
	switch {
	case o.pods && !o.raw:
		return command.UsageErrorf("--pods needs --raw")
	case !o.raw:
		return nil
	case len(names) != 1:
		return command.UsageErrorf("--raw is about one object: name a Job, or cronjob/NAME")
	case o.output != command.OutputJSON && o.output != command.OutputYAML:
		return command.UsageErrorf("--raw needs -o yaml or -o json")
	case o.allNamespaces || o.selector != "" || o.fieldSelector != "" || len(o.states) > 0 || o.runName != "" || o.sortBy != "" || o.watch:
		return command.UsageErrorf("--raw goes with -o, -n and --pods alone: it is about one object")
	}
	return nil
}

// printRaw prints one object as Kubernetes has it, or a List of it with what belongs to it.
func (o *getOptions) printRaw(ctx context.Context, f *cluster.Factory, name string) error {
	namespace, err := f.Namespace()
	if err != nil {
		return err
	}
	var ref lang.Ref
	if cronJob, is := command.CronJobNamed(name); is {
		ref = gate.CronJobRef(namespace, cronJob)
	} else if ref, err = command.Named(name, namespace); err != nil {
		return err
	}
	switch {
	case reference.IsPattern(ref.Name):
		return command.UsageErrorf("--raw is about one object, and %q may be several", name)
	case ref.Kind != lang.KindJob && ref.Kind != lang.KindCronJob:
		return command.UsageErrorf("--raw is about Jobs and CronJobs, and %s is none: kubectl get %s -o %s", ref, name, o.output)
	}
	client, err := f.Client()
	if err != nil {
		return err
	}
	found, notes, err := cluster.Raw(ctx, client, ref, o.pods)
	if err != nil {
		return err
	}
	object := found[0]
	if o.pods {
		list := &corev1.List{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "List"}}
		for _, one := range found {
			list.Items = append(list.Items, runtime.RawExtension{Object: one})
		}
		object = list
	}
	if err := cluster.Printer(o.output).PrintObj(object, o.streams.Out); err != nil {
		return err
	}
	return command.PrintNotes(o.streams.ErrOut, notes)
}
