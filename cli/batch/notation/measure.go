package notation

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

// ParseClock reads the times of batch systems: parts with colons between, of
// which the last has the given unit: 90, 1:30:00.
func ParseClock(text string, last time.Duration) (time.Duration, error) {
	units := []time.Duration{time.Second, time.Minute, time.Hour}
	parts := strings.Split(text, ":")
	from := 0
	for from < len(units) && units[from] != last {
		from++
	}
	if len(parts)+from > len(units) {
		return 0, fmt.Errorf("%q is not a time", text)
	}
	var d time.Duration
	for i, part := range parts {
		n, err := Number(part)
		if err != nil {
			return 0, fmt.Errorf("%q is not a time", text)
		}
		unit := units[from+len(parts)-1-i]
		if time.Duration(n) > MaxNumber*time.Second/unit {
			return 0, fmt.Errorf("%q is not a time: it must be from a second up to 68 years", text)
		}
		d += time.Duration(n) * unit
	}
	return Bounded(d, text)
}

// Bounded keeps a time in what a Job can say, and refuses none at all.
func Bounded(d time.Duration, text string) (time.Duration, error) {
	if d < time.Second || d/time.Second > MaxNumber {
		return 0, fmt.Errorf("%q is not a time: it must be from a second up to 68 years", text)
	}
	return d, nil
}

// RunTime reads how long a job may run; 0 is no limit, which all systems have a
// word for.
func RunTime(text string, parse func(text string) (time.Duration, error)) (time.Duration, error) {
	switch strings.ToLower(text) {
	case "unlimited", "infinite", "infinity", "-1":
		return 0, nil
	}
	return parse(text)
}

// memoryUnits are the letters behind numbers, with what they multiply by.
const memoryUnits = "kmgtp"

// ParseMemory reads 4G, 500mb, 1024; unit is the power of 1024 of a number
// alone. The letters of Grid Engine in lower case multiply by 1000.
func ParseMemory(text string, unit int, lowerIsDecimal bool) (resource.Quantity, error) {
	wrong := fmt.Errorf("%q is not an amount of memory, write 4G or 500M", text)
	digits := strings.TrimRight(text, "bBwWkKmMgGtTpPiI")
	suffix := text[len(digits):]
	whole, fraction, _ := strings.Cut(digits, ".")
	n, err := Number(whole)
	if err != nil || len(fraction) > 3 || strings.Trim(fraction, "0123456789") != "" {
		return resource.Quantity{}, wrong
	}
	base := int64(1024)
	letters := strings.ToLower(suffix)
	words := strings.HasSuffix(letters, "w")
	letters = strings.TrimSuffix(strings.TrimRight(letters, "bw"), "i")
	switch {
	case letters == "" && suffix != "":
		unit = 0
	case len(letters) == 1 && strings.Contains(memoryUnits, letters):
		unit = strings.Index(memoryUnits, letters) + 1
		if lowerIsDecimal && suffix[0] >= 'a' {
			base = 1000
		}
	case letters != "":
		return resource.Quantity{}, wrong
	}
	thousandths := int64(n) * 1000
	for i, scale := 0, int64(100); i < len(fraction); i, scale = i+1, scale/10 {
		thousandths += int64(fraction[i]-'0') * scale
	}
	if words {
		thousandths *= 8
	}
	for range unit {
		if thousandths > (1<<62)/base {
			return resource.Quantity{}, fmt.Errorf("%q is more memory than there is", text)
		}
		thousandths *= base
	}
	format := resource.BinarySI
	if base == 1000 {
		format = resource.DecimalSI
	}
	return *resource.NewQuantity(thousandths/1000, format), nil
}

// Times returns a quantity n times.
func Times(q resource.Quantity, n int64) resource.Quantity {
	product := q.DeepCopy()
	product.Mul(n)
	return product
}
