// Package transcript reads pages on which commands stand with what they print, so that tests
// can run the commands and compare.
package transcript
