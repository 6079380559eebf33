-- How much mail could an observer read?
-- low and high: 95 % interval of the share of the sessions decided that were in the clear;
-- sessions_stripped_low and sessions_stripped_high: of those that were stripped; messages_low and messages_high: of the share of the messages that were readable, those under TLS
-- as estimated.  Sessions cluster by server, and it is servers that are resampled; more of them than
-- bootstrap_low() takes have no interval.
WITH seen AS (
  SELECT s.server_id, s.messages, s.estimated_messages, s.estimated_low, s.estimated_high,
    s.content_octets, c.messages_known, c.tls_established,
    CASE coalesce(v.class, 'unknown') WHEN 'cleartext' THEN 1 WHEN 'stripped' THEN 2
      WHEN 'starttls-failed' THEN 3 WHEN 'unknown' THEN NULL ELSE 0 END AS class
  FROM session s NOT INDEXED
  CROSS JOIN course c ON c.course_id = s.course_id
  LEFT JOIN verdict v ON v.session_id = s.session_id
  LIMIT -1 -- so that what is selected here is worked out once for each session
), served AS (
  SELECT sum(messages) AS messages,
    sum(messages + coalesce(estimated_messages, 0)) AS of_messages,
    sum(messages + coalesce(estimated_low, 0)) AS at_least,
    sum(messages + coalesce(estimated_high, 0)) AS at_most,
    count(*) FILTER (WHERE messages_known = 0) AS uncounted,
    count(*) FILTER (WHERE class IN (1, 2)) AS clear,
    count(*) FILTER (WHERE class = 2) AS stripped,
    count(*) FILTER (WHERE class = 3) AS failed,
    count(class) AS decided,
    count(*) FILTER (WHERE tls_established = 1) AS encrypted,
    count(estimated_messages) FILTER (WHERE tls_established = 1) AS estimated,
    count(*) FILTER (WHERE content_octets > 0) AS with_content,
    sum(content_octets) AS content_octets,
    count(*) AS sessions,
    count(*) OVER () <= 50000 AS few
  FROM seen
  GROUP BY server_id
)
SELECT coalesce(sum(messages), 0) AS messages,
  coalesce(sum(of_messages), 0) AS of_messages_estimated,
  CASE WHEN sum(of_messages) >= 20
    THEN round(bootstrap_low(messages, of_messages) FILTER (WHERE few), 4) END AS messages_low,
  CASE WHEN sum(of_messages) >= 20
    THEN round(bootstrap_high(messages, of_messages) FILTER (WHERE few), 4) END AS messages_high,
  coalesce(sum(at_least), 0) AS of_messages_at_least,
  coalesce(sum(at_most), 0) AS of_messages_at_most,
  coalesce(sum(uncounted), 0) AS sessions_with_uncounted_messages,
  coalesce(sum(clear), 0) AS sessions_in_the_clear,
  coalesce(sum(stripped), 0) AS sessions_stripped,
  coalesce(sum(decided), 0) AS of_sessions_decided,
  CASE WHEN sum(decided) >= 20
    THEN round(bootstrap_low(clear, decided) FILTER (WHERE few), 4) END AS low,
  CASE WHEN sum(decided) >= 20
    THEN round(bootstrap_high(clear, decided) FILTER (WHERE few), 4) END AS high,
  coalesce(sum(sessions - decided), 0) AS undecided,
  CASE WHEN sum(decided) >= 20
    THEN round(bootstrap_low(stripped, decided) FILTER (WHERE few), 4) END AS sessions_stripped_low,
  CASE WHEN sum(decided) >= 20
    THEN round(bootstrap_high(stripped, decided) FILTER (WHERE few), 4) END AS sessions_stripped_high,
  coalesce(sum(encrypted), 0) AS sessions_encrypted,
  coalesce(sum(estimated), 0) AS sessions_estimated,
  coalesce(sum(failed), 0) AS sessions_failed,
  coalesce(sum(with_content), 0) AS sessions_with_content,
  coalesce(sum(content_octets), 0) AS content_octets,
  coalesce(sum(sessions), 0) AS sessions
FROM served
