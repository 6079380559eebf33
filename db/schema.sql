-- The findings database of mailtap.  Facts (session and what hangs on it) are kept apart from
-- opinions (judgement, evidence): these can be worked out again from those.
-- The tables are free to change; the views are the contract.  Of rows that come often a word is
-- checked with OR: a list with IN is made anew for each.
PRAGMA application_id = 0x4d544150; -- "MTAP"
PRAGMA user_version = 5;

CREATE TABLE meta (
  -- what belongs to the database as a whole: its key, its sensor; columns: see table describe
  key TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE describe (
  -- what every table, view and column is: SELECT * FROM describe WHERE object = 'session'
  object TEXT NOT NULL,
  "column" TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (object, "column")
) STRICT, WITHOUT ROWID;

CREATE TABLE sensor (
  -- one row for each place where captures were made; columns: see table describe
  sensor_id INTEGER PRIMARY KEY,
  mark TEXT NOT NULL UNIQUE,
  name TEXT,
  key_mark TEXT NOT NULL
) STRICT;

CREATE TABLE capture (
  -- one row for each file or run that was analysed; columns: see table describe
  capture_id INTEGER PRIMARY KEY,
  sensor_id INTEGER NOT NULL REFERENCES sensor,
  source TEXT NOT NULL,
  digest BLOB,
  state TEXT NOT NULL CHECK (state IN ('running', 'live', 'complete')),
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
  trust_store TEXT,
  pruned_ns INTEGER,
  rows_dropped INTEGER,
  outages INTEGER,
  clock_steps INTEGER,
  write_failures INTEGER
) STRICT;
CREATE UNIQUE INDEX capture_once ON capture (digest) WHERE state = 'complete';

CREATE TABLE server (
  -- one row for each server address and port; columns: see table describe
  server_id INTEGER PRIMARY KEY,
  ip TEXT NOT NULL,
  port INTEGER NOT NULL,
  ehlo_sessions INTEGER NOT NULL,
  ehlo_offered INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  UNIQUE (ip, port)
) STRICT;
CREATE INDEX server_changed ON server (changed) WHERE changed <> 0;

CREATE TABLE client (
  -- one row for each address that opened connections; columns: see table describe
  client_id INTEGER PRIMARY KEY,
  ip TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE name (
  -- names that were read, each once; columns: see table describe
  name_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE certificate (
  -- one row for each certificate that was read; columns: see table describe
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
  -- certificates that servers sent together, in their order; columns: see table describe
  chain TEXT NOT NULL,
  place INTEGER NOT NULL,
  sha256 TEXT NOT NULL REFERENCES certificate,
  PRIMARY KEY (chain, place)
) STRICT, WITHOUT ROWID;

-- ---- what many sessions have in common is stored once, and the session says which it is

CREATE TABLE course (
  -- how sessions went: those that went the same way share a row; columns: see table describe
  course_id INTEGER PRIMARY KEY,
  vlan INTEGER,
  ending TEXT NOT NULL CHECK (ending IN ('not-seen', 'closed', 'reset')),
  one_sided INTEGER CHECK (one_sided IN (0, 1)),
  midstream INTEGER NOT NULL CHECK (midstream IN (0, 1)),
  conflicts INTEGER NOT NULL,
  dpi_protocol TEXT,
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
  starttls_requested INTEGER CHECK (starttls_requested IN (0, 1)),
  starttls_reply INTEGER,
  tls_from_start INTEGER CHECK (tls_from_start IN (0, 1)),
  decided INTEGER CHECK (decided IN (0, 1)),
  hello_seen INTEGER NOT NULL CHECK (hello_seen IN (0, 1)),
  tls_established INTEGER CHECK (tls_established IN (0, 1)),
  tls_alert INTEGER,
  tls_alert_by_client INTEGER NOT NULL CHECK (tls_alert_by_client IN (0, 1)),
  tls_alert_hidden INTEGER NOT NULL CHECK (tls_alert_hidden IN (0, 1)),
  tls_garbled INTEGER NOT NULL CHECK (tls_garbled IN (0, 1)),
  text_before_tls INTEGER NOT NULL,
  messages_known INTEGER CHECK (messages_known IN (0, 1)),
  recipients_known INTEGER CHECK (recipients_known IN (0, 1)),
  auth_mechanism TEXT,
  credentials_exposed INTEGER CHECK (credentials_exposed IN (0, 1)),
  auths INTEGER NOT NULL,
  address_queries INTEGER NOT NULL,
  lost INTEGER NOT NULL CHECK (lost IN (0, 1)),
  anomalies INTEGER NOT NULL
) STRICT;

CREATE TABLE banner (
  -- what a server said of itself: greeting and EHLO reply; columns: see table describe
  banner_id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES server,
  server_name TEXT,
  greeting TEXT,
  keywords TEXT,
  keywords_cut INTEGER NOT NULL,
  name_mark INTEGER,
  keyword_mark INTEGER,
  software TEXT
) STRICT;
CREATE INDEX banner_server ON banner (server_id);

CREATE TABLE tls (
  -- what hellos offered and agreed on: sessions with the same share a row;
  -- columns: see table describe
  tls_id INTEGER PRIMARY KEY,
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
  alpn TEXT,
  alpn_chosen TEXT,
  ja3 TEXT,
  ja3s TEXT,
  ja4 TEXT
) STRICT;

CREATE TABLE identity (
  -- which certificates a server showed, and what came of checking them; columns: see table describe
  identity_id INTEGER PRIMARY KEY,
  server_id INTEGER NOT NULL REFERENCES server,
  certificate TEXT REFERENCES certificate,
  chain TEXT,
  cert_verified INTEGER CHECK (cert_verified IN (0, 1)),
  cert_error INTEGER,
  cert_reason TEXT,
  cert_asked TEXT,
  cert_named INTEGER CHECK (cert_named IN (0, 1)),
  cert_covering TEXT
) STRICT;
CREATE INDEX identity_server ON identity (server_id);

-- Its indexes are made when the first sessions are judged (indexes.sql): rows come faster without.
CREATE TABLE session (
  -- one row for each TCP connection that carried mail; easier to read: v_session;
  -- columns: see table describe
  session_id INTEGER PRIMARY KEY,
  capture_id INTEGER NOT NULL REFERENCES capture ON DELETE CASCADE,
  server_id INTEGER NOT NULL REFERENCES server,
  client_id INTEGER NOT NULL REFERENCES client,
  course_id INTEGER NOT NULL REFERENCES course,
  banner_id INTEGER REFERENCES banner,
  tls_id INTEGER REFERENCES tls,
  identity_id INTEGER REFERENCES identity,
  client_name_id INTEGER REFERENCES name,
  sni_id INTEGER REFERENCES name,
  client_port INTEGER NOT NULL,
  started_ns INTEGER NOT NULL,
  ended_ns INTEGER NOT NULL,
  gap_octets INTEGER NOT NULL,
  transactions INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  recipients_attempted INTEGER NOT NULL,
  recipients_accepted INTEGER NOT NULL,
  content_octets INTEGER NOT NULL,
  estimated_messages INTEGER,
  estimated_low INTEGER,
  estimated_high INTEGER,
  estimated_octets INTEGER,
  client_identity INTEGER,
  client_identity_octets INTEGER,
  server_identity INTEGER,
  server_identity_octets INTEGER,
  tls_metadata INTEGER,
  tls_metadata_octets INTEGER,
  tls_broken INTEGER CHECK (tls_broken = 1)
) STRICT;

CREATE TABLE mail (
  -- what was read of the mail of a session in the clear; no row: nothing;
  -- columns: see table describe
  session_id INTEGER PRIMARY KEY REFERENCES session ON DELETE CASCADE,
  envelope_sender INTEGER NOT NULL,
  envelope_sender_octets INTEGER NOT NULL,
  envelope_recipient INTEGER NOT NULL,
  envelope_recipient_octets INTEGER NOT NULL,
  header_field INTEGER NOT NULL,
  header_field_octets INTEGER NOT NULL,
  body INTEGER NOT NULL,
  body_octets INTEGER NOT NULL,
  attachment INTEGER NOT NULL,
  attachment_octets INTEGER NOT NULL,
  credential INTEGER NOT NULL,
  credential_octets INTEGER NOT NULL,
  received INTEGER,
  received_tls INTEGER,
  encoded_words INTEGER,
  eai_messages INTEGER,
  end_to_end_messages INTEGER,
  parts INTEGER,
  media_left_out INTEGER,
  field_from INTEGER,
  field_from_octets INTEGER,
  field_sender INTEGER,
  field_sender_octets INTEGER,
  field_reply_to INTEGER,
  field_reply_to_octets INTEGER,
  field_to INTEGER,
  field_to_octets INTEGER,
  field_cc INTEGER,
  field_cc_octets INTEGER,
  field_bcc INTEGER,
  field_bcc_octets INTEGER,
  field_subject INTEGER,
  field_subject_octets INTEGER,
  field_date INTEGER,
  field_date_octets INTEGER,
  field_message_id INTEGER,
  field_message_id_octets INTEGER,
  field_in_reply_to INTEGER,
  field_in_reply_to_octets INTEGER,
  field_references INTEGER,
  field_references_octets INTEGER,
  field_return_path INTEGER,
  field_return_path_octets INTEGER,
  field_received INTEGER,
  field_received_octets INTEGER,
  field_user_agent INTEGER,
  field_user_agent_octets INTEGER,
  field_origin INTEGER,
  field_origin_octets INTEGER,
  field_list INTEGER,
  field_list_octets INTEGER,
  field_dkim INTEGER,
  field_dkim_octets INTEGER,
  field_mime INTEGER,
  field_mime_octets INTEGER,
  field_tls_required INTEGER,
  field_tls_required_octets INTEGER,
  field_other INTEGER,
  field_other_octets INTEGER
) STRICT;

CREATE TABLE media (
  -- attachments and parts of a session, by their type; columns: see table describe
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
  -- one row for each AUTH exchange read in the clear; columns: see table describe
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  place INTEGER NOT NULL,
  mechanism TEXT NOT NULL,
  given TEXT NOT NULL CHECK (given = 'nothing' OR given = 'name' OR given = 'unknown'
    OR given = 'verifier' OR given = 'token' OR given = 'password'),
  outcome TEXT NOT NULL CHECK (outcome = 'open' OR outcome = 'accepted' OR outcome = 'refused'
    OR outcome = 'cancelled'),
  responses INTEGER NOT NULL,
  octets INTEGER NOT NULL,
  PRIMARY KEY (session_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE kept (
  -- plain text that the operator asked to keep; columns: see table describe
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  place INTEGER NOT NULL,
  transaction_no INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind = 'user' OR kind = 'subject' OR kind = 'filename'),
  value TEXT NOT NULL,
  PRIMARY KEY (session_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE address (
  -- one row for each envelope address read; easier to read: v_address; columns: see table describe
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  place INTEGER NOT NULL,
  transaction_no INTEGER NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('sender', 'recipient')),
  accepted INTEGER CHECK (accepted IN (0, 1)),
  domain_id INTEGER REFERENCES name,
  local_hash BLOB CHECK (length(local_hash) = 16),
  local_part TEXT,
  PRIMARY KEY (session_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE conflict (
  -- one row for each retransmission that differed from the first copy; columns: see table describe
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

CREATE TABLE opinion (
  -- what can be thought of a session, each once; columns: see table describe
  opinion_id INTEGER PRIMARY KEY,
  class TEXT NOT NULL CHECK (class IN ('cleartext', 'starttls', 'starttls-failed', 'stripped',
                                       'implicit-tls', 'unknown')),
  cleartext_reason TEXT CHECK (cleartext_reason IN ('not-offered', 'offered-unused', 'helo-only',
                                                    'refused', 'undetermined')),
  strip_rule TEXT,
  strip_rank TEXT CHECK (strip_rank IN ('certain', 'strong', 'weak')),
  rung TEXT NOT NULL CHECK (rung IN ('undecided', 'cleartext', 'stripped', 'obsolete-tls',
                                     'unauthenticated', 'authenticable',
                                     'authentication-hidden'))
) STRICT;

CREATE TABLE judgement (
  -- one row for each session that was judged: what is thought of it; easier to read: verdict;
  -- columns: see table describe
  session_id INTEGER PRIMARY KEY REFERENCES session ON DELETE CASCADE,
  opinion_id INTEGER NOT NULL REFERENCES opinion
) STRICT;

CREATE VIEW verdict AS
-- one row for each session that was judged: its class; columns: see table describe
SELECT j.session_id,
  (SELECT o.class FROM opinion o WHERE o.opinion_id = j.opinion_id) AS class,
  (SELECT o.cleartext_reason FROM opinion o WHERE o.opinion_id = j.opinion_id) AS cleartext_reason,
  (SELECT o.strip_rule FROM opinion o WHERE o.opinion_id = j.opinion_id) AS strip_rule,
  (SELECT o.strip_rank FROM opinion o WHERE o.opinion_id = j.opinion_id) AS strip_rank,
  (SELECT o.rung FROM opinion o WHERE o.opinion_id = j.opinion_id) AS rung
FROM judgement j;

CREATE TABLE contrast (
  -- clients not offered STARTTLS by a server that offers it to others; columns: see table describe
  server_id INTEGER NOT NULL REFERENCES server ON DELETE CASCADE,
  keyword_mark INTEGER NOT NULL,
  name_mark INTEGER NOT NULL,
  client_id INTEGER NOT NULL REFERENCES client,
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
  PRIMARY KEY (server_id, client_id, keyword_mark, name_mark)
) STRICT, WITHOUT ROWID;

CREATE TABLE policy (
  -- what servers must do, by lists and policies of the operator; columns: see table describe
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
  -- one row for each DNS record about mail that was seen; columns: see table describe
  dns_id INTEGER PRIMARY KEY,
  capture_id INTEGER NOT NULL REFERENCES capture ON DELETE CASCADE,
  seen_ns INTEGER NOT NULL,
  asker_ip TEXT NOT NULL,
  question TEXT,
  owner TEXT,
  type TEXT NOT NULL CHECK (type = 'A' OR type = 'AAAA' OR type = 'CNAME' OR type = 'MX'
    OR type = 'TXT' OR type = 'TLSA' OR type = 'none'),
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
  -- one row for each weakness of the TLS of a session; columns: see table describe
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  weakness TEXT NOT NULL,
  PRIMARY KEY (session_id, weakness)
) STRICT, WITHOUT ROWID;

CREATE TABLE unjudged (
  -- sessions whose verdict may have changed, or was left out; columns: see table describe
  session_id INTEGER PRIMARY KEY REFERENCES session ON DELETE CASCADE
) STRICT;

CREATE TABLE evidence (
  -- one row for each finding of stripping; why a session is so classed; columns: see table describe
  session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
  place INTEGER NOT NULL,
  rule TEXT NOT NULL,
  rank TEXT NOT NULL CHECK (rank = 'certain' OR rank = 'strong' OR rank = 'weak'),
  detail TEXT NOT NULL,
  PRIMARY KEY (session_id, place)
) STRICT, WITHOUT ROWID;

-- ---- every fact of a session in one wide row; columns that are not asked for cost nothing

CREATE VIEW v_facts AS
-- one row for each session: every fact of it, no opinion; columns: see table describe
SELECT s.session_id,
  s.capture_id,
  s.server_id,
  s.client_id,
  (SELECT x.ip FROM client x WHERE x.client_id = s.client_id) AS client_ip,
  s.client_port,
  strftime('%Y-%m-%dT%H:%M:%S', s.started_ns / 1000000000 - (s.started_ns % 1000000000 < 0),
    'unixepoch')
    || printf('.%06dZ', (s.started_ns % 1000000000 + 1000000000) % 1000000000 / 1000) AS started_at,
  strftime('%Y-%m-%dT%H:%M:%S', s.ended_ns / 1000000000 - (s.ended_ns % 1000000000 < 0),
    'unixepoch')
    || printf('.%06dZ', (s.ended_ns % 1000000000 + 1000000000) % 1000000000 / 1000) AS ended_at,
  s.started_ns,
  s.ended_ns,
  c.vlan,
  c.ending,
  c.one_sided,
  c.midstream,
  c.conflicts,
  c.dpi_protocol,
  c.dialogue,
  c.ehlo_sent,
  c.helo_sent,
  c.quit_sent,
  c.ehlo_reply,
  c.helo_reply,
  c.masked_command,
  c.masked_reply,
  c.ehlo_masked,
  c.ehlo_accepted,
  c.starttls_offered,
  c.starttls_requested,
  c.starttls_reply,
  c.tls_from_start,
  c.decided,
  c.hello_seen,
  c.tls_established,
  c.tls_alert,
  c.tls_alert_by_client,
  c.tls_alert_hidden,
  c.tls_garbled,
  c.text_before_tls,
  c.messages_known,
  c.recipients_known,
  c.auth_mechanism,
  c.credentials_exposed,
  c.auths,
  c.address_queries,
  c.lost,
  c.anomalies,
  (SELECT n.name FROM name n WHERE n.name_id = s.client_name_id) AS client_name,
  (SELECT n.name FROM name n WHERE n.name_id = s.sni_id) AS sni,
  s.banner_id,
  (SELECT b.server_name FROM banner b WHERE b.banner_id = s.banner_id) AS server_name,
  (SELECT b.greeting FROM banner b WHERE b.banner_id = s.banner_id) AS greeting,
  (SELECT b.name_mark FROM banner b WHERE b.banner_id = s.banner_id) AS name_mark,
  (SELECT b.software FROM banner b WHERE b.banner_id = s.banner_id) AS software,
  (SELECT b.keywords FROM banner b WHERE b.banner_id = s.banner_id) AS keywords,
  (SELECT b.keyword_mark FROM banner b WHERE b.banner_id = s.banner_id) AS keyword_mark,
  s.tls_id,
  (SELECT t.tls_version FROM tls t WHERE t.tls_id = s.tls_id) AS tls_version,
  (SELECT t.tls_version_name FROM tls t WHERE t.tls_id = s.tls_id) AS tls_version_name,
  (SELECT t.tls_cipher FROM tls t WHERE t.tls_id = s.tls_id) AS tls_cipher,
  (SELECT t.tls_cipher_name FROM tls t WHERE t.tls_id = s.tls_id) AS tls_cipher_name,
  (SELECT t.tls_version_offered FROM tls t WHERE t.tls_id = s.tls_id) AS tls_version_offered,
  (SELECT t.tls_group FROM tls t WHERE t.tls_id = s.tls_id) AS tls_group,
  (SELECT t.tls_group_name FROM tls t WHERE t.tls_id = s.tls_id) AS tls_group_name,
  (SELECT t.tls_post_quantum FROM tls t WHERE t.tls_id = s.tls_id) AS tls_post_quantum,
  (SELECT t.tls_dh_bits FROM tls t WHERE t.tls_id = s.tls_id) AS tls_dh_bits,
  (SELECT t.tls_retried FROM tls t WHERE t.tls_id = s.tls_id) AS tls_retried,
  (SELECT t.tls_resumed FROM tls t WHERE t.tls_id = s.tls_id) AS tls_resumed,
  (SELECT t.tls_fallback FROM tls t WHERE t.tls_id = s.tls_id) AS tls_fallback,
  (SELECT t.tls_compression FROM tls t WHERE t.tls_id = s.tls_id) AS tls_compression,
  (SELECT t.tls_downgrade FROM tls t WHERE t.tls_id = s.tls_id) AS tls_downgrade,
  (SELECT t.extended_master_secret FROM tls t WHERE t.tls_id = s.tls_id) AS extended_master_secret,
  (SELECT t.ech FROM tls t WHERE t.tls_id = s.tls_id) AS ech,
  (SELECT t.client_certificate_asked FROM tls t WHERE t.tls_id = s.tls_id)
    AS client_certificate_asked,
  (SELECT t.client_certificate_sent FROM tls t WHERE t.tls_id = s.tls_id)
    AS client_certificate_sent,
  (SELECT t.alpn FROM tls t WHERE t.tls_id = s.tls_id) AS alpn,
  (SELECT t.alpn_chosen FROM tls t WHERE t.tls_id = s.tls_id) AS alpn_chosen,
  (SELECT t.ja3 FROM tls t WHERE t.tls_id = s.tls_id) AS ja3,
  (SELECT t.ja3s FROM tls t WHERE t.tls_id = s.tls_id) AS ja3s,
  (SELECT t.ja4 FROM tls t WHERE t.tls_id = s.tls_id) AS ja4,
  s.identity_id,
  (SELECT i.certificate FROM identity i WHERE i.identity_id = s.identity_id) AS certificate,
  (SELECT i.chain FROM identity i WHERE i.identity_id = s.identity_id) AS chain,
  (SELECT i.cert_verified FROM identity i WHERE i.identity_id = s.identity_id) AS cert_verified,
  (SELECT i.cert_error FROM identity i WHERE i.identity_id = s.identity_id) AS cert_error,
  (SELECT i.cert_reason FROM identity i WHERE i.identity_id = s.identity_id) AS cert_reason,
  (SELECT i.cert_asked FROM identity i WHERE i.identity_id = s.identity_id) AS cert_asked,
  (SELECT i.cert_named FROM identity i WHERE i.identity_id = s.identity_id) AS cert_named,
  (SELECT i.cert_covering FROM identity i WHERE i.identity_id = s.identity_id) AS cert_covering,
  s.gap_octets,
  s.transactions,
  s.messages,
  s.recipients_attempted,
  s.recipients_accepted,
  s.content_octets,
  s.estimated_messages,
  s.estimated_low,
  s.estimated_high,
  s.estimated_octets
FROM session s
JOIN course c ON c.course_id = s.course_id;

CREATE VIEW v_session AS
-- one row for each session: facts and verdict; begin here; columns: see table describe
SELECT s.session_id,
  (SELECT x.source FROM capture x WHERE x.capture_id = s.capture_id) AS capture_source,
  c.vlan,
  k.ip AS client_ip,
  s.client_port,
  r.ip AS server_ip,
  r.port AS server_port,
  strftime('%Y-%m-%dT%H:%M:%S', s.started_ns / 1000000000 - (s.started_ns % 1000000000 < 0),
    'unixepoch')
    || printf('.%06dZ', (s.started_ns % 1000000000 + 1000000000) % 1000000000 / 1000) AS started_at,
  strftime('%Y-%m-%dT%H:%M:%S', s.ended_ns / 1000000000 - (s.ended_ns % 1000000000 < 0),
    'unixepoch')
    || printf('.%06dZ', (s.ended_ns % 1000000000 + 1000000000) % 1000000000 / 1000) AS ended_at,
  coalesce(v.class, 'unknown') AS class,
  v.cleartext_reason,
  (SELECT n.name FROM name n WHERE n.name_id = s.client_name_id) AS client_name,
  (SELECT b.server_name FROM banner b WHERE b.banner_id = s.banner_id) AS server_name,
  c.starttls_offered,
  c.starttls_requested,
  c.starttls_reply,
  c.tls_established,
  (SELECT t.tls_version_name FROM tls t WHERE t.tls_id = s.tls_id) AS tls_version,
  (SELECT t.tls_cipher_name FROM tls t WHERE t.tls_id = s.tls_id) AS tls_cipher,
  (SELECT n.name FROM name n WHERE n.name_id = s.sni_id) AS sni,
  (SELECT x.subject_cn FROM identity i JOIN certificate x ON x.sha256 = i.certificate
   WHERE i.identity_id = s.identity_id) AS cert_subject_cn,
  CASE c.messages_known WHEN 1 THEN s.messages END AS messages,
  s.recipients_attempted,
  CASE c.recipients_known WHEN 1 THEN s.recipients_accepted END AS recipients_accepted,
  s.content_octets,
  c.auth_mechanism,
  CASE WHEN c.credentials_exposed = 1 THEN 1
       WHEN c.lost = 1 OR (c.midstream = 1
         AND (SELECT b.greeting FROM banner b WHERE b.banner_id = s.banner_id) IS NULL) THEN NULL
       WHEN c.one_sided = 1 AND c.ehlo_sent = 0 AND c.helo_sent = 0 AND c.tls_from_start IS NOT 1
         THEN NULL
       ELSE 0 END AS credentials_exposed,
  v.strip_rule,
  v.strip_rank,
  c.one_sided,
  c.midstream,
  s.gap_octets,
  coalesce(v.rung, 'undecided') AS rung,
  (SELECT b.software FROM banner b WHERE b.banner_id = s.banner_id) AS server_software,
  s.estimated_messages,
  s.estimated_octets
FROM session s
JOIN course c ON c.course_id = s.course_id
JOIN server r ON r.server_id = s.server_id
JOIN client k ON k.client_id = s.client_id
LEFT JOIN verdict v ON v.session_id = s.session_id;

-- What a client did that could not have TLS: a fact of the sessions that follow.
CREATE VIEW v_reaction AS
-- one row for each session that could not have TLS: what its client did then;
-- columns: see table describe
SELECT session_id, server_id, client_id,
  (SELECT k.ip FROM client k WHERE k.client_id = r.client_id) AS client_ip,
  why, started_ns, next_session_id,
  coalesce(
    (SELECT CASE WHEN instr(e.detail, '"by":"list"') THEN 'list'
                 WHEN instr(e.detail, '"by":"mta-sts"') THEN 'mta-sts' ELSE 'tlsa' END
     FROM evidence e
     WHERE e.session_id = r.session_id AND e.rule = 'policy-violated'),
    (SELECT 'mta-sts-announced' FROM address a JOIN dns d
       ON d.owner = '_mta-sts.'
         || (SELECT n.name FROM name n WHERE n.name_id = a.domain_id)
       AND d.type = 'TXT' AND substr(d.value, 1, 7) = 'v=STSv1'
     WHERE a.session_id = r.session_id AND a.role = 'recipient' LIMIT 1)) AS insist_by,
  CASE WHEN mail = 1 THEN 'went-on'
       WHEN next_session_id IS NULL THEN 'left'
       WHEN next_server_id <> server_id THEN 'bypassed'
       WHEN next_mail = 1 THEN 'fell-back'
       WHEN next_tls = 1 THEN 'retried'
       ELSE 'deferred' END AS did
FROM (
  SELECT a.*, n.session_id AS next_session_id, n.server_id AS next_server_id,
    n.transactions > 0 AND nc.tls_established IS NOT 1 AS next_mail,
    nc.tls_established = 1 AS next_tls
  FROM (
    SELECT s.session_id, s.server_id, s.client_id, s.started_ns, s.ended_ns,
      s.transactions > 0 AS mail,
      CASE WHEN c.starttls_reply = 220 THEN 'failed'
           WHEN c.starttls_requested = 1 THEN 'refused'
           ELSE 'not-offered' END AS why,
      coalesce(
        (SELECT b.session_id FROM session b JOIN course bc ON bc.course_id = b.course_id
         WHERE b.client_id = s.client_id AND b.server_id <> s.server_id
           AND b.started_ns BETWEEN s.started_ns AND s.ended_ns + 600000000000
           AND b.session_id <> s.session_id AND bc.tls_established = 1
           AND s.transactions = 0
         ORDER BY b.started_ns, b.session_id LIMIT 1),
        (SELECT b.session_id FROM session b
         WHERE b.client_id = s.client_id AND b.server_id = s.server_id
           AND b.started_ns > s.started_ns
           AND b.started_ns <= s.ended_ns + 21600000000000
           AND s.transactions = 0
         ORDER BY b.started_ns, b.session_id LIMIT 1)) AS next_id
    FROM session s
    JOIN course c ON c.course_id = s.course_id
    WHERE c.tls_established IS NOT 1 AND c.tls_from_start IS NOT 1 AND c.decided = 1
      AND ((c.ehlo_accepted = 1 AND c.starttls_offered = 0) OR c.starttls_requested = 1)
  ) a
  LEFT JOIN session n ON n.session_id = a.next_id
  LEFT JOIN course nc ON nc.course_id = n.course_id
) r;

CREATE VIEW v_evidence AS
-- one row for each finding of stripping; detail is JSON; columns: see table describe
SELECT session_id, rule, rank, detail FROM evidence;

CREATE VIEW v_exposure AS
-- one row for each item of a session that an observer could read; columns: see table describe
SELECT session_id, 'envelope-sender' AS item, envelope_sender AS count,
  envelope_sender_octets AS octets FROM mail
  WHERE envelope_sender > 0 OR envelope_sender_octets > 0
UNION ALL SELECT session_id, 'envelope-recipient', envelope_recipient, envelope_recipient_octets
  FROM mail
  WHERE envelope_recipient > 0 OR envelope_recipient_octets > 0
UNION ALL SELECT session_id, 'header-field', header_field, header_field_octets FROM mail
  WHERE header_field > 0 OR header_field_octets > 0
UNION ALL SELECT session_id, 'body', body, body_octets FROM mail WHERE body > 0 OR body_octets > 0
UNION ALL SELECT session_id, 'attachment', attachment, attachment_octets FROM mail
  WHERE attachment > 0 OR attachment_octets > 0
UNION ALL SELECT session_id, 'credential', credential, credential_octets FROM mail
  WHERE credential > 0 OR credential_octets > 0
UNION ALL SELECT session_id, 'client-identity', client_identity, client_identity_octets FROM session
  WHERE client_identity > 0 OR client_identity_octets > 0
UNION ALL SELECT session_id, 'server-identity', server_identity, server_identity_octets FROM session
  WHERE server_identity > 0 OR server_identity_octets > 0
UNION ALL SELECT session_id, 'tls-metadata', tls_metadata, tls_metadata_octets FROM session
  WHERE tls_metadata > 0 OR tls_metadata_octets > 0;

CREATE VIEW v_header_field AS
-- header fields read in the clear, by kind, without values; columns: see table describe
SELECT session_id, 'from' AS field, field_from AS count, field_from_octets AS octets
  FROM mail WHERE field_from > 0
UNION ALL SELECT session_id, 'sender', field_sender, field_sender_octets
  FROM mail WHERE field_sender > 0
UNION ALL SELECT session_id, 'reply-to', field_reply_to, field_reply_to_octets
  FROM mail WHERE field_reply_to > 0
UNION ALL SELECT session_id, 'to', field_to, field_to_octets FROM mail WHERE field_to > 0
UNION ALL SELECT session_id, 'cc', field_cc, field_cc_octets FROM mail WHERE field_cc > 0
UNION ALL SELECT session_id, 'bcc', field_bcc, field_bcc_octets FROM mail WHERE field_bcc > 0
UNION ALL SELECT session_id, 'subject', field_subject, field_subject_octets
  FROM mail WHERE field_subject > 0
UNION ALL SELECT session_id, 'date', field_date, field_date_octets FROM mail WHERE field_date > 0
UNION ALL SELECT session_id, 'message-id', field_message_id, field_message_id_octets
  FROM mail WHERE field_message_id > 0
UNION ALL SELECT session_id, 'in-reply-to', field_in_reply_to, field_in_reply_to_octets
  FROM mail WHERE field_in_reply_to > 0
UNION ALL SELECT session_id, 'references', field_references, field_references_octets
  FROM mail WHERE field_references > 0
UNION ALL SELECT session_id, 'return-path', field_return_path, field_return_path_octets
  FROM mail WHERE field_return_path > 0
UNION ALL SELECT session_id, 'received', field_received, field_received_octets
  FROM mail WHERE field_received > 0
UNION ALL SELECT session_id, 'user-agent', field_user_agent, field_user_agent_octets
  FROM mail WHERE field_user_agent > 0
UNION ALL SELECT session_id, 'origin', field_origin, field_origin_octets
  FROM mail WHERE field_origin > 0
UNION ALL SELECT session_id, 'list', field_list, field_list_octets FROM mail WHERE field_list > 0
UNION ALL SELECT session_id, 'dkim', field_dkim, field_dkim_octets FROM mail WHERE field_dkim > 0
UNION ALL SELECT session_id, 'mime', field_mime, field_mime_octets FROM mail WHERE field_mime > 0
UNION ALL SELECT session_id, 'tls-required', field_tls_required, field_tls_required_octets
  FROM mail WHERE field_tls_required > 0
UNION ALL SELECT session_id, 'other', field_other, field_other_octets
  FROM mail WHERE field_other > 0;

CREATE VIEW v_address AS
-- one row for each envelope address read, with its domain; columns: see table describe
SELECT a.session_id,
  a.transaction_no,
  a.role,
  a.accepted,
  (SELECT n.name FROM name n WHERE n.name_id = a.domain_id) AS domain,
  a.local_hash,
  a.local_part
FROM address a;

CREATE VIEW v_tls AS
-- one row for each session whose TLS hello was read, or that was encrypted;
-- columns: see table describe
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
  s.estimated_messages,
  s.estimated_low,
  s.estimated_high,
  s.estimated_octets,
  (SELECT group_concat(w.weakness, ' ') FROM weakness w
   WHERE w.session_id = s.session_id) AS weaknesses
FROM v_facts s
WHERE s.hello_seen = 1 OR s.tls_established = 1;

CREATE VIEW v_server AS
-- one row for each server address and port; columns: see table describe
SELECT r.ip AS server_ip,
  r.port AS server_port,
  g.sessions,
  g.offered,
  g.not_offered,
  g.requested,
  g.established,
  coalesce((SELECT x.sessions FROM
     (SELECT n.server_id, count(*) AS sessions FROM verdict v
      CROSS JOIN session n ON n.session_id = v.session_id
      WHERE v.class = 'stripped' GROUP BY n.server_id) x WHERE x.server_id = r.server_id), 0)
    AS stripped,
  strftime('%Y-%m-%dT%H:%M:%S', g.first_ns / 1000000000 - (g.first_ns % 1000000000 < 0),
    'unixepoch')
    || printf('.%06dZ', (g.first_ns % 1000000000 + 1000000000) % 1000000000 / 1000) AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%S', g.last_ns / 1000000000 - (g.last_ns % 1000000000 < 0),
    'unixepoch')
    || printf('.%06dZ', (g.last_ns % 1000000000 + 1000000000) % 1000000000 / 1000) AS last_seen,
  (SELECT group_concat(name, ' ') FROM
     (SELECT DISTINCT b.server_name AS name FROM banner b
      WHERE b.server_id = r.server_id AND b.server_name IS NOT NULL
      ORDER BY name LIMIT 20)) AS names,
  (SELECT coalesce(k.subject_cn, 'sha256:' || k.sha256) FROM identity i
   JOIN certificate k ON k.sha256 = i.certificate
   WHERE i.server_id = r.server_id
   ORDER BY coalesce(i.cert_verified, 0) DESC, coalesce(i.cert_named, 0) DESC,
     k.not_after DESC, k.sha256 LIMIT 1) AS best_certificate,
  (SELECT group_concat(name, ', ') FROM
     (SELECT DISTINCT b.software AS name FROM banner b
      WHERE b.server_id = r.server_id AND b.software IS NOT NULL
      ORDER BY name LIMIT 20)) AS software
FROM server r
JOIN (
  SELECT s.server_id,
    count(*) AS sessions,
    count(*) FILTER (WHERE c.starttls_offered = 1) AS offered,
    count(*) FILTER (WHERE c.starttls_offered = 0) AS not_offered,
    count(*) FILTER (WHERE c.starttls_requested = 1) AS requested,
    count(*) FILTER (WHERE c.tls_established = 1) AS established,
    min(s.started_ns) AS first_ns,
    max(s.ended_ns) AS last_ns
  FROM session s
  JOIN course c ON c.course_id = s.course_id
  GROUP BY s.server_id
) g ON g.server_id = r.server_id;

CREATE VIEW v_capture AS
-- one row for each file or run that was analysed; columns: see table describe
SELECT c.source AS capture_source,
  c.frames, c.octets, c.frames_dropped_kernel, c.frames_dropped_interface,
  c.damaged_frames, c.flows,
  c.mail_flows, c.gap_octets, c.started_at, c.ended_at, c.other_frames, c.fragments, c.unknown_link,
  c.mail_port_other, c.evicted, c.held_refused, c.holes_given_up, c.fragments_completed,
  c.fragments_expired, c.fragments_evicted, c.fragments_discarded, c.state, c.damage, c.trust_store,
  s.name AS sensor,
  s.mark AS sensor_mark,
  c.pruned_ns,
  c.rows_dropped, c.outages, c.clock_steps, c.write_failures
FROM capture c
JOIN sensor s ON s.sensor_id = c.sensor_id;

-- ---- what it all is: one row for each table, view and column ('' is the object itself)

INSERT INTO describe VALUES
('sensor', '', 'Where captures were made: each database begins with a sensor of its own'),
('sensor', 'sensor_id', 'Number of the sensor'),
('sensor', 'mark',
 'Random, 32 hexadecimal digits: the same sensor in every database it was merged into'),
('sensor', 'name', 'Name the operator gave it; NULL: none'),
('sensor', 'key_mark',
 'Which key its address.local_hash were made with: hashes of different keys do not compare'),
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
('capture', 'digest',
 'XXH3 of the content and 16 zeros, or, of before, its SHA-256; NULL: not known yet'),
('capture', 'state',
 'running: rows of a run that died are removed by the next one; live: goes on; or complete'),
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
('capture', 'damage', 'What was wrong with the file, or with the run; NULL: nothing'),
('capture', 'trust_store', 'What certificates were verified against; NULL: they were not'),
('capture', 'sensor_id', 'The sensor that made it'),
('capture', 'rows_dropped',
 'Findings given up as too many waited for the database; NULL: a file was read'),
('capture', 'outages', 'Times the interface went down or away; NULL: a file was read'),
('capture', 'clock_steps',
 'Times the clock was set by more than a second; NULL: a file was read'),
('capture', 'write_failures',
 'Times the database could not be written, and was again; NULL: a file was read'),
('capture', 'pruned_ns',
 'Sessions that began before it were pruned, nanoseconds since 1970; NULL: none'),
('server', '', 'One server address and port, with what rules remember of it'),
('server', 'server_id', 'Number of the server'),
('server', 'ip', 'IPv4 or IPv6 address (RFC 5952)'),
('server', 'port', 'TCP port'),
('server', 'ehlo_sessions', 'Sessions with a complete EHLO reply before TLS'),
('server', 'ehlo_offered', 'Of them, those that were offered STARTTLS'),
('server', 'changed', '1: sessions came or went since its sessions were last judged'),
('client', '', 'Addresses that opened connections'),
('client', 'client_id', 'Number of the client'),
('client', 'ip', 'IPv4 or IPv6 address (RFC 5952)'),
('name', '', 'Names that were read, each once: of clients, in TLS, of mail domains'),
('name', 'name_id', 'Number of the name'),
('name', 'name', 'The name, escaped'),
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
('chain', 'chain', 'Digest of the chain: identity.chain'),
('chain', 'place', 'Order as sent, from 0: the server''s own'),
('chain', 'sha256', 'The certificate'),
('course', '', 'How a session went: sessions that went the same way share a row'),
('course', 'course_id', 'Number of the course'),
('course', 'vlan', 'Outermost 802.1Q identifier; NULL: untagged'),
('course', 'ending', 'How it ended: not-seen, closed or reset'),
('course', 'one_sided', '1: segments of one direction only were captured; NULL: not known'),
('course', 'midstream', '1: its first octets were not captured'),
('course', 'conflicts', 'Retransmissions that differed from the first copy'),
('course', 'dpi_protocol', 'The name nDPI gives it; NULL: none'),
('course', 'dialogue', '1: a dialogue was read'),
('course', 'ehlo_sent', '1: EHLO or LHLO was read'),
('course', 'helo_sent', '1: HELO was read'),
('course', 'quit_sent', '1: QUIT was read'),
('course', 'ehlo_reply', 'Code of the last reply to EHLO or LHLO; NULL: none seen'),
('course', 'helo_reply', 'Code of the last reply to HELO; NULL: none seen'),
('course', 'masked_command', 'Octets of the longest command line of X alone; NULL: none seen'),
('course', 'masked_reply', 'Code of the reply to it; NULL: none seen'),
('course', 'ehlo_masked', '1: before any hello came XXXX and an argument, or X alone'),
('course', 'ehlo_accepted', '1: a complete 250 reply to EHLO; 0: refused; NULL: not known'),
('course', 'starttls_offered', '1: that reply listed STARTTLS; NULL: not known'),
('course', 'starttls_requested', '1: the client sent STARTTLS; NULL: not known'),
('course', 'starttls_reply', 'Reply code to STARTTLS; NULL: none seen'),
('course', 'tls_from_start', '1: TLS from the first octet; NULL: not known'),
('course', 'decided', '1: the client went on after the EHLO reply; NULL: not known'),
('course', 'hello_seen', '1: a ClientHello or ServerHello was read'),
('course', 'tls_established', '1: the handshake completed; NULL: not known'),
('course', 'tls_alert', 'Fatal alert in the clear; NULL: none seen'),
('course', 'tls_alert_by_client', '1: that alert was the client''s'),
('course', 'tls_alert_hidden', '1: an encrypted alert was sent, known by its size'),
('course', 'tls_garbled', '1: octets that cannot be TLS came before it was established'),
('course', 'text_before_tls', 'Octets of text between the 220 and the hello'),
('course', 'messages_known', '0: messages is a lower bound; NULL: nothing is known'),
('course', 'recipients_known', '0: recipients_accepted is a lower bound; NULL: nothing is known'),
('course', 'auth_mechanism', 'First AUTH mechanism tried in the clear; NULL: none seen'),
('course', 'credentials_exposed', '1: an AUTH exchange gave a secret away; NULL: not known'),
('course', 'auths', 'AUTH exchanges in the clear'),
('course', 'address_queries', 'VRFY and EXPN commands read'),
('course', 'lost', '1: the dialogue could not be followed to its end'),
('course', 'anomalies', 'Bits of what was odd (facts.h, enum anomaly)'),
('banner', '', 'What a server said of itself: its greeting, and its reply to EHLO'),
('banner', 'banner_id', 'Number of the banner'),
('banner', 'server_id', 'The server'),
('banner', 'server_name', 'First word of the greeting; NULL: not seen'),
('banner', 'greeting', 'First line of the greeting without its code; NULL: not seen'),
('banner', 'keywords', 'The reply to the last EHLO before TLS, a keyword a line; NULL: none'),
('banner', 'keywords_cut', '1: the keywords did not all fit'),
('banner', 'name_mark', 'Number over server_name, to tell machines apart; NULL: masked, or none'),
('banner', 'keyword_mark', 'Number over the keywords, to tell machines apart; NULL: none read'),
('banner', 'software', 'Software that these name, an opinion; NULL: none'),
('tls', '', 'What hellos offered and agreed on: sessions with the same share a row'),
('tls', 'tls_id', 'Number of the agreement'),
('tls', 'tls_version', 'Negotiated version, as on the wire (772 is TLS 1.3); NULL: not known'),
('tls', 'tls_version_name', 'Its name; NULL: not known'),
('tls', 'tls_cipher', 'Negotiated cipher suite, IANA number; NULL: not known'),
('tls', 'tls_cipher_name', 'Its IANA name, else its number; NULL: not known'),
('tls', 'tls_version_offered', 'Highest version in the ClientHello; NULL: not known'),
('tls', 'tls_group', 'Named group agreed on, IANA number; NULL: none, or not known'),
('tls', 'tls_group_name', 'Its IANA name, else its number; NULL: none, or not known'),
('tls', 'tls_post_quantum', '1: that group resists quantum computers; NULL: no group known'),
('tls', 'tls_dh_bits', 'Bits of the prime of finite-field DH; NULL: none, or not known'),
('tls', 'tls_retried', '1: a HelloRetryRequest was seen'),
('tls', 'tls_resumed', '1: an earlier session was resumed; NULL: not known'),
('tls', 'tls_fallback', '1: ClientHello says it is a fallback (RFC 7507); NULL: not known'),
('tls', 'tls_compression', '1: TLS compression was chosen; NULL: not known'),
('tls', 'tls_downgrade', 'Version that the server''s random admits to; NULL: none'),
('tls', 'extended_master_secret', '1: RFC 7627 was agreed on; NULL: TLS 1.3, or not known'),
('tls', 'ech', '1: ClientHello has encrypted_client_hello or its GREASE; NULL: not known'),
('tls', 'client_certificate_asked', '1: the server asked for one; NULL: hidden, or not known'),
('tls', 'client_certificate_sent', '1: the client sent one; NULL: hidden, or not known'),
('tls', 'alpn', 'First protocol of ALPN offered; NULL: none seen'),
('tls', 'alpn_chosen', 'Protocol that the server chose; NULL: none seen'),
('tls', 'ja3', 'JA3 of the ClientHello; NULL: not read'),
('tls', 'ja3s', 'JA3S of the ServerHello; NULL: not read'),
('tls', 'ja4', 'JA4 of the ClientHello; NULL: not read'),
('identity', '', 'Certificates that a server showed, and what came of checking them'),
('identity', 'identity_id', 'Number of the identity'),
('identity', 'server_id', 'The server'),
('identity', 'certificate', 'Server certificate; NULL: none seen'),
('identity', 'chain', 'Its chain; NULL: none seen'),
('identity', 'cert_verified', '1: the chain was trusted then; NULL: no trust store, or no chain'),
('identity', 'cert_error', 'X509_V_ERR number of OpenSSL; NULL: none'),
('identity', 'cert_reason', 'OpenSSL''s words for it; NULL: none'),
('identity', 'cert_asked', 'Name it had to cover: SNI, else the greeting''s; NULL: none known'),
('identity', 'cert_named', '1: the certificate covers that name; NULL: not known'),
('identity', 'cert_covering', 'The name in it that does; NULL: none'),
('session', '', 'Facts of one TCP connection that carried SMTP or LMTP; no opinion'),
('session', 'session_id', 'Number of the session'),
('session', 'capture_id', 'The capture it was seen in'),
('session', 'server_id', 'The end that sent the 220 greeting, or the ServerHello'),
('session', 'client_id', 'The other end'),
('session', 'course_id', 'How it went'),
('session', 'banner_id', 'What the server said of itself; NULL: nothing was read'),
('session', 'tls_id', 'What the hellos say; NULL: none was read'),
('session', 'identity_id', 'What the server showed; NULL: no certificate was seen'),
('session', 'client_name_id', 'Last EHLO, HELO or LHLO argument before TLS; NULL: not seen'),
('session', 'sni_id', 'Server name in the ClientHello; NULL: none seen'),
('session', 'client_port', 'TCP port of the other end'),
('session', 'started_ns', 'Time of the first segment, nanoseconds since 1970'),
('session', 'ended_ns', 'Time of the last segment, nanoseconds since 1970'),
('session', 'gap_octets', 'Octets of it that were not captured'),
('session', 'transactions', 'MAIL commands read'),
('session', 'messages', 'Messages accepted, as far as read'),
('session', 'recipients_attempted', 'RCPT commands read'),
('session', 'recipients_accepted', 'Of them answered 250 or 251, as far as read'),
('session', 'content_octets', 'Octets of message content in the clear'),
('session', 'estimated_messages',
 'Estimate from record sizes: messages under TLS; NULL: no estimate'),
('session', 'estimated_low', 'Fewest messages that the records allow; NULL: no estimate'),
('session', 'estimated_high', 'Most messages that the records allow; NULL: no estimate'),
('session', 'estimated_octets',
 'Estimate from record sizes: octets of content under TLS; NULL: no estimate'),
('session', 'client_identity', 'EHLO, HELO and LHLO commands read; NULL: none'),
('session', 'client_identity_octets', 'Octets of their arguments; NULL: none'),
('session', 'server_identity', 'Greetings and first lines of EHLO replies; NULL: none'),
('session', 'server_identity_octets', 'Octets of their text; NULL: none'),
('session', 'tls_metadata', 'Hellos and certificates read; NULL: none'),
('session', 'tls_metadata_octets', 'Octets of the handshake in the clear; NULL: none'),
('session', 'tls_broken',
 '1: STARTTLS was answered 220 and TLS was not established; NULL: otherwise'),
('mail', '', 'What was read of the mail of a session in the clear; no row: nothing'),
('mail', 'session_id', 'The session'),
('mail', 'envelope_sender', 'MAIL commands'),
('mail', 'envelope_sender_octets', 'Octets of their paths'),
('mail', 'envelope_recipient', 'RCPT commands'),
('mail', 'envelope_recipient_octets', 'Octets of their paths'),
('mail', 'header_field', 'Header fields'),
('mail', 'header_field_octets', 'Octets of the header sections'),
('mail', 'body', 'Bodies'),
('mail', 'body_octets', 'Their octets'),
('mail', 'attachment', 'Attachments'),
('mail', 'attachment_octets', 'Their octets, as transferred'),
('mail', 'credential', 'AUTH exchanges that gave something away'),
('mail', 'credential_octets', 'Octets of their responses'),
('mail', 'received', 'Received fields: hops before this one; NULL: no content'),
('mail', 'received_tls', 'Of them, those that claim TLS; NULL: no content'),
('mail', 'encoded_words', 'Encoded words (RFC 2047) in their headers; NULL: no content'),
('mail', 'eai_messages', 'Messages with UTF-8 header fields (RFC 6532); NULL: no content'),
('mail', 'end_to_end_messages', 'Messages encrypted by S/MIME or OpenPGP; NULL: no content'),
('mail', 'parts', 'MIME parts that are no multipart; NULL: no content'),
('mail', 'media_left_out', 'Parts not in the table media, for want of room; NULL: no content'),
('mail', 'field_from', 'Header fields of the kind from; NULL: none'),
('mail', 'field_from_octets', 'Their octets, names and line ends included'),
('mail', 'field_sender', 'Header fields of the kind sender; NULL: none'),
('mail', 'field_sender_octets', 'Their octets, names and line ends included'),
('mail', 'field_reply_to', 'Header fields of the kind reply-to; NULL: none'),
('mail', 'field_reply_to_octets', 'Their octets, names and line ends included'),
('mail', 'field_to', 'Header fields of the kind to; NULL: none'),
('mail', 'field_to_octets', 'Their octets, names and line ends included'),
('mail', 'field_cc', 'Header fields of the kind cc; NULL: none'),
('mail', 'field_cc_octets', 'Their octets, names and line ends included'),
('mail', 'field_bcc', 'Header fields of the kind bcc; NULL: none'),
('mail', 'field_bcc_octets', 'Their octets, names and line ends included'),
('mail', 'field_subject', 'Header fields of the kind subject; NULL: none'),
('mail', 'field_subject_octets', 'Their octets, names and line ends included'),
('mail', 'field_date', 'Header fields of the kind date; NULL: none'),
('mail', 'field_date_octets', 'Their octets, names and line ends included'),
('mail', 'field_message_id', 'Header fields of the kind message-id; NULL: none'),
('mail', 'field_message_id_octets', 'Their octets, names and line ends included'),
('mail', 'field_in_reply_to', 'Header fields of the kind in-reply-to; NULL: none'),
('mail', 'field_in_reply_to_octets', 'Their octets, names and line ends included'),
('mail', 'field_references', 'Header fields of the kind references; NULL: none'),
('mail', 'field_references_octets', 'Their octets, names and line ends included'),
('mail', 'field_return_path', 'Header fields of the kind return-path; NULL: none'),
('mail', 'field_return_path_octets', 'Their octets, names and line ends included'),
('mail', 'field_received', 'Header fields of the kind received; NULL: none'),
('mail', 'field_received_octets', 'Their octets, names and line ends included'),
('mail', 'field_user_agent', 'Header fields of the kind user-agent; NULL: none'),
('mail', 'field_user_agent_octets', 'Their octets, names and line ends included'),
('mail', 'field_origin', 'Header fields of the kind origin; NULL: none'),
('mail', 'field_origin_octets', 'Their octets, names and line ends included'),
('mail', 'field_list', 'Header fields of the kind list; NULL: none'),
('mail', 'field_list_octets', 'Their octets, names and line ends included'),
('mail', 'field_dkim', 'Header fields of the kind dkim; NULL: none'),
('mail', 'field_dkim_octets', 'Their octets, names and line ends included'),
('mail', 'field_mime', 'Header fields of the kind mime; NULL: none'),
('mail', 'field_mime_octets', 'Their octets, names and line ends included'),
('mail', 'field_tls_required', 'Header fields of the kind tls-required; NULL: none'),
('mail', 'field_tls_required_octets', 'Their octets, names and line ends included'),
('mail', 'field_other', 'Header fields of the kind other; NULL: none'),
('mail', 'field_other_octets', 'Their octets, names and line ends included'),
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
('auth', 'given',
 'The most that an observer got: nothing, name, unknown, verifier, token, password'),
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
('address', 'domain_id', 'Domain, lower case; NULL: null reverse-path, or none given'),
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
('opinion', '', 'What can be thought of a session'),
('opinion', 'opinion_id', 'Number of the opinion'),
('opinion', 'class', 'Session class'),
('opinion', 'cleartext_reason', 'Why it was in the clear; NULL: the class is not cleartext'),
('opinion', 'strip_rule', 'Finding of the highest rank; NULL: none'),
('opinion', 'strip_rank', 'Its rank; NULL: none'),
('opinion', 'rung', 'Rung of the protection ladder (RFC 7435)'),
('judgement', '', 'What is thought of each session'),
('judgement', 'session_id', 'The session'),
('judgement', 'opinion_id', 'The opinion'),
('verdict', '', 'The opinion on each session, in words'),
('verdict', 'session_id', 'The session'),
('verdict', 'class', 'Session class'),
('verdict', 'cleartext_reason', 'Why it was in the clear; NULL: the class is not cleartext'),
('verdict', 'strip_rule', 'Finding of the highest rank; NULL: none'),
('verdict', 'strip_rank', 'Its rank; NULL: none'),
('verdict', 'rung', 'Rung of the protection ladder (RFC 7435)'),
('contrast', '', 'Clients not offered STARTTLS by a server that offers it, compared with others'),
('contrast', 'server_id', 'The server'),
('contrast', 'keyword_mark', 'Which machine behind its address: banner.keyword_mark'),
('contrast', 'name_mark', 'Which machine behind its address: banner.name_mark; 0: any'),
('contrast', 'client_id', 'The client'),
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
('unjudged', '', 'Sessions that wait for a verdict, as all behind the last judgement do'),
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
JOIN describe d ON d."column" = c.name AND d.object = (
  SELECT o.object FROM describe o WHERE o."column" = c.name AND o.object IN (
    'session', 'course', 'banner', 'tls', 'identity', 'capture', 'evidence', 'address',
    'verdict')
  AND (o.object IN ('session', 'course', 'banner', 'tls', 'identity')
       OR (v.name <> 'v_facts' AND o.object = substr(v.name, 3))) LIMIT 1)
WHERE v.type = 'view' AND v.name NOT IN ('v_server', 'v_reaction', 'v_exposure', 'v_header_field',
  'verdict')
  AND NOT (v.name IN ('v_session', 'v_tls') AND c.name IN
           ('tls_version', 'tls_cipher', 'tls_group', 'messages', 'recipients_accepted',
            'credentials_exposed'))
  AND NOT (v.name = 'v_capture' AND c.name IN ('sensor', 'capture_source', 'gap_octets'));

INSERT INTO describe VALUES
('v_session', '', 'One row for each session'),
('v_session', 'client_ip', 'Address of the client'),
('v_session', 'started_at', 'Time of the first segment, UTC'),
('v_session', 'ended_at', 'Time of the last segment, UTC'),
('v_session', 'client_name', 'Last EHLO, HELO or LHLO argument before TLS; NULL: not seen'),
('v_session', 'sni', 'Server name in the ClientHello; NULL: none seen'),
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
('v_session', 'credentials_exposed',
 '1: an AUTH exchange gave something away; NULL: not all was read'),
('v_session', 'strip_rule', 'Finding of the highest rank; NULL: none'),
('v_session', 'strip_rank', 'Its rank; NULL: none'),
('v_session', 'rung', 'Rung of the protection ladder (RFC 7435)'),
('v_session', 'server_software', 'Server software, as its greeting names it; NULL: it does not'),
('v_reaction', '', 'What a client did that had no offer, was refused or failed in the handshake'),
('v_reaction', 'session_id', 'The session'),
('v_reaction', 'server_id', 'Its server'),
('v_reaction', 'client_id', 'Its client'),
('v_reaction', 'client_ip', 'Address of its client'),
('v_reaction', 'why', 'not-offered, refused or failed'),
('v_reaction', 'started_ns', 'When it began, nanoseconds since 1970'),
('v_reaction', 'insist_by',
 'Why it should have insisted: list, mta-sts, tlsa, mta-sts-announced; or NULL'),
('v_reaction', 'next_session_id', 'Session that shows what it did then; NULL: none was captured'),
('v_reaction', 'did', 'went-on, left, bypassed, fell-back, retried or deferred; see the manual'),
('v_tls', '', 'One row for each session whose TLS hello was read, or that was encrypted'),
('v_tls', 'sni', 'Server name in the ClientHello; NULL: none seen'),
('v_tls', 'tls_version', 'Negotiated version, TLSv1.3; NULL: not known'),
('v_tls', 'tls_cipher', 'Negotiated cipher suite, IANA name; NULL: not known'),
('v_tls', 'tls_group', 'Named group, IANA name; NULL: none, or not known'),
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
('v_capture', 'capture_source', 'Base name of the file, or the interface'),
('v_capture', 'gap_octets', 'Octets of mail flows that were not captured; NULL while running'),
('v_capture', 'sensor', 'Name of the sensor; NULL: it was given none'),
('v_capture', 'sensor_mark', 'Random mark of the sensor: the same in every database'),
('v_exposure', 'session_id', 'The session'),
('v_exposure', 'item', 'What could be read'),
('v_exposure', 'count', 'How many of them'),
('v_exposure', 'octets', 'Their octets'),
('v_header_field', '', 'Header fields read in the clear, by kind, without their values'),
('v_header_field', 'session_id', 'The session'),
('v_header_field', 'field', 'Kind of field, or other'),
('v_header_field', 'count', 'How many of them'),
('v_header_field', 'octets', 'Their octets, names and line ends included'),
('v_address', '', 'Envelope addresses read in the clear, with their domains'),
('v_address', 'domain', 'Domain, lower case; NULL: null reverse-path, or none given'),
('v_facts', '', 'One row for each session, with every fact of it and no opinion'),
('v_facts', 'client_ip', 'Address of the other end'),
('v_facts', 'started_at', 'Time of the first segment, UTC'),
('v_facts', 'ended_at', 'Time of the last segment, UTC'),
('v_facts', 'client_name', 'Last EHLO, HELO or LHLO argument before TLS; NULL: not seen'),
('v_facts', 'sni', 'Server name in the ClientHello; NULL: none seen');
