// Package bundle renders the manifests of deploy/ with the images of a release, as "kubectl kustomize" does.
package bundle
