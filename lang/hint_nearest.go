package lang

// Nearest returns the word that word most likely stands for, "" if none is
// near: at most a third of its letters, and at most 3, are wrong.
func Nearest(word string, words []string) string {
	best, least := "", min(3, len(word)/3)+1
	if len(word) > 40 {
		return ""
	}
	for _, w := range words {
		if len(w)-len(word) >= least || len(word)-len(w) >= least {
			continue
		}
		if d := distance(word, w); d < least {
			best, least = w, d
		}
	}
	return best
}

// distance is how many letters must be put, taken, changed or swapped with
// their neighbour to get from a to b.
func distance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	before, last, now := rows[0], rows[1], rows[2]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}
