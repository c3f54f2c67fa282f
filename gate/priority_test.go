package gate

import (
	"testing"

	"github.com/stretchr/testify/require"
	schedulingv1 "k8s.io/api/scheduling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestThePriorityOfAJob(t *testing.T) {
	t.Parallel()
	none, classes := PriorityClasses{}, PriorityClasses{}
	for name, class := range map[string]PriorityClass{
		"high": {Value: 1000}, "low": {Value: -5}, "usual": {Value: 10, Default: true}, "also-usual": {Value: 7, Default: true},
	} {
		classes.Set(&schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: name}, Value: class.Value, GlobalDefault: class.Default})
	}
	for name, test := range map[string]struct {
		annotation, class string
		classes           PriorityClasses
		want              int64
		wrong             string
	}{
		"the annotation comes first":                    {"3", "high", classes, 3, ""},
		"an annotation of 0 is one, too":                {"0", "high", classes, 0, ""},
		"then the class of the pods":                    {"", "high", classes, 1000, ""},
		"a class may be below 0":                        {"", "low", classes, -5, ""},
		"then the lowest of the classes by default":     {"", "", classes, 7, ""},
		"a class that does not exist":                   {"", "none", classes, 0, ""},
		"no class at all":                               {"", "", none, 0, ""},
		"a class that every cluster has":                {"", "system-node-critical", BuiltInPriorityClasses(), 2_000_001_000, ""},
		"what is no number does not fall back to class": {"much", "high", classes, 0, "much"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := waiting()
			job.Spec.Template.Spec.PriorityClassName = test.class
			if test.annotation != "" {
				metav1.SetMetaDataAnnotation(&job.ObjectMeta, PriorityAnnotation, test.annotation)
			}
			p, wrong := observePriority(job)
			require.Equal(t, test.want, test.classes.Of(p))
			require.Equal(t, test.wrong, wrong)
		})
	}
}
