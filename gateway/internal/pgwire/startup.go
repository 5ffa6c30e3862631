package pgwire

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/internal/pgerror"
)

// The codes in a startup packet's first four bytes.
const (
	codeCancel = 80877102
	codeSSL    = 80877103
	codeGSS    = 80877104

	major3   = 3 << 16
	newest32 = major3 | 2
)

// startup is what a client's StartupMessage says.
type startup struct {
	version uint32
	params  [][2]string
	// unknown are protocol options (_pq_.…) that this server does not know.
	unknown []string
}

func (s *startup) get(name string) string {
	for _, kv := range s.params {
		if kv[0] == name {
			return kv[1]
		}
	}
	return ""
}

// negotiate reads startup packets until a StartupMessage: it answers requests for encryption, and cancel requests, after
// which there is nothing more to do (nil, nil).
func (c *conn) negotiate() (*startup, error) {
	for askedSSL, askedGSS := false, false; ; {
		body, err := c.in.startup()
		if err != nil {
			return nil, err
		}
		switch code := binary.BigEndian.Uint32(body); {
		case code == codeCancel:
			if len(body) > 8 {
				c.srv.keys.cancel(binary.BigEndian.Uint32(body[4:]), body[8:])
			}
			return nil, nil
		case code == codeSSL && !askedSSL && c.tls == nil:
			askedSSL = true
			if err := c.startTLS(); err != nil {
				return nil, err
			}
		case code == codeGSS && !askedGSS && c.tls == nil:
			askedGSS = true
			if err := c.answerByte('N'); err != nil {
				return nil, err
			}
		case code>>16 == 3:
			return parseStartup(body)
		default:
			return nil, pgerror.Newf(pgerror.FeatureNotSupported, "unsupported frontend protocol %d.%d: server supports 3.0 to 3.2", code>>16, code&0xffff)
		}
	}
}

func (c *conn) answerByte(b byte) error {
	_, err := c.net.Write([]byte{b})
	return err
}

// startTLS answers an SSLRequest. What a client sent in clear after it would be taken for its first encrypted words, so
// there must be nothing.
func (c *conn) startTLS() error {
	if c.srv.cfg.Certificates == nil {
		return c.answerByte('N')
	}
	if c.in.r.Buffered() > 0 {
		return pgerror.New(pgerror.ProtocolViolation, "received unencrypted data after SSL request").
			WithDetail("This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.")
	}
	if err := c.answerByte('S'); err != nil {
		return err
	}
	id := c.srv.cfg.Certificates.now()
	t := tls.Server(c.net, id.config)
	if err := t.Handshake(); err != nil {
		return errGone // there is no protocol to complain in
	}
	c.tls, c.leaf, c.net = t, id.leaf, t
	c.in.r.Reset(t)
	return nil
}

func parseStartup(body []byte) (*startup, error) {
	s := &startup{version: binary.BigEndian.Uint32(body)}
	bad := pgerror.New(pgerror.ProtocolViolation, "invalid startup packet layout: expected terminator as last byte")
	rest := body[4:]
	if len(rest) == 0 || rest[len(rest)-1] != 0 {
		return nil, bad
	}
	word := func() (string, bool) {
		i := bytes.IndexByte(rest, 0)
		if i < 0 {
			return "", false
		}
		w := string(rest[:i])
		rest = rest[i+1:]
		return w, true
	}
	for {
		name, ok := word()
		if !ok {
			return nil, bad
		}
		if name == "" {
			break
		}
		value, ok := word()
		if !ok {
			return nil, bad
		}
		if strings.HasPrefix(name, "_pq_.") {
			s.unknown = append(s.unknown, name)
			continue
		}
		s.params = append(s.params, [2]string{name, value})
	}
	if len(rest) != 0 {
		return nil, bad
	}
	if s.get("user") == "" {
		return nil, pgerror.New(pgerror.InvalidAuthorization, "no PostgreSQL user name specified in startup packet")
	}
	return s, nil
}

// negotiateVersion tells a client that asked for more than there is what it gets.
func (c *conn) negotiateVersion(s *startup) {
	if s.version > newest32 || len(s.unknown) > 0 {
		c.send(&pgproto3.NegotiateProtocolVersion{
			NewestMinorProtocol: newest32, UnrecognizedOptions: s.unknown,
		})
	}
}

// optionsOf reads the startup parameter options: -c name=value and --name=value, with backslashes before blanks.
func optionsOf(text string) ([][2]string, error) {
	var out [][2]string
	words := splitOptions(text)
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case w == "-c" && i+1 < len(words):
			i++
			w = words[i]
		case strings.HasPrefix(w, "-c"):
			w = w[2:]
		case strings.HasPrefix(w, "--"):
			w = strings.ReplaceAll(w[2:], "-", "_")
		default:
			return nil, pgerror.Newf(pgerror.SyntaxError, "invalid command-line argument for server process: %s", w)
		}
		name, value, ok := strings.Cut(w, "=")
		if !ok {
			return nil, pgerror.Newf(pgerror.SyntaxError, "-c %s requires a value", w)
		}
		out = append(out, [2]string{name, value})
	}
	return out, nil
}

func splitOptions(s string) []string {
	var out []string
	var b strings.Builder
	in := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
			in = true
		case s[i] == ' ' || s[i] == '\t' || s[i] == '\n':
			if in {
				out = append(out, b.String())
				b.Reset()
			}
			in = false
		default:
			b.WriteByte(s[i])
			in = true
		}
	}
	if in {
		out = append(out, b.String())
	}
	return out
}

// remoteHost is the client's address for the log, without its port.
func remoteHost(c net.Conn) string {
	host, _, err := net.SplitHostPort(c.RemoteAddr().String())
	if err != nil {
		return "local"
	}
	return host
}
