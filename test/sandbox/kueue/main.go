// Command kueue is Kueue's manager for one machine: its controllers, its webhooks and its scheduler, set up
// as upstream's main does, without MultiKueue, provisioning, topology and the visibility server.
//
// It is a module of its own because Kueue is made for another client-go than the control plane.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/discovery"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	configapi "sigs.k8s.io/kueue/apis/config/v1beta2"
	kueue "sigs.k8s.io/kueue/apis/kueue/v1beta2"
	qcache "sigs.k8s.io/kueue/pkg/cache/queue"
	schdcache "sigs.k8s.io/kueue/pkg/cache/scheduler"
	"sigs.k8s.io/kueue/pkg/config"
	"sigs.k8s.io/kueue/pkg/constants"
	"sigs.k8s.io/kueue/pkg/controller/core"
	"sigs.k8s.io/kueue/pkg/controller/core/indexer"
	"sigs.k8s.io/kueue/pkg/controller/jobframework"
	_ "sigs.k8s.io/kueue/pkg/controller/jobs" // they register themselves
	"sigs.k8s.io/kueue/pkg/scheduler"
	preemptexpectations "sigs.k8s.io/kueue/pkg/scheduler/preemption/expectations"
	"sigs.k8s.io/kueue/pkg/util/kubeversion"
	"sigs.k8s.io/kueue/pkg/webhooks"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "version" {
		printVersion()
		return
	}
	file := flag.String("config", "", "file with Kueue's configuration")
	features := flag.String("feature-gates", "", "features that are on or off, as in AdmissionGatedBy=true")
	flag.Parse()
	ctrl.SetLogger(zap.New())
	if err := run(ctrl.SetupSignalHandler(), *file, *features); err != nil {
		fmt.Fprintln(os.Stderr, "kueue:", err)
		os.Exit(1)
	}
}

// newScheme knows Kubernetes, Kueue and every kind of workload.
func newScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, kueue.AddToScheme, configapi.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	return scheme, jobframework.ForEachIntegration(func(_ string, callbacks jobframework.IntegrationCallbacks) error {
		if callbacks.AddToScheme == nil {
			return nil
		}
		return callbacks.AddToScheme(scheme)
	})
}

func run(ctx context.Context, file, features string) error {
	scheme, err := newScheme()
	if err != nil {
		return fmt.Errorf("make the scheme: %w", err)
	}
	options, cfg, err := config.Load(scheme, file)
	if err != nil {
		return fmt.Errorf("load the configuration: %w", err)
	}
	if err := utilfeature.DefaultMutableFeatureGate.Set(features); err != nil {
		return fmt.Errorf("set the feature gates: %w", err)
	}
	config.AddWebhookSettingsTo(&options, &cfg)
	options.Metrics = metricsserver.Options{BindAddress: cfg.Metrics.BindAddress}
	manager, err := newManager(ctx, options, &cfg)
	if err != nil {
		return err
	}
	return manager.Start(ctx)
}

// newManager returns the manager with all that upstream's main puts into it, in its order.
func newManager(ctx context.Context, options ctrl.Options, cfg *configapi.Configuration) (ctrl.Manager, error) {
	client, err := ctrl.GetConfig()
	if err != nil {
		return nil, err
	}
	client.QPS = -1 // the API server has its own limits
	manager, err := ctrl.NewManager(client, options)
	if err != nil {
		return nil, err
	}
	cache := schdcache.New(manager.GetClient())
	requeuer := qcache.NewRequeuer()
	if err := manager.Add(requeuer); err != nil {
		return nil, err
	}
	expectations := preemptexpectations.New()
	queues := qcache.NewManager(manager.GetClient(), cache, requeuer, qcache.WithPreemptionExpectations(expectations))
	if err := indexer.Setup(ctx, manager.GetFieldIndexer()); err != nil {
		return nil, err
	}
	enabled := jobframework.WithEnabledFrameworks(cfg.Integrations.Frameworks)
	if err := jobframework.SetupIndexes(ctx, manager.GetFieldIndexer(), enabled); err != nil {
		return nil, err
	}
	server, err := serverVersion(manager)
	if err != nil {
		return nil, err
	}
	if name, err := core.SetupControllers(manager, queues, cache, cfg, nil, expectations, nil); err != nil {
		return nil, fmt.Errorf("set up controller %s: %w", name, err)
	}
	err = jobframework.SetupControllers(ctx, manager, ctrl.Log.WithName("setup"), enabled,
		jobframework.WithManageJobsWithoutQueueName(cfg.ManageJobsWithoutQueueName),
		jobframework.WithManagedJobsNamespaceSelector(labels.Everything()),
		jobframework.WithWaitForPodsReady(cfg.WaitForPodsReady),
		jobframework.WithKubeServerVersion(server),
		jobframework.WithManagerName(constants.KueueName),
		jobframework.WithCache(cache),
		jobframework.WithQueues(queues))
	if err != nil {
		return nil, fmt.Errorf("set up the controllers of workloads: %w", err)
	}
	if name, err := webhooks.Setup(manager, nil); err != nil {
		return nil, fmt.Errorf("set up webhook %s: %w", name, err)
	}
	if err := manager.AddReadyzCheck("readyz", manager.GetWebhookServer().StartedChecker()); err != nil {
		return nil, err
	}
	go queues.CleanUpOnContext(ctx)
	go cache.CleanUpOnContext(ctx)
	//nolint:staticcheck // what Kueue of this version takes
	recorder := manager.GetEventRecorderFor(constants.AdmissionName)
	return manager, manager.Add(scheduler.New(queues, cache, manager.GetClient(), recorder,
		scheduler.WithPreemptionExpectations(expectations)))
}

// serverVersion returns what knows the version of the API server, and keeps it up to date.
func serverVersion(manager ctrl.Manager) (*kubeversion.ServerVersionFetcher, error) {
	client, err := discovery.NewDiscoveryClientForConfig(manager.GetConfig())
	if err != nil {
		return nil, err
	}
	fetcher := kubeversion.NewServerVersionFetcher(client)
	if err := fetcher.FetchServerVersion(); err != nil {
		return nil, fmt.Errorf("get the version of the API server: %w", err)
	}
	return fetcher, manager.Add(fetcher)
}
