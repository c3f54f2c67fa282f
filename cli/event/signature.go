package event

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// SignatureHeader is the header with the signature of a body, as GitHub and others send it.
const SignatureHeader = "X-Hub-Signature-256"

// shortestSecret is how long the key of a signature must be, in bytes: a short one can be guessed
// from one request that was seen.
const shortestSecret = 16

// Sign returns the value of the header for a body.
func Sign(secret, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// SecretFits reports whether a key is long enough.
func SecretFits(secret []byte) bool { return len(secret) >= shortestSecret }

// Signed reports whether a signature is that of the body, in a time that does not say how much of
// it is right.
func Signed(secret, body []byte, signature string) bool {
	given, found := strings.CutPrefix(signature, "sha256=")
	sum, err := hex.DecodeString(given)
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	return hmac.Equal(mac.Sum(nil), sum) && found && err == nil && SecretFits(secret)
}
