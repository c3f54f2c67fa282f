// Light or dark: as the system is, or as the reader says.
import { signal } from "@preact/signals";

const choices = ["auto", "light", "dark"] as const;
type Theme = (typeof choices)[number];

export const theme = signal<Theme>(choices.find((c) => c === localStorage.getItem("theme")) ?? "auto");

// repainted counts how often the colours became others, for what is drawn on a canvas.
export const repainted = signal(0);

export function keepTheme(): void {
  theme.subscribe((value) => {
    if (value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
    localStorage.setItem("theme", value);
    repainted.value = repainted.peek() + 1;
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { repainted.value++; });
}

export function ThemeChoice() {
  return <label class="choice"><span class="hide-small">Theme</span>
    <select aria-label="Theme" value={theme.value} onChange={(e) => { theme.value = e.currentTarget.value as Theme; }}>
      {choices.map((c) => <option key={c} value={c}>{c}</option>)}
    </select>
  </label>;
}
