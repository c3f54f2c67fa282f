package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

//go:embed axe/axe.min.js
var axe string

// Axe returns what axe-core finds against the accessibility of the page as it is now: a line for
// each rule that is broken, with where.
func (b *Tab) Axe() (found []string) {
	b.t.Helper()
	// A world of its own: the policy of the page forbids scripts of others, and rightly so.
	b.Run(chromedp.ActionFunc(func(ctx context.Context) error {
		tree, err := page.GetFrameTree().Do(ctx)
		if err != nil {
			return fmt.Errorf("finding the page: %w", err)
		}
		world, err := page.CreateIsolatedWorld(tree.Frame.ID).WithWorldName("axe").Do(ctx)
		if err != nil {
			return fmt.Errorf("making a world for axe-core: %w", err)
		}
		for _, script := range []string{axe + "; []", `(async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html + ": " + n.failureSummary)))()`} {
			result, wrong, err := runtime.Evaluate(script).WithContextID(world).WithAwaitPromise(true).WithReturnByValue(true).Do(ctx)
			switch {
			case err != nil:
				return fmt.Errorf("running axe-core: %w", err)
			case wrong != nil:
				return fmt.Errorf("running axe-core: %w", wrong)
			}
			if err := json.Unmarshal(result.Value, &found); err != nil {
				return fmt.Errorf("reading what axe-core says: %w", err)
			}
		}
		return nil
	}))
	return found
}
