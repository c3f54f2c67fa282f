package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
)

// Key is a private key.
type Key struct{ private *ecdsa.PrivateKey }

// Parse reads a private key in PEM: PKCS #8, or SEC 1 as "openssl ecparam -genkey" writes it.
func Parse(text []byte) (Key, error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		var key any
		var err error
		switch block.Type {
		case "EC PARAMETERS":
			continue
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		default:
			return Key{}, fmt.Errorf("a %q cannot be used: the key must be an EC key of P-256 without a password", block.Type)
		}
		if err != nil {
			return Key{}, err
		}
		private, ok := key.(*ecdsa.PrivateKey)
		if !ok || private.Curve != elliptic.P256() {
			return Key{}, errors.New("the key is not an EC key of P-256")
		}
		return Key{private}, nil
	}
	return Key{}, errors.New("there is no private key in PEM")
}

// Sign returns the signature of the content, in base64.
func (k Key) Sign(content []byte) ([]byte, error) {
	digest := sha256.Sum256(content)
	// Without a source of random numbers, the nonce is made of key and digest.
	signature, err := k.private.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	return []byte(base64.StdEncoding.EncodeToString(signature)), nil
}

// Public returns the public key in PEM.
func (k Key) Public() ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(k.private.Public())
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}
