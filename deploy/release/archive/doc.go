// Package archive packs files, so that the same files give the same bytes: in the order of their names, with no
// owner, and with one time for all.
package archive
