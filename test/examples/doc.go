// Package examples tests what deploy/examples has for other tools, with the libraries that
// these tools are built on.
package examples
