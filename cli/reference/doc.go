// Package reference reads the names of Jobs that people give to commands: NAME,
// NAMESPACE/NAME as in expressions, and kubectl's TYPE/NAME, TYPE.GROUP/NAME and
// TYPE.VERSION.GROUP/NAME, which "-o name" prints.
package reference
