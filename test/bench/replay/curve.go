package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// draw runs with each size, prints a table of what changes with it, and writes a plot.
func draw(ctx context.Context, o options) error {
	table := "| Jobs that wait | edges | list s | then all decided s | peak RSS MiB | completion to release p50, p99 ms |\n|---|---|---|---|---|---|\n"
	var decided, memory, middle, late series
	for _, n := range o.sizes {
		o.jobs, o.running = n, max(1000, n/10)
		r, err := replay(ctx, o)
		if err != nil {
			return err
		}
		p50, p99 := r.reactions[len(r.reactions)/2], r.reactions[len(r.reactions)*99/100]
		table += fmt.Sprintf("| %d | %d | %.2f | %.2f | %.0f | %.1f, %.1f |\n", n, r.edges,
			r.listed.Seconds(), r.decided.Seconds(), r.peak, ms(p50), ms(p99))
		decided = append(decided, point{float64(n), r.decided.Seconds()})
		memory = append(memory, point{float64(n), r.peak})
		middle, late = append(middle, point{float64(n), ms(p50)}), append(late, point{float64(n), ms(p99)})
	}
	fmt.Print("\n", table)
	picture := plot(
		panel{"after the list: all decided, s", []series{decided}, nil},
		panel{"peak RSS, MiB", []series{memory}, nil},
		panel{"completion to release, ms", []series{middle, late}, []string{"p50", "p99"}},
	)
	return os.WriteFile(o.curve, []byte(picture), 0o644)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
