// Package signature signs files with a key, as "cosign sign-blob --key" does, so that they can be verified without
// a network: ECDSA with P-256 over SHA-256, in ASN.1 and base64. The same key and content give the same signature
// (RFC 6979).
package signature
