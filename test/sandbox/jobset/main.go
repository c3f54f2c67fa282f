// Command jobset is JobSet's manager for one machine: its controllers and webhooks, set up as upstream's
// main does.
//
// It is a module of its own because JobSet is made for another client-go than the control plane.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	configapi "sigs.k8s.io/jobset/api/config/v1alpha1"
	jobset "sigs.k8s.io/jobset/api/jobset/v1alpha2"
	"sigs.k8s.io/jobset/pkg/config"
	"sigs.k8s.io/jobset/pkg/controllers"
	"sigs.k8s.io/jobset/pkg/webhooks"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "version" {
		printVersion()
		return
	}
	file := flag.String("config", "", "file with JobSet's configuration")
	flag.Parse()
	ctrl.SetLogger(zap.New())
	if err := run(ctrl.SetupSignalHandler(), *file); err != nil {
		fmt.Fprintln(os.Stderr, "jobset:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, file string) error {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, jobset.AddToScheme, configapi.AddToScheme} {
		if err := add(scheme); err != nil {
			return fmt.Errorf("make the scheme: %w", err)
		}
	}
	options, cfg, err := config.Load(scheme, file)
	if err != nil {
		return fmt.Errorf("load the configuration: %w", err)
	}
	if err := utilfeature.DefaultMutableFeatureGate.SetFromMap(cfg.FeatureGates); err != nil {
		return fmt.Errorf("set the feature gates: %w", err)
	}
	options.Metrics = metricsserver.Options{BindAddress: cfg.Metrics.BindAddress}
	options.HealthProbeBindAddress = cfg.Health.HealthProbeBindAddress
	manager, err := newManager(ctx, options)
	if err != nil {
		return err
	}
	return manager.Start(ctx)
}

// newManager returns the manager with all that upstream's main puts into it, in its order.
func newManager(ctx context.Context, options ctrl.Options) (ctrl.Manager, error) {
	kubeconfig, err := ctrl.GetConfig()
	if err != nil {
		return nil, err
	}
	kubeconfig.QPS = -1 // the API server has its own limits
	manager, err := ctrl.NewManager(kubeconfig, options)
	if err != nil {
		return nil, err
	}
	client := manager.GetClient()
	if err := controllers.SetupJobSetIndexes(ctx, manager.GetFieldIndexer()); err != nil {
		return nil, fmt.Errorf("set up the indexes of JobSets: %w", err)
	}
	if err := controllers.SetupPodIndexes(ctx, manager.GetFieldIndexer()); err != nil {
		return nil, fmt.Errorf("set up the indexes of Pods: %w", err)
	}
	sets := controllers.NewJobSetReconciler(client, manager.GetScheme(), manager.GetEventRecorderFor("jobset"))
	if err := sets.SetupWithManager(manager); err != nil {
		return nil, fmt.Errorf("set up the controller of JobSets: %w", err)
	}
	pods := controllers.NewPodReconciler(client, manager.GetScheme(), manager.GetEventRecorderFor("pod"))
	if err := pods.SetupWithManager(manager); err != nil {
		return nil, fmt.Errorf("set up the controller of Pods: %w", err)
	}
	webhook, err := webhooks.NewJobSetWebhook(client)
	if err != nil {
		return nil, fmt.Errorf("make the webhook of JobSets: %w", err)
	}
	if err := webhook.SetupWebhookWithManager(manager); err != nil {
		return nil, fmt.Errorf("set up the webhook of JobSets: %w", err)
	}
	if err := webhooks.NewPodWebhook(client).SetupWebhookWithManager(manager); err != nil {
		return nil, fmt.Errorf("set up the webhook of Pods: %w", err)
	}
	return manager, manager.AddReadyzCheck("readyz", manager.GetWebhookServer().StartedChecker())
}
