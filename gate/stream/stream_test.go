package stream

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/utils/ptr"
)

func TestWhatAWatchGoesOnAfter(t *testing.T) {
	t.Parallel()
	known := metav1.ListOptions{ResourceVersion: "7"}
	for name, test := range map[string]struct {
		err  error
		o    metav1.ListOptions
		want bool
	}{
		"no backend":                        {apierrors.NewServiceUnavailable("none"), known, true},
		"a gateway that waited":             {apierrors.NewTimeoutError("late", 1), known, true},
		"an error of the server":            {apierrors.NewInternalError(errors.New("no")), known, true},
		"a connection that is cut":          {errors.New("EOF"), known, true},
		"a version that is not known":       {apierrors.NewResourceExpired("old"), known, false},
		"no right":                          {apierrors.NewForbidden(schema.GroupResource{}, "", nil), known, false},
		"a watch that would send the start": {apierrors.NewServiceUnavailable("none"), metav1.ListOptions{ResourceVersion: "7", SendInitialEvents: ptr.To(true)}, false},
		"nothing was listed":                {apierrors.NewServiceUnavailable("none"), metav1.ListOptions{}, false},
	} {
		got := resumable(test.err, test.o)
		require.Equal(t, test.want, apierrors.IsTooManyRequests(got), name)
		require.True(t, strings.Contains(got.Error(), test.err.Error()), name)
	}
	require.NoError(t, resumable(nil, known))
}
