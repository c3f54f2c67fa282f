// Package transport wraps the connection to the API server: it learns the server's
// time, gives up watches that nobody answers, and keeps what is not urgent out of the way.
package transport
