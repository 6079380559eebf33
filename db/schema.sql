-- The findings database of mailtap.  Facts (session and what hangs on it) are kept apart from
-- opinions (verdict, evidence): these can be worked out again from those.
-- The tables are free to change; the views are the contract.
PRAGMA application_id = 0x4d544150; -- "MTAP"
PRAGMA user_version = 2;

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
  damage TEXT,
  trust_store TEXT
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
  names TEXT,
  not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  key_type TEXT,
  key_bits INTEGER,
  signature TEXT,
  self_signed INTEGER NOT NULL CHECK (self_signed IN (0, 1)),
  authority INTEGER NOT NULL CHECK (authority IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE chain (
  chain TEXT NOT NULL,
  place INTEGER NOT NULL,
  sha256 TEXT NOT NULL REFERENCES certificate,
  PRIMARY KEY (chain, place)
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
  quit_sent INTEGER NOT NULL CHECK (quit_sent IN (0, 1)),
  ehlo_reply INTEGER,
  helo_reply INTEGER,
  masked_command INTEGER,
  masked_reply INTEGER,
  ehlo_masked INTEGER NOT NULL CHECK (ehlo_masked IN (0, 1)),
  ehlo_accepted INTEGER CHECK (ehlo_accepted IN (0, 1)),
  starttls_offered INTEGER CHECK (starttls_offered IN (0, 1)),
  keywords TEXT,
  keywords_cut INTEGER NOT NULL CHECK (keywords_cut IN (0, 1)),
  name_mark INTEGER,
  keyword_mark INTEGER,
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
  tls_version_offered INTEGER,
  tls_group INTEGER,
  tls_group_name TEXT,
  tls_post_quantum INTEGER CHECK (tls_post_quantum IN (0, 1)),
  tls_dh_bits INTEGER,
  tls_retried INTEGER NOT NULL CHECK (tls_retried IN (0, 1)),
  tls_resumed INTEGER CHECK (tls_resumed IN (0, 1)),
  tls_fallback INTEGER CHECK (tls_fallback IN (0, 1)),
  tls_compression INTEGER CHECK (tls_compression IN (0, 1)),
  tls_downgrade INTEGER,
  extended_master_secret INTEGER CHECK (extended_master_secret IN (0, 1)),
  ech INTEGER CHECK (ech IN (0, 1)),
  client_certificate_asked INTEGER CHECK (client_certificate_asked IN (0, 1)),
  client_certificate_sent INTEGER CHECK (client_certificate_sent IN (0, 1)),
  sni TEXT,
  alpn TEXT,
  alpn_chosen TEXT,
  ja3 TEXT,
  ja3s TEXT,
  ja4 TEXT,
  certificate TEXT REFERENCES certificate,
  chain TEXT,
  cert_verified INTEGER CHECK (cert_verified IN (0, 1)),
  cert_error INTEGER,
  cert_reason TEXT,
  cert_asked TEXT,
  cert_named INTEGER CHECK (cert_named IN (0, 1)),
  cert_covering TEXT,
  estimated INTEGER NOT NULL CHECK (estimated IN (0, 1)),
  estimated_messages INTEGER NOT NULL,
  estimated_low INTEGER NOT NULL,
  estimated_high INTEGER NOT NULL,
  estimated_octets INTEGER NOT NULL,
  tls_alert INTEGER,
  tls_alert_by_client INTEGER NOT NULL CHECK (tls_alert_by_client IN (0, 1)),
  tls_alert_hidden INTEGER NOT NULL CHECK (tls_alert_hidden IN (0, 1)),
  tls_garbled INTEGER NOT NULL CHECK (tls_garbled IN (0, 1)),
  text_before_tls INTEGER NOT NULL,
  transactions INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  messages_known INTEGER CHECK (messages_known IN (0, 1)),
  recipients_attempted INTEGER NOT NULL,
  recipients_accepted INTEGER NOT NULL,
  recipients_known INTEGER CHECK (recipients_known IN (0, 1)),
  content_octets INTEGER NOT NULL,
  auth_mechanism TEXT,
  credentials_exposed INTEGER CHECK (credentials_exposed IN (0, 1)),
  auths INTEGER NOT NULL,
  address_queries INTEGER NOT NULL,
  addresses INTEGER NOT NULL,
  lost INTEGER NOT NULL CHECK (lost IN (0, 1)),
  anomalies INTEGER NOT NULL
) STRICT;
CREATE INDEX session_server ON session (server_id, started_ns);
CREATE INDEX session_client ON session (client_ip, started_ns);
CREATE INDEX session_connection ON session (client_ip, client_port, started_ns);
CREATE INDEX session_broken ON session (server_id, client_ip, started_ns)
  WHERE starttls_reply = 220 AND tls_established = 0;
CREATE INDEX session_capture ON session (capture_id);
CREATE INDEX session_certificate ON session (certificate) WHERE certificate IS NOT NULL;

CREATE TABLE exposure (
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  item TEXT NOT NULL,
  count INTEGER NOT NULL,
  octets INTEGER NOT NULL,
  PRIMARY KEY (session_id, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE content (
  session_id INTEGER PRIMARY KEY REFERENCES session ON DELETE CASCADE,
  received INTEGER NOT NULL,
  received_tls INTEGER NOT NULL,
  encoded_words INTEGER NOT NULL,
  eai_messages INTEGER NOT NULL,
  end_to_end_messages INTEGER NOT NULL,
  parts INTEGER NOT NULL,
  attachments INTEGER NOT NULL,
  attachment_octets INTEGER NOT NULL,
  media_left_out INTEGER NOT NULL
) STRICT;

CREATE TABLE header_field (
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  field TEXT NOT NULL,
  count INTEGER NOT NULL,
  octets INTEGER NOT NULL,
  PRIMARY KEY (session_id, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE media (
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  place INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  attachment INTEGER NOT NULL CHECK (attachment IN (0, 1)),
  count INTEGER NOT NULL,
  octets INTEGER NOT NULL,
  decoded_octets INTEGER NOT NULL,
  PRIMARY KEY (session_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE auth (
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  place INTEGER NOT NULL,
  mechanism TEXT NOT NULL,
  given TEXT NOT NULL CHECK (given IN ('nothing', 'name', 'unknown', 'verifier', 'token',
                                       'password')),
  outcome TEXT NOT NULL CHECK (outcome IN ('open', 'accepted', 'refused', 'cancelled')),
  responses INTEGER NOT NULL,
  octets INTEGER NOT NULL,
  PRIMARY KEY (session_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE kept (
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  place INTEGER NOT NULL,
  transaction_no INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('user', 'subject', 'filename')),
  value TEXT NOT NULL,
  PRIMARY KEY (session_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE address (
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  place INTEGER NOT NULL,
  transaction_no INTEGER NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('sender', 'recipient')),
  accepted INTEGER CHECK (accepted IN (0, 1)),
  domain TEXT,
  local_hash BLOB CHECK (length(local_hash) = 16),
  local_part TEXT,
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
  rung TEXT NOT NULL CHECK (rung IN ('undecided', 'cleartext', 'stripped', 'obsolete-tls',
                                     'unauthenticated', 'authenticable',
                                     'authentication-hidden')),
  software TEXT,
  history_sessions INTEGER NOT NULL,
  history_offered INTEGER NOT NULL
) STRICT;

CREATE TABLE contrast (
  server_id INTEGER NOT NULL REFERENCES server ON DELETE CASCADE,
  keyword_mark INTEGER NOT NULL,
  name_mark INTEGER NOT NULL,
  client_ip TEXT NOT NULL,
  missing INTEGER NOT NULL,
  offered INTEGER NOT NULL,
  before INTEGER NOT NULL,
  after INTEGER NOT NULL,
  others INTEGER NOT NULL,
  others_missing INTEGER NOT NULL,
  outside INTEGER NOT NULL,
  runs INTEGER NOT NULL,
  elsewhere INTEGER NOT NULL,
  elsewhere_missing INTEGER NOT NULL,
  uneven INTEGER NOT NULL CHECK (uneven IN (0, 1)),
  p REAL NOT NULL,
  p_adjusted REAL NOT NULL,
  tests INTEGER NOT NULL,
  sign TEXT NOT NULL,
  PRIMARY KEY (server_id, client_ip, keyword_mark, name_mark)
) STRICT, WITHOUT ROWID;

CREATE TABLE policy (
  policy_id INTEGER PRIMARY KEY,
  source TEXT NOT NULL CHECK (source IN ('list', 'mta-sts')),
  domain TEXT,
  host TEXT,
  address TEXT,
  port INTEGER,
  must_offer INTEGER NOT NULL CHECK (must_offer IN (0, 1)),
  mode TEXT CHECK (mode IN ('none', 'testing', 'enforce')),
  max_age INTEGER
) STRICT;

CREATE TABLE dns (
  dns_id INTEGER PRIMARY KEY,
  capture_id INTEGER NOT NULL REFERENCES capture ON DELETE CASCADE,
  seen_ns INTEGER NOT NULL,
  asker_ip TEXT NOT NULL,
  question TEXT,
  owner TEXT,
  type TEXT NOT NULL CHECK (type IN ('A', 'AAAA', 'CNAME', 'MX', 'TXT', 'TLSA', 'none')),
  preference INTEGER,
  value TEXT,
  ttl INTEGER,
  authentic INTEGER NOT NULL CHECK (authentic IN (0, 1)),
  rcode INTEGER NOT NULL
) STRICT;
CREATE INDEX dns_owner ON dns (owner, type);
CREATE INDEX dns_value ON dns (value) WHERE type IN ('A', 'AAAA');
CREATE INDEX dns_exchange ON dns (value, capture_id) WHERE type IN ('MX', 'CNAME');
CREATE INDEX dns_capture ON dns (capture_id);

CREATE TABLE weakness (
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  weakness TEXT NOT NULL,
  PRIMARY KEY (session_id, weakness)
) STRICT, WITHOUT ROWID;

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
  s.gap_octets,
  coalesce(v.rung, 'undecided') AS rung,
  v.software AS server_software,
  CASE s.estimated WHEN 1 THEN s.estimated_messages END AS estimated_messages,
  CASE s.estimated WHEN 1 THEN s.estimated_octets END AS estimated_octets
FROM session s
JOIN capture c ON c.capture_id = s.capture_id
JOIN server r ON r.server_id = s.server_id
LEFT JOIN verdict v ON v.session_id = s.session_id;

-- What a client did that could not have TLS: a fact of the sessions that follow.
CREATE VIEW v_reaction AS
SELECT session_id, server_id, client_ip, why, started_ns, next_session_id,
  coalesce(
    (SELECT CASE WHEN instr(e.detail, '"by":"list"') THEN 'list'
                 WHEN instr(e.detail, '"by":"mta-sts"') THEN 'mta-sts' ELSE 'tlsa' END
     FROM evidence e
     WHERE e.session_id = r.session_id AND e.rule = 'policy-violated'),
    (SELECT 'mta-sts-announced' FROM address a JOIN dns d
       ON d.owner = '_mta-sts.' || a.domain AND d.type = 'TXT' AND substr(d.value, 1, 7) = 'v=STSv1'
     WHERE a.session_id = r.session_id AND a.role = 'recipient' LIMIT 1)) AS insist_by,
  CASE WHEN mail = 1 THEN 'went-on'
       WHEN next_session_id IS NULL THEN 'left'
       WHEN next_server_id <> server_id THEN 'bypassed'
       WHEN next_mail = 1 THEN 'fell-back'
       WHEN next_tls = 1 THEN 'retried'
       ELSE 'deferred' END AS did
FROM (
  SELECT a.*, n.session_id AS next_session_id, n.server_id AS next_server_id,
    n.transactions > 0 AND n.tls_established IS NOT 1 AS next_mail,
    n.tls_established = 1 AS next_tls
  FROM (
    SELECT s.session_id, s.server_id, s.client_ip, s.started_ns, s.ended_ns,
      s.transactions > 0 AS mail,
      CASE WHEN s.starttls_reply = 220 THEN 'failed'
           WHEN s.starttls_requested = 1 THEN 'refused'
           ELSE 'not-offered' END AS why,
      coalesce(
        (SELECT b.session_id FROM session b
         WHERE b.client_ip = s.client_ip AND b.server_id <> s.server_id
           AND b.started_ns BETWEEN s.started_ns AND s.ended_ns + 600000000000
           AND b.session_id <> s.session_id AND b.tls_established = 1
           AND s.transactions = 0
         ORDER BY b.started_ns, b.session_id LIMIT 1),
        (SELECT b.session_id FROM session b
         WHERE b.client_ip = s.client_ip AND b.server_id = s.server_id
           AND b.started_ns > s.started_ns
           AND b.started_ns <= s.ended_ns + 21600000000000
           AND s.transactions = 0
         ORDER BY b.started_ns, b.session_id LIMIT 1)) AS next_id
    FROM session s
    WHERE s.tls_established IS NOT 1 AND s.tls_from_start IS NOT 1 AND s.decided = 1
      AND ((s.ehlo_accepted = 1 AND s.starttls_offered = 0) OR s.starttls_requested = 1)
  ) a
  LEFT JOIN session n ON n.session_id = a.next_id
) r;

CREATE VIEW v_evidence AS
SELECT session_id, rule, rank, detail FROM evidence;

CREATE VIEW v_exposure AS
SELECT session_id, item, count, octets FROM exposure;

CREATE VIEW v_tls AS
SELECT s.session_id,
  s.tls_established,
  s.tls_version_name AS tls_version,
  s.tls_cipher_name AS tls_cipher,
  s.tls_version_offered,
  s.tls_group_name AS tls_group,
  s.tls_post_quantum,
  s.tls_dh_bits,
  s.tls_retried,
  s.tls_resumed,
  s.tls_fallback,
  s.tls_compression,
  s.tls_downgrade,
  s.extended_master_secret,
  s.ech,
  s.client_certificate_asked,
  s.client_certificate_sent,
  s.sni,
  s.alpn,
  s.alpn_chosen,
  s.ja3,
  s.ja3s,
  s.ja4,
  s.tls_alert,
  s.tls_alert_by_client,
  s.certificate,
  s.chain,
  s.cert_verified,
  s.cert_error,
  s.cert_reason,
  s.cert_asked,
  s.cert_named,
  s.cert_covering,
  CASE s.estimated WHEN 1 THEN s.estimated_messages END AS estimated_messages,
  CASE s.estimated WHEN 1 THEN s.estimated_low END AS estimated_low,
  CASE s.estimated WHEN 1 THEN s.estimated_high END AS estimated_high,
  CASE s.estimated WHEN 1 THEN s.estimated_octets END AS estimated_octets,
  (SELECT group_concat(w.weakness, ' ') FROM weakness w
   WHERE w.session_id = s.session_id) AS weaknesses
FROM session s
WHERE s.hello_seen = 1 OR s.tls_established = 1;

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
   ORDER BY coalesce(n.cert_verified, 0) DESC, coalesce(n.cert_named, 0) DESC,
     k.not_after DESC, k.sha256 LIMIT 1) AS best_certificate,
  (SELECT group_concat(name, ', ') FROM
     (SELECT DISTINCT j.software AS name FROM session n
      JOIN verdict j ON j.session_id = n.session_id
      WHERE n.server_id = r.server_id AND j.software IS NOT NULL
      ORDER BY name LIMIT 20)) AS software
FROM server r
JOIN session s ON s.server_id = r.server_id
LEFT JOIN verdict v ON v.session_id = s.session_id
GROUP BY r.server_id;

CREATE VIEW v_capture AS
SELECT source AS capture_source,
  frames, octets, frames_dropped_kernel, frames_dropped_interface, damaged_frames, flows,
  mail_flows, gap_octets, started_at, ended_at, other_frames, fragments, unknown_link,
  mail_port_other, evicted, held_refused, holes_given_up, fragments_completed,
  fragments_expired, fragments_evicted, fragments_discarded, state, damage, trust_store
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
('capture', 'trust_store', 'What certificates were verified against; NULL: they were not'),
('server', '', 'One server address and port, with what rules remember of it'),
('server', 'server_id', 'Number of the server'),
('server', 'ip', 'IPv4 or IPv6 address (RFC 5952)'),
('server', 'port', 'TCP port'),
('server', 'ehlo_sessions', 'Sessions with a complete EHLO reply before TLS'),
('server', 'ehlo_offered', 'Of them, those that were offered STARTTLS'),
('server', 'changed', '1: sessions came or went since its sessions were last judged'),
('certificate', '', 'Certificates of servers and their chains, seen up to TLS 1.2'),
('certificate', 'sha256', 'SHA-256 of the DER, hexadecimal'),
('certificate', 'subject_cn', 'Common name of the subject; NULL: it has none'),
('certificate', 'issuer_cn', 'Common name of the issuer; NULL: it has none'),
('certificate', 'names', 'Names of subjectAltName, a line each; NULL: it has none'),
('certificate', 'not_before', 'Valid from, seconds since 1970'),
('certificate', 'not_after', 'Valid until, seconds since 1970'),
('certificate', 'key_type', 'RSA, EC and its curve, ED25519, ...; NULL: not known'),
('certificate', 'key_bits', 'Size of the key; NULL: not known'),
('certificate', 'signature', 'Algorithm of the signature on it; NULL: not known'),
('certificate', 'self_signed', '1: signed by its own key'),
('certificate', 'authority', '1: may sign others (basicConstraints CA)'),
('chain', '', 'Certificates that servers sent together'),
('chain', 'chain', 'Digest of the chain: session.chain'),
('chain', 'place', 'Order as sent, from 0: the server''s own'),
('chain', 'sha256', 'The certificate'),
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
('session', 'quit_sent', '1: QUIT was read'),
('session', 'ehlo_reply', 'Code of the last reply to EHLO or LHLO; NULL: none seen'),
('session', 'helo_reply', 'Code of the last reply to HELO; NULL: none seen'),
('session', 'masked_command', 'Octets of the longest command line of X alone; NULL: none seen'),
('session', 'masked_reply', 'Code of the reply to it; NULL: none seen'),
('session', 'ehlo_masked', '1: before any hello came XXXX and an argument, or X alone'),
('session', 'ehlo_accepted', '1: a complete 250 reply to EHLO; 0: refused; NULL: not known'),
('session', 'starttls_offered', '1: that reply listed STARTTLS; NULL: not known'),
('session', 'keywords', 'The reply to the last EHLO before TLS, a keyword a line; NULL: none'),
('session', 'keywords_cut', '1: the keywords did not all fit'),
('session', 'name_mark', 'Number over server_name, to tell machines apart; NULL: masked, or none'),
('session', 'keyword_mark', 'Number over the keywords, to tell machines apart; NULL: none read'),
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
('session', 'tls_version_offered', 'Highest version in the ClientHello; NULL: not known'),
('session', 'tls_group', 'Named group agreed on, IANA number; NULL: none, or not known'),
('session', 'tls_group_name', 'Its IANA name, else its number; NULL: none, or not known'),
('session', 'tls_post_quantum', '1: that group resists quantum computers; NULL: no group known'),
('session', 'tls_dh_bits', 'Bits of the prime of finite-field DH; NULL: none, or not known'),
('session', 'tls_retried', '1: a HelloRetryRequest was seen'),
('session', 'tls_resumed', '1: an earlier session was resumed; NULL: not known'),
('session', 'tls_fallback', '1: ClientHello says it is a fallback (RFC 7507); NULL: not known'),
('session', 'tls_compression', '1: TLS compression was chosen; NULL: not known'),
('session', 'tls_downgrade', 'Version that the server''s random admits to; NULL: none'),
('session', 'extended_master_secret', '1: RFC 7627 was agreed on; NULL: TLS 1.3, or not known'),
('session', 'ech', '1: ClientHello has encrypted_client_hello or its GREASE; NULL: not known'),
('session', 'client_certificate_asked', '1: the server asked for one; NULL: hidden, or not known'),
('session', 'client_certificate_sent', '1: the client sent one; NULL: hidden, or not known'),
('session', 'sni', 'Server name in the ClientHello; NULL: none seen'),
('session', 'alpn', 'First protocol of ALPN offered; NULL: none seen'),
('session', 'alpn_chosen', 'Protocol that the server chose; NULL: none seen'),
('session', 'ja3', 'JA3 of the ClientHello; NULL: not read'),
('session', 'ja3s', 'JA3S of the ServerHello; NULL: not read'),
('session', 'ja4', 'JA4 of the ClientHello; NULL: not read'),
('session', 'certificate', 'Server certificate; NULL: none seen'),
('session', 'chain', 'Its chain; NULL: none seen'),
('session', 'cert_verified', '1: the chain was trusted then; NULL: no trust store, or no chain'),
('session', 'cert_error', 'X509_V_ERR number of OpenSSL; NULL: none'),
('session', 'cert_reason', 'OpenSSL''s words for it; NULL: none'),
('session', 'cert_asked', 'Name it had to cover: SNI, else the greeting''s; NULL: none known'),
('session', 'cert_named', '1: the certificate covers that name; NULL: not known'),
('session', 'cert_covering', 'The name in it that does; NULL: none'),
('session', 'estimated', '1: messages under TLS could be estimated'),
('session', 'estimated_messages', 'Estimate from record sizes: messages under TLS'),
('session', 'estimated_low', 'Fewest messages that the records allow'),
('session', 'estimated_high', 'Most messages that the records allow'),
('session', 'estimated_octets', 'Estimate from record sizes: octets of content under TLS'),
('session', 'tls_alert', 'Fatal alert in the clear; NULL: none seen'),
('session', 'tls_alert_by_client', '1: that alert was the client''s'),
('session', 'tls_alert_hidden', '1: an encrypted alert was sent, known by its size'),
('session', 'tls_garbled', '1: octets that cannot be TLS came before it was established'),
('session', 'text_before_tls', 'Octets of text between the 220 and the hello'),
('session', 'transactions', 'MAIL commands read'),
('session', 'messages', 'Messages accepted, as far as read'),
('session', 'messages_known', '0: messages is a lower bound; NULL: nothing is known'),
('session', 'recipients_attempted', 'RCPT commands read'),
('session', 'recipients_accepted', 'Of them answered 250 or 251, as far as read'),
('session', 'recipients_known', '0: recipients_accepted is a lower bound; NULL: nothing is known'),
('session', 'content_octets', 'Octets of message content in the clear'),
('session', 'auth_mechanism', 'First AUTH mechanism tried in the clear; NULL: none seen'),
('session', 'credentials_exposed', '1: an AUTH exchange gave a secret away; NULL: not known'),
('session', 'auths', 'AUTH exchanges in the clear'),
('session', 'address_queries', 'VRFY and EXPN commands read'),
('session', 'addresses', 'Envelope addresses kept in the table address'),
('session', 'lost', '1: the dialogue could not be followed to its end'),
('session', 'anomalies', 'Bits of what was odd (facts.h, enum anomaly)'),
('exposure', '', 'What an observer could read, item by item'),
('exposure', 'session_id', 'The session'),
('exposure', 'item', 'What could be read'),
('exposure', 'count', 'How many of them'),
('exposure', 'octets', 'Their octets'),
('content', '', 'What the messages of a session that were read in the clear consist of'),
('content', 'session_id', 'The session'),
('content', 'received', 'Received fields: hops before this one'),
('content', 'received_tls', 'Of them, those that claim TLS'),
('content', 'encoded_words', 'Encoded words (RFC 2047) in their headers'),
('content', 'eai_messages', 'Messages with UTF-8 header fields (RFC 6532)'),
('content', 'end_to_end_messages', 'Messages encrypted by S/MIME or OpenPGP'),
('content', 'parts', 'MIME parts that are no multipart'),
('content', 'attachments', 'Of them, attachments'),
('content', 'attachment_octets', 'Octets of attachments, as transferred'),
('content', 'media_left_out', 'Parts not in the table media, for want of room'),
('header_field', '', 'Header fields read in the clear, by name, without their values'),
('header_field', 'session_id', 'The session'),
('header_field', 'field', 'Kind of field, or other'),
('header_field', 'count', 'How many of them'),
('header_field', 'octets', 'Their octets, names and line ends included'),
('media', '', 'MIME parts read in the clear, by media type'),
('media', 'session_id', 'The session'),
('media', 'place', 'Order in the session, from 0'),
('media', 'media_type', 'Media type, or other'),
('media', 'attachment', '1: attachments; 0: other parts'),
('media', 'count', 'How many of them'),
('media', 'octets', 'Octets of their bodies, as transferred'),
('media', 'decoded_octets', 'The same after base64 or quoted-printable'),
('auth', '', 'AUTH exchanges in the clear, the first ones of a session'),
('auth', 'session_id', 'The session'),
('auth', 'place', 'Order in the session, from 0'),
('auth', 'mechanism', 'SASL mechanism, upper case'),
('auth', 'given', 'The most that an observer got: nothing, name, unknown, verifier, token, password'),
('auth', 'outcome', 'open, accepted, refused or cancelled'),
('auth', 'responses', 'Responses of the client that were not empty'),
('auth', 'octets', 'Their octets, as sent'),
('kept', '', 'Values kept because the operator asked for them (--keep); otherwise empty'),
('kept', 'session_id', 'The session'),
('kept', 'place', 'Order in the session, from 0'),
('kept', 'transaction_no', 'Transaction in the session, from 1; 0: before any'),
('kept', 'kind', 'user, subject or filename'),
('kept', 'value', 'The value, escaped, perhaps cut'),
('address', '', 'Envelope addresses read in the clear, without their local parts'),
('address', 'session_id', 'The session'),
('address', 'place', 'Order in the session, from 0'),
('address', 'transaction_no', 'Transaction in the session, from 1'),
('address', 'role', 'sender or recipient'),
('address', 'accepted', '1: the server accepted it; NULL: not known'),
('address', 'domain', 'Domain, lower case; NULL: null reverse-path, or none given'),
('address', 'local_hash', 'First 16 octets of the HMAC-SHA256 of the address; NULL: null path'),
('address', 'local_part', 'The local part, if the operator asked to keep it; otherwise NULL'),
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
('verdict', 'rung', 'Rung of the protection ladder (RFC 7435)'),
('verdict', 'software', 'Server software, as its greeting names it; NULL: it does not'),
('verdict', 'history_sessions', 'What server.ehlo_sessions was when it was judged'),
('verdict', 'history_offered', 'What server.ehlo_offered was when it was judged'),
('contrast', '', 'Clients not offered STARTTLS by a server that offers it, compared with others'),
('contrast', 'server_id', 'The server'),
('contrast', 'keyword_mark', 'Which machine behind its address: session.keyword_mark'),
('contrast', 'name_mark', 'Which machine behind its address: session.name_mark; 0: any'),
('contrast', 'client_ip', 'The client'),
('contrast', 'missing', 'Sessions of the client without the offer; they span "the time"'),
('contrast', 'offered', 'Sessions of the client with it, in the time'),
('contrast', 'before', 'Sessions of the client with it, before the time'),
('contrast', 'after', 'Sessions of the client with it, after the time'),
('contrast', 'others', 'Sessions of other clients in the time, or up to an hour from it'),
('contrast', 'others_missing', 'Of them, those without the offer'),
('contrast', 'outside', 'Sessions of other clients with the offer, at any other time'),
('contrast', 'runs', 'Stretches without: 1 can be one change of mind of the operator'),
('contrast', 'elsewhere', 'Sessions of the client with other servers that offer, in the time'),
('contrast', 'elsewhere_missing', 'Of them, those without the offer'),
('contrast', 'uneven', '1: other clients lack it there, and their own paths are not the cause'),
('contrast', 'p', 'Exact test: so many without by chance; 1: nothing to compare with'),
('contrast', 'p_adjusted', 'The same after Holm, over all rows of this table that were tested'),
('contrast', 'tests', 'How many were tested'),
('contrast', 'sign', 'none, others, around, changed, chance, uneven or own-policy'),
('policy', '', 'What servers must do, by lists and MTA-STS policies the operator gave'),
('policy', 'policy_id', 'Number of the rule'),
('policy', 'source', 'list or mta-sts'),
('policy', 'domain', 'Mail domain of an MTA-STS policy; NULL: it is of a list'),
('policy', 'host', 'Host name, may begin with *.; NULL: an address is given'),
('policy', 'address', 'Address; NULL: a host name is given'),
('policy', 'port', 'Port; NULL: any'),
('policy', 'must_offer', '1: it must offer STARTTLS'),
('policy', 'mode', 'Mode of an MTA-STS policy; NULL: it is of a list'),
('policy', 'max_age', 'Seconds that an MTA-STS policy holds; NULL: it is of a list'),
('dns', '', 'DNS answers about mail that were captured; addresses of exchanges only'),
('dns', 'dns_id', 'Number of the record'),
('dns', 'capture_id', 'The capture it was seen in'),
('dns', 'seen_ns', 'When it was seen, nanoseconds since 1970'),
('dns', 'asker_ip', 'Who was told'),
('dns', 'question', 'Name that was asked for; NULL: not known'),
('dns', 'owner', 'Name that the record belongs to; NULL: there was no answer'),
('dns', 'type', 'Type of the record; none: the answer was that there is none'),
('dns', 'preference', 'Preference of an MX; NULL: it is none'),
('dns', 'value', 'Address, name or text; NULL: there was no answer'),
('dns', 'ttl', 'Seconds it may be kept; NULL: there was no answer'),
('dns', 'authentic', '1: the resolver says that DNSSEC proves it (AD)'),
('dns', 'rcode', 'Response code; 3: the name does not exist'),
('weakness', '', 'What RFC 9325 and RFC 8996 ask to avoid in the TLS of a session'),
('weakness', 'session_id', 'The session'),
('weakness', 'weakness', 'Its name'),
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
  CASE WHEN v.name IN ('v_session', 'v_tls') THEN 'session' ELSE substr(v.name, 3) END
WHERE v.type = 'view' AND v.name NOT IN ('v_server', 'v_reaction')
  AND NOT (v.name IN ('v_session', 'v_tls') AND c.name IN
           ('tls_version', 'tls_cipher', 'tls_group', 'messages', 'recipients_accepted',
            'credentials_exposed', 'estimated_messages', 'estimated_low', 'estimated_high',
            'estimated_octets'));

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
('v_session', 'rung', 'Rung of the protection ladder (RFC 7435)'),
('v_session', 'server_software', 'Server software, as its greeting names it; NULL: it does not'),
('v_session', 'estimated_messages', 'Estimate of the messages under TLS; NULL: none could be made'),
('v_session', 'estimated_octets', 'Estimate of their octets; NULL: none could be made'),
('v_reaction', '', 'What a client did that had no offer, was refused or failed in the handshake'),
('v_reaction', 'session_id', 'The session'),
('v_reaction', 'server_id', 'Its server'),
('v_reaction', 'client_ip', 'Its client'),
('v_reaction', 'why', 'not-offered, refused or failed'),
('v_reaction', 'started_ns', 'When it began, nanoseconds since 1970'),
('v_reaction', 'insist_by', 'Why it should have insisted: list, mta-sts, tlsa, mta-sts-announced; or NULL'),
('v_reaction', 'next_session_id', 'Session that shows what it did then; NULL: none was captured'),
('v_reaction', 'did', 'went-on, left, bypassed, fell-back, retried or deferred; see the manual'),
('v_tls', '', 'One row for each session whose TLS hello was read, or that was encrypted'),
('v_tls', 'tls_version', 'Negotiated version, TLSv1.3; NULL: not known'),
('v_tls', 'tls_cipher', 'Negotiated cipher suite, IANA name; NULL: not known'),
('v_tls', 'tls_group', 'Named group, IANA name; NULL: none, or not known'),
('v_tls', 'estimated_messages', 'Estimate of the messages under TLS; NULL: none could be made'),
('v_tls', 'estimated_low', 'Fewest messages that the records allow; NULL: no estimate'),
('v_tls', 'estimated_high', 'Most messages that the records allow; NULL: no estimate'),
('v_tls', 'estimated_octets', 'Estimate of their octets; NULL: none could be made'),
('v_tls', 'weaknesses', 'Names of what RFC 9325 asks to avoid; NULL: nothing'),
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
('v_server', 'best_certificate', 'Common name of its best certificate; NULL: none seen'),
('v_server', 'software', 'Software that its greetings name; NULL: none'),
('v_capture', '', 'One row for each source of frames'),
('v_capture', 'capture_source', 'Base name of the file, or the interface');
