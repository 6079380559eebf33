-- The findings database of mailtap.  Facts (session and what hangs on it) are kept apart from
-- opinions (verdict, evidence): these can be worked out again from those.
-- The tables are free to change; the views are the contract.
PRAGMA application_id = 0x4d544150; -- "MTAP"
PRAGMA user_version = 1;

CREATE TABLE meta (
  key TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE describe (
  object TEXT NOT NULL,
  "column" TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (object, "column")
) STRICT, WITHOUT ROWID;

CREATE TABLE capture (
  capture_id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  digest BLOB,
  state TEXT NOT NULL CHECK (state IN ('running', 'complete')),
  frames INTEGER,
  octets INTEGER,
  frames_dropped_kernel INTEGER,
  frames_dropped_interface INTEGER,
  damaged_frames INTEGER,
  other_frames INTEGER,
  fragments INTEGER,
  unknown_link INTEGER,
  flows INTEGER,
  mail_flows INTEGER,
  mail_port_other INTEGER,
  gap_octets INTEGER,
  evicted INTEGER,
  held_refused INTEGER,
  holes_given_up INTEGER,
  fragments_completed INTEGER,
  fragments_expired INTEGER,
  fragments_evicted INTEGER,
  fragments_discarded INTEGER,
  started_at TEXT,
  ended_at TEXT,
  started_ns INTEGER,
  ended_ns INTEGER,
  damage TEXT
) STRICT;
CREATE UNIQUE INDEX capture_once ON capture (digest) WHERE state = 'complete';

CREATE TABLE server (
  server_id INTEGER PRIMARY KEY,
  ip TEXT NOT NULL,
  port INTEGER NOT NULL,
  ehlo_sessions INTEGER NOT NULL,
  ehlo_offered INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  UNIQUE (ip, port)
) STRICT;
CREATE INDEX server_changed ON server (changed) WHERE changed <> 0;

CREATE TABLE certificate (
  sha256 TEXT NOT NULL PRIMARY KEY,
  subject_cn TEXT,
  issuer_cn TEXT,
  not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  session_id INTEGER PRIMARY KEY,
  capture_id INTEGER NOT NULL REFERENCES capture ON DELETE CASCADE,
  server_id INTEGER NOT NULL REFERENCES server,
  client_ip TEXT NOT NULL,
  client_port INTEGER NOT NULL,
  started_at TEXT NOT NULL,
  ended_at TEXT NOT NULL,
  started_ns INTEGER NOT NULL,
  ended_ns INTEGER NOT NULL,
  vlan INTEGER,
  ending TEXT NOT NULL CHECK (ending IN ('not-seen', 'closed', 'reset')),
  one_sided INTEGER CHECK (one_sided IN (0, 1)),
  midstream INTEGER NOT NULL CHECK (midstream IN (0, 1)),
  gap_octets INTEGER NOT NULL,
  conflicts INTEGER NOT NULL,
  dpi_protocol TEXT,
  server_name TEXT,
  greeting TEXT,
  client_name TEXT,
  dialogue INTEGER NOT NULL CHECK (dialogue IN (0, 1)),
  ehlo_sent INTEGER NOT NULL CHECK (ehlo_sent IN (0, 1)),
  helo_sent INTEGER NOT NULL CHECK (helo_sent IN (0, 1)),
  ehlo_accepted INTEGER CHECK (ehlo_accepted IN (0, 1)),
  starttls_offered INTEGER CHECK (starttls_offered IN (0, 1)),
  keywords TEXT,
  keywords_cut INTEGER NOT NULL CHECK (keywords_cut IN (0, 1)),
  starttls_requested INTEGER CHECK (starttls_requested IN (0, 1)),
  starttls_reply INTEGER,
  tls_from_start INTEGER CHECK (tls_from_start IN (0, 1)),
  decided INTEGER CHECK (decided IN (0, 1)),
  hello_seen INTEGER NOT NULL CHECK (hello_seen IN (0, 1)),
  tls_established INTEGER CHECK (tls_established IN (0, 1)),
  tls_version INTEGER,
  tls_version_name TEXT,
  tls_cipher INTEGER,
  tls_cipher_name TEXT,
  sni TEXT,
  alpn TEXT,
  certificate TEXT REFERENCES certificate,
  tls_alert INTEGER,
  text_before_tls INTEGER NOT NULL,
  transactions INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  messages_known INTEGER CHECK (messages_known IN (0, 1)),
  recipients_attempted INTEGER NOT NULL,
  recipients_accepted INTEGER NOT NULL,
  recipients_known INTEGER CHECK (recipients_known IN (0, 1)),
  content_octets INTEGER NOT NULL,
  auth_mechanism TEXT,
  credentials_exposed INTEGER NOT NULL CHECK (credentials_exposed IN (0, 1)),
  addresses INTEGER NOT NULL,
  lost INTEGER NOT NULL CHECK (lost IN (0, 1)),
  anomalies INTEGER NOT NULL
) STRICT;
CREATE INDEX session_server ON session (server_id);
CREATE INDEX session_capture ON session (capture_id);
CREATE INDEX session_certificate ON session (certificate) WHERE certificate IS NOT NULL;

CREATE TABLE exposure (
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  item TEXT NOT NULL,
  count INTEGER NOT NULL,
  octets INTEGER NOT NULL,
  PRIMARY KEY (session_id, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE address (
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  place INTEGER NOT NULL,
  transaction_no INTEGER NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('sender', 'recipient')),
  accepted INTEGER CHECK (accepted IN (0, 1)),
  domain TEXT,
  local_hash BLOB CHECK (length(local_hash) = 16),
  PRIMARY KEY (session_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE conflict (
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  place INTEGER NOT NULL,
  sent_by TEXT NOT NULL CHECK (sent_by IN ('client', 'server')),
  stream_offset INTEGER NOT NULL,
  octets INTEGER NOT NULL,
  seen_ns INTEGER NOT NULL,
  first_sha256 TEXT NOT NULL,
  second_sha256 TEXT NOT NULL,
  first_starttls INTEGER NOT NULL CHECK (first_starttls IN (0, 1)),
  second_starttls INTEGER NOT NULL CHECK (second_starttls IN (0, 1)),
  PRIMARY KEY (session_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE verdict (
  session_id INTEGER PRIMARY KEY REFERENCES session ON DELETE CASCADE,
  class TEXT NOT NULL CHECK (class IN ('cleartext', 'starttls', 'starttls-failed', 'stripped',
                                       'implicit-tls', 'unknown')),
  cleartext_reason TEXT CHECK (cleartext_reason IN ('not-offered', 'offered-unused', 'helo-only',
                                                    'refused', 'undetermined')),
  strip_rule TEXT,
  strip_rank TEXT CHECK (strip_rank IN ('certain', 'strong', 'weak')),
  history_sessions INTEGER NOT NULL,
  history_offered INTEGER NOT NULL
) STRICT;

CREATE TABLE unjudged (
  session_id INTEGER PRIMARY KEY REFERENCES session ON DELETE CASCADE
) STRICT;

CREATE TABLE evidence (
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  place INTEGER NOT NULL,
  rule TEXT NOT NULL,
  rank TEXT NOT NULL CHECK (rank IN ('certain', 'strong', 'weak')),
  detail TEXT NOT NULL,
  PRIMARY KEY (session_id, place)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_session AS
SELECT s.session_id,
  c.source AS capture_source,
  s.vlan,
  s.client_ip,
  s.client_port,
  r.ip AS server_ip,
  r.port AS server_port,
  s.started_at,
  s.ended_at,
  coalesce(v.class, 'unknown') AS class,
  v.cleartext_reason,
  s.client_name,
  s.server_name,
  s.starttls_offered,
  s.starttls_requested,
  s.starttls_reply,
  s.tls_established,
  s.tls_version_name AS tls_version,
  s.tls_cipher_name AS tls_cipher,
  s.sni,
  (SELECT k.subject_cn FROM certificate k WHERE k.sha256 = s.certificate) AS cert_subject_cn,
  CASE s.messages_known WHEN 1 THEN s.messages END AS messages,
  s.recipients_attempted,
  CASE s.recipients_known WHEN 1 THEN s.recipients_accepted END AS recipients_accepted,
  s.content_octets,
  s.auth_mechanism,
  CASE WHEN s.credentials_exposed = 1 THEN 1
       WHEN s.lost = 1 OR (s.midstream = 1 AND s.greeting IS NULL) THEN NULL
       WHEN s.one_sided = 1 AND s.ehlo_sent = 0 AND s.helo_sent = 0 AND s.tls_from_start IS NOT 1
         THEN NULL
       ELSE 0 END AS credentials_exposed,
  v.strip_rule,
  v.strip_rank,
  s.one_sided,
  s.midstream,
  s.gap_octets
FROM session s
JOIN capture c ON c.capture_id = s.capture_id
JOIN server r ON r.server_id = s.server_id
LEFT JOIN verdict v ON v.session_id = s.session_id;

CREATE VIEW v_evidence AS
SELECT session_id, rule, rank, detail FROM evidence;

CREATE VIEW v_exposure AS
SELECT session_id, item, count, octets FROM exposure;

CREATE VIEW v_server AS
SELECT r.ip AS server_ip,
  r.port AS server_port,
  count(*) AS sessions,
  count(*) FILTER (WHERE s.starttls_offered = 1) AS offered,
  count(*) FILTER (WHERE s.starttls_offered = 0) AS not_offered,
  count(*) FILTER (WHERE s.starttls_requested = 1) AS requested,
  count(*) FILTER (WHERE s.tls_established = 1) AS established,
  count(*) FILTER (WHERE v.class = 'stripped') AS stripped,
  min(s.started_at) AS first_seen,
  max(s.ended_at) AS last_seen,
  (SELECT group_concat(name, ' ') FROM
     (SELECT DISTINCT n.server_name AS name FROM session n
      WHERE n.server_id = r.server_id AND n.server_name IS NOT NULL
      ORDER BY name LIMIT 20)) AS names,
  (SELECT coalesce(k.subject_cn, 'sha256:' || k.sha256) FROM session n
   JOIN certificate k ON k.sha256 = n.certificate
   WHERE n.server_id = r.server_id
   ORDER BY k.not_after DESC, k.sha256 LIMIT 1) AS best_certificate
FROM server r
JOIN session s ON s.server_id = r.server_id
LEFT JOIN verdict v ON v.session_id = s.session_id
GROUP BY r.server_id;

CREATE VIEW v_capture AS
SELECT source AS capture_source,
  frames, octets, frames_dropped_kernel, frames_dropped_interface, damaged_frames, flows,
  mail_flows, gap_octets, started_at, ended_at, other_frames, fragments, unknown_link,
  mail_port_other, evicted, held_refused, holes_given_up, fragments_completed,
  fragments_expired, fragments_evicted, fragments_discarded, state, damage
FROM capture;

-- ---- what it all is: one row for each table, view and column ('' is the object itself)

INSERT INTO describe VALUES
('meta', '', 'What belongs to the database as a whole'),
('meta', 'key', 'address-key: the HMAC-SHA256 key, 32 octets, of address.local_hash'),
('meta', 'value', 'The value'),
('describe', '', 'This list: tables, views and columns, their units and what NULL means'),
('describe', 'object', 'Name of the table or view'),
('describe', 'column', 'Name of the column; empty: the table or view as a whole'),
('describe', 'text', 'What it is'),
('capture', '', 'One analysed source of frames'),
('capture', 'capture_id', 'Number of the capture'),
('capture', 'source', 'Base name of the file, or the interface'),
('capture', 'digest', 'SHA-256 that identifies the content: analysed once only; NULL: not known yet'),
('capture', 'state', 'running, or complete; rows of a run that died are removed by the next one'),
('capture', 'frames', 'Frames read; NULL while running'),
('capture', 'octets', 'Octets of frames as captured; NULL while running'),
('capture', 'frames_dropped_kernel', 'Frames the kernel dropped; NULL: not known, as for files'),
('capture', 'frames_dropped_interface', 'Frames the interface dropped; NULL: not known'),
('capture', 'damaged_frames', 'Frames cut or contradicting themselves; NULL while running'),
('capture', 'other_frames', 'Intact frames that are not TCP; NULL while running'),
('capture', 'fragments', 'IP fragments that completed no datagram; NULL while running'),
('capture', 'fragments_completed', 'Datagrams put together from fragments; NULL while running'),
('capture', 'fragments_expired', 'Datagrams whose rest did not come in time; NULL while running'),
('capture', 'fragments_evicted', 'Datagrams given up for want of room; NULL while running'),
('capture', 'fragments_discarded', 'Datagrams whose fragments overlap; NULL while running'),
('capture', 'unknown_link', 'Frames of a link layer that is not known; NULL while running'),
('capture', 'flows', 'TCP connections; NULL while running'),
('capture', 'mail_flows', 'Of them, mail sessions; NULL while running'),
('capture', 'mail_port_other', 'Connections to a mail port that were not SMTP; NULL while running'),
('capture', 'gap_octets', 'Octets of mail flows that were not captured; NULL while running'),
('capture', 'evicted', 'Connections given up for want of room; NULL while running'),
('capture', 'held_refused', 'Segments too far ahead of their stream; NULL while running'),
('capture', 'holes_given_up', 'Holes given up as too much was held; NULL while running'),
('capture', 'started_at', 'Time of the first frame, UTC; NULL: there was none, or running'),
('capture', 'ended_at', 'Time of the last frame, UTC; NULL: there was none, or running'),
('capture', 'started_ns', 'The same in nanoseconds since 1970; NULL as started_at'),
('capture', 'ended_ns', 'The same in nanoseconds since 1970; NULL as ended_at'),
('capture', 'damage', 'What was wrong with the file; NULL: nothing'),
('server', '', 'One server address and port, with what rules remember of it'),
('server', 'server_id', 'Number of the server'),
('server', 'ip', 'IPv4 or IPv6 address (RFC 5952)'),
('server', 'port', 'TCP port'),
('server', 'ehlo_sessions', 'Sessions with a complete EHLO reply before TLS'),
('server', 'ehlo_offered', 'Of them, those that were offered STARTTLS'),
('server', 'changed', '1: sessions came or went since its sessions were last judged'),
('certificate', '', 'Server certificates seen in the clear (TLS 1.2 and older)'),
('certificate', 'sha256', 'SHA-256 of the DER, hexadecimal'),
('certificate', 'subject_cn', 'Common name of the subject; NULL: it has none'),
('certificate', 'issuer_cn', 'Common name of the issuer; NULL: it has none'),
('certificate', 'not_before', 'Valid from, seconds since 1970'),
('certificate', 'not_after', 'Valid until, seconds since 1970'),
('session', '', 'Facts of one TCP connection that carried SMTP or LMTP; no opinion'),
('session', 'session_id', 'Number of the session'),
('session', 'capture_id', 'The capture it was seen in'),
('session', 'server_id', 'The end that sent the 220 greeting, or the ServerHello'),
('session', 'client_ip', 'Address of the other end'),
('session', 'client_port', 'TCP port of the other end'),
('session', 'started_at', 'Time of the first segment, UTC'),
('session', 'ended_at', 'Time of the last segment, UTC'),
('session', 'started_ns', 'The same in nanoseconds since 1970'),
('session', 'ended_ns', 'The same in nanoseconds since 1970'),
('session', 'vlan', 'Outermost 802.1Q identifier; NULL: untagged'),
('session', 'ending', 'How it ended: not-seen, closed or reset'),
('session', 'one_sided', '1: segments of one direction only were captured; NULL: not known'),
('session', 'midstream', '1: its first octets were not captured'),
('session', 'gap_octets', 'Octets of it that were not captured'),
('session', 'conflicts', 'Retransmissions that differed from the first copy'),
('session', 'dpi_protocol', 'The name nDPI gives it; NULL: none'),
('session', 'server_name', 'First word of the greeting; NULL: not seen'),
('session', 'greeting', 'First line of the greeting without its code; NULL: not seen'),
('session', 'client_name', 'Last EHLO, HELO or LHLO argument before TLS; NULL: not seen'),
('session', 'dialogue', '1: a dialogue was read'),
('session', 'ehlo_sent', '1: EHLO or LHLO was read'),
('session', 'helo_sent', '1: HELO was read'),
('session', 'ehlo_accepted', '1: a complete 250 reply to EHLO; 0: refused; NULL: not known'),
('session', 'starttls_offered', '1: that reply listed STARTTLS; NULL: not known'),
('session', 'keywords', 'The reply to the last EHLO before TLS, a keyword a line; NULL: none'),
('session', 'keywords_cut', '1: the keywords did not all fit'),
('session', 'starttls_requested', '1: the client sent STARTTLS; NULL: not known'),
('session', 'starttls_reply', 'Reply code to STARTTLS; NULL: none seen'),
('session', 'tls_from_start', '1: TLS from the first octet; NULL: not known'),
('session', 'decided', '1: the client went on after the EHLO reply; NULL: not known'),
('session', 'hello_seen', '1: a ClientHello or ServerHello was read'),
('session', 'tls_established', '1: the handshake completed; NULL: not known'),
('session', 'tls_version', 'Negotiated version, as on the wire (772 is TLS 1.3); NULL: not known'),
('session', 'tls_version_name', 'Its name; NULL: not known'),
('session', 'tls_cipher', 'Negotiated cipher suite, IANA number; NULL: not known'),
('session', 'tls_cipher_name', 'Its IANA name, else its number; NULL: not known'),
('session', 'sni', 'Server name in the ClientHello; NULL: none seen'),
('session', 'alpn', 'First protocol of ALPN offered; NULL: none seen'),
('session', 'certificate', 'Server certificate; NULL: none seen'),
('session', 'tls_alert', 'Fatal alert in the clear; NULL: none seen'),
('session', 'text_before_tls', 'Octets of text between the 220 and the hello'),
('session', 'transactions', 'MAIL commands read'),
('session', 'messages', 'Messages accepted, as far as read'),
('session', 'messages_known', '0: messages is a lower bound; NULL: nothing is known'),
('session', 'recipients_attempted', 'RCPT commands read'),
('session', 'recipients_accepted', 'Of them answered 250 or 251, as far as read'),
('session', 'recipients_known', '0: recipients_accepted is a lower bound; NULL: nothing is known'),
('session', 'content_octets', 'Octets of message content in the clear'),
('session', 'auth_mechanism', 'First AUTH mechanism tried in the clear; NULL: none seen'),
('session', 'credentials_exposed', '1: an AUTH exchange gave something away'),
('session', 'addresses', 'Envelope addresses kept in the table address'),
('session', 'lost', '1: the dialogue could not be followed to its end'),
('session', 'anomalies', 'Bits of what was odd (facts.h, enum anomaly)'),
('exposure', '', 'What an observer could read, item by item'),
('exposure', 'session_id', 'The session'),
('exposure', 'item', 'What could be read'),
('exposure', 'count', 'How many of them'),
('exposure', 'octets', 'Their octets'),
('address', '', 'Envelope addresses read in the clear, without their local parts'),
('address', 'session_id', 'The session'),
('address', 'place', 'Order in the session, from 0'),
('address', 'transaction_no', 'Transaction in the session, from 1'),
('address', 'role', 'sender or recipient'),
('address', 'accepted', '1: the server accepted it; NULL: not known'),
('address', 'domain', 'Domain, lower case; NULL: null reverse-path, or none given'),
('address', 'local_hash', 'First 16 octets of the HMAC-SHA256 of the address; NULL: null path'),
('conflict', '', 'Retransmissions that differed from the first copy, the first ones of a session'),
('conflict', 'session_id', 'The session'),
('conflict', 'place', 'Order in the session, from 0'),
('conflict', 'sent_by', 'client or server'),
('conflict', 'stream_offset', 'Offset of its first octet in its direction, 0 after the SYN'),
('conflict', 'octets', 'Octets of each copy'),
('conflict', 'seen_ns', 'When the second copy was captured, nanoseconds since 1970'),
('conflict', 'first_sha256', 'SHA-256 of the copy that came first, and was believed'),
('conflict', 'second_sha256', 'SHA-256 of the copy that came second'),
('conflict', 'first_starttls', '1: STARTTLS stands in the first copy'),
('conflict', 'second_starttls', '1: STARTTLS stands in the second copy'),
('verdict', '', 'The opinion on a session'),
('verdict', 'session_id', 'The session'),
('verdict', 'class', 'Session class'),
('verdict', 'cleartext_reason', 'Why it was in the clear; NULL: the class is not cleartext'),
('verdict', 'strip_rule', 'Finding of the highest rank; NULL: none'),
('verdict', 'strip_rank', 'Its rank; NULL: none'),
('verdict', 'history_sessions', 'What server.ehlo_sessions was when it was judged'),
('verdict', 'history_offered', 'What server.ehlo_offered was when it was judged'),
('unjudged', '', 'Sessions whose verdict is missing or may have changed'),
('unjudged', 'session_id', 'The session'),
('evidence', '', 'Findings of stripping'),
('evidence', 'session_id', 'The session'),
('evidence', 'place', 'Order of the rules, from 0'),
('evidence', 'rule', 'The rule that held'),
('evidence', 'rank', 'certain, strong or weak'),
('evidence', 'detail', 'JSON object: the octets and counts it rests on');

-- A view's column that is a table's own keeps the table's description.
INSERT INTO describe
SELECT v.name, c.name, d.text
FROM sqlite_schema v
JOIN pragma_table_info(v.name) c
JOIN describe d ON d."column" = c.name AND d.object =
  CASE v.name WHEN 'v_session' THEN 'session' ELSE substr(v.name, 3) END
WHERE v.type = 'view' AND v.name <> 'v_server'
  AND NOT (v.name = 'v_session' AND c.name IN
           ('tls_version', 'tls_cipher', 'messages', 'recipients_accepted',
            'credentials_exposed'));

INSERT INTO describe VALUES
('v_session', '', 'One row for each session'),
('v_session', 'capture_source', 'Base name of the file, or the interface'),
('v_session', 'server_ip', 'Address of the server'),
('v_session', 'server_port', 'TCP port of the server'),
('v_session', 'class', 'Session class; unknown also while it is not judged'),
('v_session', 'cleartext_reason', 'Why it was in the clear; NULL: the class is not cleartext'),
('v_session', 'tls_version', 'Negotiated version, TLSv1.3; NULL: not known'),
('v_session', 'tls_cipher', 'Negotiated cipher suite, IANA name; NULL: not known'),
('v_session', 'cert_subject_cn', 'Common name of the server certificate; NULL: none seen'),
('v_session', 'messages', 'Messages accepted in the clear; NULL: not all replies were captured'),
('v_session', 'recipients_accepted', 'RCPT answered 250 or 251; NULL: not all were captured'),
('v_session', 'credentials_exposed', '1: an AUTH exchange gave something away; NULL: not all was read'),
('v_session', 'strip_rule', 'Finding of the highest rank; NULL: none'),
('v_session', 'strip_rank', 'Its rank; NULL: none'),
('v_evidence', '', 'One row for each finding of stripping'),
('v_exposure', '', 'One row for each item of a session that an observer could read'),
('v_server', '', 'One row for each server address and port'),
('v_server', 'server_ip', 'Address of the server'),
('v_server', 'server_port', 'TCP port of the server'),
('v_server', 'sessions', 'Sessions with it'),
('v_server', 'offered', 'Sessions where STARTTLS was offered'),
('v_server', 'not_offered', 'Sessions where the EHLO reply was read and STARTTLS was not offered'),
('v_server', 'requested', 'Sessions where the client sent STARTTLS'),
('v_server', 'established', 'Sessions where the TLS handshake completed'),
('v_server', 'stripped', 'Sessions of class stripped'),
('v_server', 'first_seen', 'Start of its first session, UTC'),
('v_server', 'last_seen', 'End of its last session, UTC'),
('v_server', 'names', 'Names in its greetings, up to 20; NULL: none seen'),
('v_server', 'best_certificate', 'Common name of its certificate valid longest; NULL: none seen'),
('v_capture', '', 'One row for each source of frames'),
('v_capture', 'capture_source', 'Base name of the file, or the interface');
