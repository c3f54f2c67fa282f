// Package parse is the command "depctl parse": what does an expression mean? It draws
// its tree (exprtree.go), or prints it as data (parsejson.go).
package parse
