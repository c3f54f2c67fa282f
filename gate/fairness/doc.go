// Package fairness keeps one namespace from taking the gate's time from the others: of
// what waits namespaces take turns, and one whose decisions take long has fewer of them.
package fairness
