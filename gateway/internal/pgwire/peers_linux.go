package pgwire

import "golang.org/x/sys/unix"

// pollClosed is what poll says of a socket that the other side sends nothing more on.
const pollClosed = unix.POLLRDHUP
