// Package notation reads what batch systems write the same way: the numbers of an
// array, times, amounts of memory, and the words of a line.
//
// A Numbering is the numbers that the elements of an array have for people: an
// array 1-100:10 has ten, of which Kubernetes knows the completion indexes 0 to 9.
// In a container, a shell computes the number from the index.
package notation
