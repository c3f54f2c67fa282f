// Package access knows what Jobs may look at in other namespaces. It asks the API
// server, by access reviews, for the rights of their service accounts.
package access
