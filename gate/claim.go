package gate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// Claim is a Job in line for tokens.
type Claim struct {
	Ref      lang.Ref
	Needs    limit.Needs
	Priority int64
	// said is what the Job says of its priority.
	said Priority
	// Rank is how long the longest path takes that begins with the Job.
	Rank    time.Duration
	Created time.Time
}

// ClaimOf returns the claim of a Job that wants tokens.
func ClaimOf(job Job, needs limit.Needs, rank time.Duration, classes PriorityClasses) Claim {
	return Claim{
		Ref: job.Ref(), Needs: needs, Priority: classes.Of(job.Uses.Priority), said: job.Uses.Priority, Rank: rank, Created: job.Created,
	}
}

// By returns the claim as it is with these PriorityClasses.
func (c Claim) By(classes PriorityClasses) Claim {
	c.Priority = classes.Of(c.said)
	return c
}

// Compare orders the claims of one namespace: by priority, by rank, by age, by name.
func (c Claim) Compare(o Claim) int {
	return cmp.Or(cmp.Compare(o.Priority, c.Priority), cmp.Compare(o.Rank, c.Rank), c.Created.Compare(o.Created), c.Ref.Compare(o.Ref))
}

// LimitMaps are the data of the ConfigMaps of limits, by namespace.
type LimitMaps map[string]map[string]string

// Missing says why there is no such limit.
func (m LimitMaps) Missing(name limit.Name) string {
	if text, there := m[name.Namespace][name.Key]; there {
		if _, err := limit.ParseTokens(text); err != nil {
			return fmt.Sprintf("limit %s in ConfigMap %s/%s: %s", name.Key, name.Namespace, LimitsName, err)
		}
	}
	hint := ""
	if near := lang.Nearest(name.Key, slices.Sorted(maps.Keys(m[name.Namespace]))); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Sprintf("there is no limit %s in ConfigMap %s/%s%s", name.Key, name.Namespace, LimitsName, hint)
}

// Fill sets the limits of a pool.
func (m LimitMaps) Fill(set func(name limit.Name, tokens int64)) {
	for namespace, data := range m {
		for key, text := range data {
			if n, err := limit.ParseTokens(text); err == nil {
				set(limit.Name{Namespace: namespace, Key: key}, n)
			}
		}
	}
}

// Stock tells how many tokens a limit has, how many are held, and whether it exists.
type Stock interface {
	Tokens(name limit.Name) (tokens, used int64, exists bool)
}

// Lack says what a Job lacks that was given no tokens.
func (m LimitMaps) Lack(stock Stock, job Job, needs limit.Needs) Grant {
	var short []string
	var full string
	for _, need := range needs {
		if countsStarting(need.Limit) {
			full = cmp.Or(full, crowd(stock, need))
			continue
		}
		there, used, exists := stock.Tokens(need.Limit)
		switch {
		case !exists:
			return Grant{Problem: &lang.Problem{Message: m.Missing(need.Limit)}}
		case there == 0:
			short = append(short, fmt.Sprintf("%s is closed, with 0 tokens", need.Limit))
		case need.Tokens > there:
			return Grant{TooMany: true, Problem: &lang.Problem{Message: tooMany(job, needs, need, there)}}
		case need.Tokens > there-used:
			short = append(short, fmt.Sprintf("%d of %s, of which %d of %d are in use", need.Tokens, need.Limit, used, there))
		}
	}
	switch {
	case len(short) > 0:
	case full != "":
		return Grant{Crowd: full}
	case len(Named(needs)) == 0:
		return Grant{Crowd: "others are to start before it (--max-starting)"}
	default:
		return Grant{Short: "others are before it in line for " + Named(needs).String()}
	}
	return Grant{Short: strings.Join(short, ", ")}
}

// tooMany says that a Job, or each of its elements, takes more of a limit than there is.
func tooMany(job Job, needs limit.Needs, need limit.Need, there int64) string {
	if each, _ := job.takesPerPod(); slices.Equal(each, Named(needs)) {
		return fmt.Sprintf("each of its pods takes %d tokens of %s, which has %d in all: raise the limit, or take fewer", need.Tokens, need.Limit, there)
	}
	fewer := "lower spec.parallelism"
	if job.Object.Array != nil {
		fewer = "lower " + ArrayLimitAnnotation + ", or have elements take them one by one: kubectl apply -k deploy/arrays"
	}
	return fmt.Sprintf("its %d pods take %d tokens of %s together, which has %d in all: raise the limit, or %s", job.Pods(), need.Tokens, need.Limit, there, fewer)
}

// JobOfPod returns the UID of the Job that made a pod. An orphan has its label left.
func JobOfPod(pod *corev1.Pod) types.UID {
	if owner := metav1.GetControllerOfNoCopy(pod); owner != nil {
		return owner.UID
	}
	return types.UID(pod.Labels[batchv1.ControllerUidLabel])
}

// Taken returns the tokens that a Job has. What a release has recorded counts: the policies
// keep others from it. What a Job says that runs unheld counts of another namespace's limits
// only where its service account may use them.
func (j Job) Taken(answer func(Question) Answer) limit.Needs {
	recorded := j.Uses.Recorded != ""
	return slices.DeleteFunc(j.Holds(), func(n limit.Need) bool {
		return !recorded && n.Limit.Namespace != j.Namespace && answer(j.UsesLimits(n.Limit.Namespace)) != Allowed
	})
}
