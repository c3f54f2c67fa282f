// Package done is the command "depctl done": it says that something is over that no Job of the cluster
// does, such as an approval. What Jobs wait for is then a name, as always.
package done
