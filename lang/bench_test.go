package lang

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func namesList(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("etl-step-%04d", i)
	}
	return strings.Join(names, ", ")
}

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{
		"3 names":           "extract, etl/validate, load",
		"3000 names":        namesList(3000),
		"3 checks":          "(train or failed(tune, reason=DeadlineExceeded)), licence",
		"3 checks of sets":  "succeeded(shards[*]) >= 90%, finished(cleanup) + 10m, failed(a, b, c) >= 1",
		"3 checks by index": "blur[i-1 .. i+1], a[i/10], b[i%10]",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkParseLength shows that the time is linear in the text: ns/byte stays
// the same from 1 KiB to 64 KiB.
func BenchmarkParseLength(b *testing.B) {
	fill := func(unit string, size int) string { return strings.Repeat(unit, size/len(unit)) }
	for _, kind := range []struct {
		name string
		text func(size int) string
	}{
		{"names", func(n int) string { return fill("some-job, ", n) }},
		{"alternatives", func(n int) string { return fill("a or ", n) + "a" }},
		{"groups", func(n int) string { return fill("(a or b), ", n) }},
		{"nested", func(n int) string { return fill(strings.Repeat("(", 32)+"a"+strings.Repeat(")", 32)+", ", n) }},
		{"too deep", func(n int) string { return fill("(", n) }},
		{"not", func(n int) string { return fill("not ", n) }},
		{"calls", func(n int) string { return fill("failed(", n) }},
		{"indexes", func(n int) string { return fill("a[i-1 .. i+1], ", n) }},
		{"index nesting", func(n int) string { return "a[" + fill("(", n) + "i" }},
		{"long index", func(n int) string { return "a[i" + fill("+1", n) + "]" }},
		{"brackets", func(n int) string { return fill("[", n) }},
		{"braces", func(n int) string { return fill("{", n) }},
		{"quotes", func(n int) string { return fill("\"'", n) }},
		{"commas", func(n int) string { return fill(",", n) }},
		{"signs", func(n int) string { return fill("&|!#;", n) }},
		{"mixed", func(n int) string { return fill("a, b or ", n) + "c" }},
		{"junk", func(n int) string { return fill("\xff\x00$é\u202e", n) }},
		{"one word", func(n int) string { return fill("a", n) }},
	} {
		for _, size := range []int{1 << 10, 8 << 10, 64 << 10} {
			text := kind.text(size)
			b.Run(fmt.Sprintf("%s/%dK", kind.name, size>>10), func(b *testing.B) {
				for b.Loop() {
					_, _ = Parse(text)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(text)), "ns/byte")
			})
		}
	}
}

func BenchmarkRenderGarbage(b *testing.B) {
	for name, unit := range map[string]string{
		"signs": "$%&/()=?{[]}", "bytes": "\xff\x00\x80", "words": "A_b c ", "lines": "a b\n", "wide": "数据 ",
	} {
		text := strings.Repeat(unit, 64<<10/len(unit))
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := Parse(text)
				if err == nil || err.Error() == "" {
					b.Fatal("no error")
				}
			}
		})
	}
}

func BenchmarkEval(b *testing.B) {
	w := world{}
	for _, name := range []string{"extract", "validate", "load"} {
		w.put(Job("etl", name), &Object{Outcome: Succeeded})
	}
	e, _ := Parse("extract, etl/validate, load")
	s := &Subject{Ref: Job("etl", "report")}
	b.ReportAllocs()
	for b.Loop() {
		if e.Eval(w, s, time.Time{}).Value != True {
			b.Fatal("not true")
		}
	}
}

// BenchmarkElements decides 100,000 elements, with the reading of the
// completedIndexes text, of which every third (with i*10, every thirtieth) is
// still missing: as many runs as an array of its size can have.
func BenchmarkElements(b *testing.B) {
	const size = 100_000
	missing := func(size, every int) string {
		var text strings.Builder
		for i := 0; i < size; i += every {
			fmt.Fprintf(&text, ",%d-%d", i, i+every-2)
		}
		return text.String()[1:]
	}
	for _, expression := range []string{
		"a[i]", "a[i-1..i+1]", "a[i*10..i*10+9]", "a[i/10]", "a[i%10]", "a[i*3/2 .. i*3/2+1]", "self[i-1]", "self[0..i-1]",
		"succeeded(a[i-1..i+1]) >= 2", "finished(a[i]) + 10m", "a[i..i+9:3]",
	} {
		e, err := Parse(expression)
		if err != nil {
			b.Fatal(err)
		}
		large, text := size, missing(size, 3)
		if strings.Contains(expression, "*10") {
			large, text = size*10, missing(size*10, 30)
		}
		b.Run(expression, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				set, err := ParseIndexes(text)
				if err != nil {
					b.Fatal(err)
				}
				w := world{}
				w.put(Job("", "a"), &Object{Array: &Array{Size: int64(large), Completed: set}})
				own := &Object{Array: &Array{Size: size, Completed: set}}
				e.EvalElements(w, &Subject{Ref: Job("", "me"), Object: own}, time.Time{})
			}
		})
	}
}
