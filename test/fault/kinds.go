package fault

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/test/clusterworkload"
	"depctl.dev/test/history"
	"depctl.dev/test/sandbox"
)

// Kinds is all that can be done to a field.
var Kinds = []Kind{
	{Name: "kill", Ends: true, do: kill},
	{Name: "leader", Ends: true, do: leader},
	{Name: "refuse", fault: func(hit func(string)) Fault { return Refuse(20, hit) }},
	{Name: "break", fault: func(hit func(string)) Fault { return Break(20, hit) }},
	{Name: "forget", fault: Forget},
	{Name: "expire", do: expire},
	{Name: "stale", fault: func(hit func(string)) Fault { return Delay(3*time.Second, hit) }},
	{Name: "repeat", fault: func(hit func(string)) Fault { return Repeat(30, hit) }},
	{Name: "swap", fault: func(hit func(string)) Fault { return Swap(30, hit) }},
	{Name: "storm", do: storm},
	{Name: "second", do: second},
	{Name: "scope", do: scope},
	{Name: "hostile", do: hostile},
	{Name: "api-kill", Cluster: true, do: func(ctx context.Context, f *Field) error { return restartAPI(ctx, f, 0) }},
	{Name: "api-stop", Cluster: true, do: func(ctx context.Context, f *Field) error { return restartAPI(ctx, f, 3*time.Second) }},
	{Name: "compact", Cluster: true, do: compact},
	{Name: "rbac", Cluster: true, do: revoke},
}

// fixing is how long it may take to make good what was broken.
const fixing = 2 * time.Minute

// moments does something at n random moments of the field's span, or until ctx is
// done. What do has begun it ends, also after that.
func (f *Field) moments(ctx context.Context, n int, do func(context.Context) error) error {
	at := make([]time.Duration, n)
	for i := range at {
		at[i] = rand.N(f.Span)
	}
	slices.Sort(at)
	start := time.Now()
	for _, moment := range at {
		if !pause(ctx, time.Until(start.Add(moment))) {
			return nil
		}
		fix, cancel := context.WithTimeout(context.WithoutCancel(ctx), fixing)
		err := do(fix)
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}

// pause waits, and returns false if ctx is done before.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// kill kills the gate, which starts again at once.
func kill(ctx context.Context, f *Field) error {
	return f.moments(ctx, 20, func(context.Context) error {
		f.hit("gate killed")
		return f.Gate.Restart()
	})
}

// expire cuts the watch, and where it was is forgotten.
func expire(ctx context.Context, f *Field) error {
	return f.moments(ctx, 6, func(ctx context.Context) error {
		f.Proxy.Inject(append([]Fault{Expire(f.hit)}, f.faults...)...)
		f.Proxy.Cut()
		pause(ctx, time.Second)
		f.Proxy.Inject(f.faults...)
		return nil
	})
}

// restartAPI restarts the API server: without grace by SIGKILL, with it as a
// rollout does.
func restartAPI(ctx context.Context, f *Field, grace time.Duration) error {
	return f.moments(ctx, 2, func(ctx context.Context) error {
		f.restarting.Lock()
		defer f.restarting.Unlock()
		if grace > 0 {
			f.hit("API server stopped")
			if err := f.Sandbox.Terminate(sandbox.APIServer, grace); err != nil {
				return err
			}
		} else {
			f.hit("API server killed")
		}
		return f.Sandbox.Restart(ctx, sandbox.APIServer)
	})
}

// compact cuts the gate off, lets things happen, has etcd forget them and the API
// server too, and lets the gate come back.
func compact(ctx context.Context, f *Field) error {
	return f.moments(ctx, 1, func(ctx context.Context) error {
		f.hit("etcd compacted")
		f.Proxy.Inject(Lose)
		f.Proxy.Cut()
		defer func() { f.Proxy.Inject(f.faults...) }()
		pause(ctx, 2*time.Second)
		at, err := f.Sandbox.Etcd()
		if err == nil {
			err = history.Compact(ctx, at)
		}
		if err != nil {
			return err
		}
		f.restarting.Lock()
		defer f.restarting.Unlock()
		return f.Sandbox.Restart(ctx, sandbox.APIServer)
	})
}

// revoke takes the gate's rights away, cuts its watch, which would outlast them,
// and gives the rights back.
func revoke(ctx context.Context, f *Field) error {
	const name = "depctl-gate"
	bindings := f.Client.RbacV1().ClusterRoleBindings()
	return f.moments(ctx, 2, func(ctx context.Context) error {
		binding, err := bindings.Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return fmt.Errorf("reading the gate's rights: %w", err)
		}
		f.hit("rights taken")
		if err := bindings.Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
			return fmt.Errorf("taking the gate's rights: %w", err)
		}
		f.Proxy.Cut()
		pause(ctx, rand.N(6*time.Second))
		binding.ObjectMeta = metav1.ObjectMeta{Name: name, Labels: binding.Labels, Annotations: binding.Annotations}
		return clusterworkload.Persist(ctx, func() error {
			_, err := bindings.Create(ctx, binding, metav1.CreateOptions{})
			return err
		})
	})
}

// second runs another gate beside the first, with no proxy between, and kills it
// again and again.
func second(ctx context.Context, f *Field) error { return beside(ctx, f, f.Args) }

// scope runs one that has a part of the namespaces.
func scope(ctx context.Context, f *Field) error {
	return beside(ctx, f, []string{"--namespaces", f.Spaces[0]})
}

func beside(ctx context.Context, f *Field, args []string) error {
	fix, cancel := context.WithTimeout(context.WithoutCancel(ctx), fixing)
	defer cancel()
	var other *sandbox.Gate
	err := clusterworkload.Persist(fix, func() (err error) {
		other, err = f.Sandbox.StartGate(fix, sandbox.GateOptions{Args: args})
		return err
	})
	if err != nil {
		return err
	}
	err = f.moments(ctx, 6, func(context.Context) error {
		f.hit("second gate killed")
		return other.Restart()
	})
	<-ctx.Done()
	if err != nil {
		return err
	}
	return other.Kill()
}
