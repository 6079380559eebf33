/*
 * bounds.h - every limit of mailtap: its unit and its reason.  What reaches one is counted.
 */
#ifndef MAILTAP_BOUNDS_H
#define MAILTAP_BOUNDS_H

/* Frames: the largest record that libpcap itself accepts. */
#define BOUND_FRAME_OCTETS 262144u

/* Tags and tunnels around one packet; real networks nest three or four. */
#define BOUND_NESTING 8u

/* One block of a pcapng file: libpcap's own limit. */
#define BOUND_BLOCK_OCTETS (16u << 20)

/* Interfaces described in one section of a pcapng file. */
#define BOUND_INTERFACES 4096u

/* IP datagrams being put together at once, and their octets (option --max-fragments). */
#define BOUND_FRAGMENT_DATAGRAMS 4096u
#define BOUND_FRAGMENT_OCTETS (16u << 20)

/* Seconds until the fragments of a datagram that never completes are dropped (RFC 8200 4.5). */
#define BOUND_FRAGMENT_SECONDS 60

/* Connections held at once, by default (option --max-flows): half a kilobyte each while they rest. */
#define BOUND_FLOWS 1048576u

/* Connections that are ready to be read; those silent for longer are folded.  A mail session takes 14 kB
 * while it is ready, and some microseconds to fold and to unfold. */
#define BOUND_AWAKE 512u

/* Seconds without a segment after which a connection is over.  RFC 5321 4.5.3.2 lets a client
 * wait 10 minutes for the reply to the final dot. */
#define BOUND_IDLE_SECONDS 660

/* Seconds a closed connection is kept for late duplicates of its last segments. */
#define BOUND_LINGER_SECONDS 30

/* Seconds of silence after a reset, within which what was in flight arrives: some round trips. */
#define BOUND_RESET_SECONDS 1

/* Octets out of order held for one direction: a large window in flight. */
#define BOUND_HELD_FLOW_OCTETS (1u << 20)

/* Octets out of order held for all connections together (option --max-held). */
#define BOUND_HELD_OCTETS (256u << 20)

/* Segments out of order held for one direction: one-octet segments must not cost a list walk
 * without end. */
#define BOUND_HELD_SEGMENTS 4096u

/* The last octets given of each direction, kept to compare retransmissions with: replies to EHLO and
 * to STARTTLS fit several times. */
#define BOUND_RECENT_OCTETS 2048u

/* Retransmissions that differed, kept for one connection; further ones are counted. */
#define BOUND_CONFLICTS 8u

/* Seconds after which a hole that the receiver has acknowledged is given up: the octets arrived,
 * the capture missed them. */
#define BOUND_HOLE_SECONDS 2

/* One command or reply line.  RFC 4954 4 asks for 12,288 octets; longer ones are cut and marked. */
#define BOUND_LINE_OCTETS 16384u

/* Octets of one direction kept while their meaning hangs on the other one: commands sent after
 * STARTTLS or DATA without waiting, replies captured before their command. */
#define BOUND_AHEAD_OCTETS 65536u

/* Commands without a reply yet.  A group of pipelined RCPT may be long. */
#define BOUND_OUTSTANDING 8192u

/* Names as kept: RFC 5321 4.5.3.1.2 allows domains of 255 octets. */
#define BOUND_NAME 256u

/* Keywords of one EHLO reply, kept for judging it again later. */
#define BOUND_KEYWORD_TEXT 2048u

/* AUTH exchanges of one session kept apart; further ones are counted only. */
#define BOUND_AUTHS 8u

/* Envelope addresses kept for one session; further ones are counted only. */
#define BOUND_ADDRESSES 1024u

/* MIME parts of one message kept apart; further ones are counted only. */
#define BOUND_PARTS 64u

/* Depth of nested multiparts that is followed; deeper ones are leaves. */
#define BOUND_MIME_DEPTH 16u

/* A boundary of a multipart; RFC 2046 5.1.1 allows 70 characters. */
#define BOUND_BOUNDARY 256u

/* Pieces of one MIME parameter (RFC 2231 3); a long file name has five. */
#define BOUND_PIECES 32u

/* Kinds of media counted apart for one session; parts of further kinds are counted together. */
#define BOUND_MEDIA 32u

/* Values that the operator asked to keep, for one session, and octets of each. */
#define BOUND_KEPT 256u
#define BOUND_KEPT_TEXT 1024u

/* Certificates of one chain that are kept; the longest in use have five. */
#define BOUND_CHAIN 10u

/* Hellos whose fingerprints are remembered: of the software that speaks TLS on a network, not of hosts; 1 kB
 * each.  Each reading has its own. */
#define BOUND_HELLOS 64u

/* Certificates whose facts are remembered, lest they be read again for each session: those of the
 * servers that a relay talks to in an hour; 3 kB each, in sets of so many.  Each thread has its own
 * for each interface. */
#define BOUND_CERTIFICATES 4096u
#define BOUND_CERTIFICATES_ALIKE 4u

/* Chains whose verdict is remembered, with the name that they had to cover: as many as there are
 * certificates of servers; half a kB each. */
#define BOUND_CHAINS 4096u
#define BOUND_CHAINS_ALIKE 4u

/* Names of one certificate as kept; some have hundreds, those that do not fit are left out. */
#define BOUND_CERT_NAMES 2048u

/* Changes of speaker under TLS kept for the estimate of messages. */
#define BOUND_TURNS 4096u

/* Records kept of one DNS message. */
#define BOUND_DNS_RECORDS 32u

/* Compression pointers followed for one DNS name: it has at most 127 labels, and a pointer to a
 * pointer saves nothing. */
#define BOUND_DNS_POINTERS 127u

/* One file of the operator's with a policy: tens of thousands of servers. */
#define BOUND_POLICY_OCTETS (4u << 20)

/* Address prefixes in one list of an operator's own: each address is compared with all of them. */
#define BOUND_PREFIXES 1024u

/* One handshake message; certificate chains of 20 kB exist. */
#define BOUND_HANDSHAKE_OCTETS 131072u

/* Packets of a flow shown to nDPI before it is let go. */
#define BOUND_DPI_PACKETS 12u

/* Octets of packets of a flow that wait until nDPI is asked; with those behind it is shown them. */
#define BOUND_DPI_WAITING_OCTETS 4096u

/* When a flow comes to rest with so many packets, nDPI is shown them: enough to know mail by, and to be let
 * go.  Fewer would leave its own memory behind, which is larger. */
#define BOUND_DPI_RESTING 3u

/* First octets of each direction kept until it is known whether a flow is mail. */
#define BOUND_IDENTIFY_OCTETS 512u

/* Seconds in which a client that could not use STARTTLS is seen to come back: Postfix falls back at a
 * second attempt, up to hours later. */
#define BOUND_FALLBACK_SECONDS 21600

/* Seconds in which a client that insists is seen to go to another server. */
#define BOUND_BYPASS_SECONDS 600

/* Seconds around sessions that still are "the same time" when servers are compared with themselves. */
#define BOUND_SAME_TIME_SECONDS 3600

/* Sessions that are counted where more of them would not change what they show. */
#define BOUND_COMPARED 1000

/* Clusters that the bootstrap of a question resamples, categories of its entropy: half a second. */
#define BOUND_CLUSTERS 50000

/* Rows that all such aggregates of one question hold together: 64 MB. */
#define BOUND_ROWS_HELD (4u << 20)

/* What the store remembers of servers, of clients, of names, and of each kind of row that sessions
 * share, lest it ask the database for each session: a hundred thousand of each. */
#define BOUND_INTERN_OCTETS (16u << 20)

/* Octets of the name that an operator gives a sensor: a host's name at most. */
#define BOUND_SENSOR_NAME 255u

/* A condition on a report's figures: octets, a few lines of a crontab; depth of its parentheses and
 * `not`; octets of the name of a figure, its end included; and digits of a number, which a double
 * holds exactly. */
#define BOUND_CONDITION_OCTETS 1024u
#define BOUND_CONDITION_DEPTH 16u
#define BOUND_FIGURE_NAME 64u
#define BOUND_CONDITION_DIGITS 15u

/* A simulation: policies compared at once, a curve for each letter among them; observers, a bit each;
 * parts of the mail that these see, added up apart; figures kept until the last draw: 256 MB; and
 * threads. */
#define BOUND_POLICIES 256u
#define BOUND_OBSERVERS 64u
#define BOUND_GROUPS 4096u
#define BOUND_FIGURES_HELD (32u << 20)
#define BOUND_THREADS 64u

/* A file that describes a scenario: each name once, and what is said about it; and one line of it. */
#define BOUND_SCENARIO_OCTETS 65536u
#define BOUND_SCENARIO_LINE 1024u

/* A configuration file: every option there is, a list of some hundred prefixes, and comments. */
#define BOUND_CONFIG_OCTETS 65536u

/* Pairs of client and server that a simulation holds, and pairs of domains: 64 octets each, and every
 * draw goes through all of them. */
#define BOUND_RELATIONS (4u << 20)

/* Threads that share an interface; each has a ring of its own. */
#define BOUND_WORKERS 64u

/* Findings of files that wait for the thread that stores them: some hundred sessions, so that neither
 * thread waits for the other often. */
#define BOUND_UNWRITTEN_OCTETS (4u << 20)

/* Findings that wait for the database while it cannot be written (option --max-waiting): some 20,000
 * sessions. */
#define BOUND_WAITING_OCTETS (256u << 20)

/* Rows of each kind that a run takes up from those before it. */
#define BOUND_WARM_ROWS 20000

/* Sessions in one transaction of the database. */
#define BOUND_BATCH 5000u

#endif
