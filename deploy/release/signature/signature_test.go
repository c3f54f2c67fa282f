package signature

import (
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func openssl(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("there is no openssl, which makes the keys and verifies by itself")
	}
	cmd := exec.Command("openssl", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestSignaturesAreThoseThatOthersVerify has openssl make the keys and check the signatures.
func TestSignaturesAreThoseThatOthersVerify(t *testing.T) {
	for name, args := range map[string][]string{
		"SEC 1, with parameters": {"ecparam", "-name", "prime256v1", "-genkey", "-out", "key.pem"},
		"PKCS #8":                {"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "key.pem"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			out, err := openssl(t, dir, args...)
			require.NoError(t, err, out)
			text, err := os.ReadFile(filepath.Join(dir, "key.pem"))
			require.NoError(t, err)
			key, err := Parse(text)
			require.NoError(t, err)
			signature, err := key.Sign([]byte("content"))
			require.NoError(t, err)
			again, err := key.Sign([]byte("content"))
			require.NoError(t, err)
			require.Equal(t, signature, again)
			public, err := key.Public()
			require.NoError(t, err)

			raw, err := base64.StdEncoding.DecodeString(string(signature))
			require.NoError(t, err)
			for file, content := range map[string][]byte{"signature": raw, "public.pem": public, "content": []byte("content"), "other": []byte("contents")} {
				require.NoError(t, os.WriteFile(filepath.Join(dir, file), content, 0o600))
			}
			out, err = openssl(t, dir, "dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "content")
			require.NoError(t, err, out)
			_, err = openssl(t, dir, "dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "other")
			require.Error(t, err, "a signature of other content was taken for good")
		})
	}
}

func TestOtherKeysAreRefused(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"another curve":   {[]string{"ecparam", "-name", "secp384r1", "-genkey", "-out", "key.pem"}, "not an EC key of P-256"},
		"an RSA key":      {[]string{"genpkey", "-algorithm", "RSA", "-out", "key.pem"}, "not an EC key of P-256"},
		"with a password": {[]string{"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-aes256", "-pass", "pass:x", "-out", "key.pem"}, `a "ENCRYPTED PRIVATE KEY" cannot be used`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			out, err := openssl(t, dir, test.args...)
			require.NoError(t, err, out)
			text, err := os.ReadFile(filepath.Join(dir, "key.pem"))
			require.NoError(t, err)
			_, err = Parse(text)
			require.ErrorContains(t, err, test.want)
		})
	}
	_, err := Parse([]byte("no key"))
	require.ErrorContains(t, err, "there is no private key in PEM")
}
