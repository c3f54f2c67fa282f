package plan

// The roles of what is drawn; each has a colour in each theme.
const (
	inkPaper    = "paper"
	inkBand     = "band"
	inkGrid     = "grid"
	inkText     = "text"
	inkFaint    = "faint"
	inkBar      = "bar"
	inkCritical = "critical"
	inkOnBar    = "onbar"
	inkOnRed    = "oncritical"
)

// The themes of a picture.
const (
	themeLight = "light"
	themeDark  = "dark"
)

// inks returns the colours of a theme, as RRGGBB. Those of the bars are of
// Okabe and Ito's set, which people who see few colours can tell apart.
func inks(theme string) map[string]string {
	if theme == themeDark {
		return map[string]string{
			inkPaper: "14181d", inkBand: "1c2229", inkGrid: "39424d", inkText: "e6e9ed", inkFaint: "9aa5b1",
			inkBar: "56b4e9", inkCritical: "e69f00", inkOnBar: "0b1015", inkOnRed: "0b1015",
		}
	}
	return map[string]string{
		inkPaper: "ffffff", inkBand: "f3f5f7", inkGrid: "d3d9df", inkText: "1b1f24", inkFaint: "57606a",
		inkBar: "0072b2", inkCritical: "d55e00", inkOnBar: "ffffff", inkOnRed: "ffffff",
	}
}

// inkOrder is the order in which a style sheet has the inks.
func inkOrder() []string {
	return []string{inkPaper, inkBand, inkGrid, inkText, inkFaint, inkBar, inkCritical, inkOnBar, inkOnRed}
}
