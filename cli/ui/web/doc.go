// Package web has the page of depctl ui, as a browser gets it.
//
// The page is TypeScript in src: main.tsx begins it, place.ts keeps its state in the
// URL, stream.ts hears of the cluster, and each view has a file of its name. graph
// draws on a canvas. "make ui" bundles all of it into dist, which is committed, so
// that neither node nor npm is needed to build depctl. src/test has the tests of what the
// page decides for itself, which run in a browser; vendor has the three libraries
// that are bundled, with their licences.
//
// No rule of depctl, no word for a state, no sign and no colour is in src: they come
// from the server, which has them from the packages that the commands use.
package web
