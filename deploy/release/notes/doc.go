// Package notes takes the notes of a release out of the changelog.
package notes
