package fault

import (
	"context"
	"time"

	"depctl.dev/test/clusterworkload"
	"depctl.dev/test/sandbox"
)

// leader puts two gates in the place of the one, of which one leads, and kills the
// one that leads again and again. What ends is started again, as a kubelet would.
func leader(ctx context.Context, f *Field) error {
	if err := f.Gate.Kill(); err != nil {
		return err
	}
	var gates [2]*sandbox.Gate
	fix, cancel := context.WithTimeout(context.WithoutCancel(ctx), fixing)
	defer cancel()
	for i := range gates {
		gate, err := f.electable(fix)
		if err != nil {
			return err
		}
		gates[i] = gate
		defer func() { _ = gate.Kill() }()
	}
	// The first leads first, and whichever was not killed last leads now.
	const lead = 6 * time.Second
	next := time.Now().Add(lead)
	for i := 0; pause(ctx, 200*time.Millisecond); {
		if time.Now().After(next) {
			f.hit("leader killed")
			if err := gates[i%2].Restart(); err != nil {
				return err
			}
			i, next = i+1, time.Now().Add(lead)
		}
		for _, gate := range gates {
			select {
			case <-gate.Done():
				if err := gate.Restart(); err != nil {
					return err
				}
			default:
			}
		}
	}
	return f.Gate.Restart()
}

// electable starts a gate that stands for election, with a lease that is over
// soon.
func (f *Field) electable(ctx context.Context) (*sandbox.Gate, error) {
	var gate *sandbox.Gate
	err := clusterworkload.Persist(ctx, func() (err error) {
		gate, err = f.Sandbox.StartGate(ctx, sandbox.GateOptions{Args: append([]string{
			"--leader-elect", "--leader-elect-lease-duration=3s", "--leader-elect-renew-deadline=2s", "--leader-elect-retry-period=500ms",
		}, f.Args...)})
		return err
	})
	if err != nil {
		return nil, err
	}
	return gate, gate.WaitReady(ctx)
}
