// Program depctl, as a version that does not change: scripts look at what it prints.
package main
