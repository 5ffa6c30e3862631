// Package pgwire serves PostgreSQL's wire protocol, version 3 (chapter 55 of the manual, release 15 and the longer cancel
// keys of 3.2), over TCP and Unix sockets. The messages are pgproto3's; the frames around them are read here, so that no
// length is believed before it is checked.
//
//	Server      listener, limits, cancel keys, drain                              server.go, cancel.go
//	startup     SSLRequest, GSSENCRequest, CancelRequest, StartupMessage, TLS     startup.go, tls.go
//	            authentication                                                    authenticate.go
//	conn        the conversation: one goroutine a client                          conn.go, receive.go
//	            who ends it, or what it runs, from outside                        receive.go, running.go, peers.go
//	            simple and extended query meet in parse, bind and execute         query.go, extended.go
//	            rows: batches encoded on several cores, written in order          rows.go
//
// Invariants:
//   - Nothing is allocated for a length that has not arrived; before authentication a message has 64 KiB at most.
//   - What a client that does not read costs: its socket's buffers, two encoded batches and Flight's window.
//   - An error in the middle of a result is an ErrorResponse on a message border, and no CommandComplete follows it.
//   - A cancel hits the statement it was meant for, or nothing.
//
// What statements mean is package dispatch's; what a client's settings, statements and portals are, package session's.
package pgwire
