package main

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
)

// watchJobs watches the Jobs of a namespace from now on, and returns the
// resourceVersion of now.
func watchJobs(ctx context.Context, client kubernetes.Interface, namespace string) (watch.Interface, string, error) {
	list, err := client.BatchV1().Jobs(namespace).List(ctx, metav1.ListOptions{Limit: 1})
	if err != nil {
		return nil, "", err
	}
	w, err := watchtools.NewRetryWatcherWithContext(ctx, list.ResourceVersion, &cache.ListWatch{
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return client.BatchV1().Jobs(namespace).Watch(ctx, o)
		},
	})
	return w, list.ResourceVersion, err
}

// watchPods watches the pods of a namespace from a resourceVersion on, those that the fields select.
func watchPods(ctx context.Context, client kubernetes.Interface, namespace, version, fields string) (watch.Interface, error) {
	return watchtools.NewRetryWatcherWithContext(ctx, version, &cache.ListWatch{
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.FieldSelector = fields
			return client.CoreV1().Pods(namespace).Watch(ctx, o)
		},
	})
}
