-- What changed between two times?
-- :since TIME  begin of the first period; default: of all that was captured
-- :at TIME  end of the first period and begin of the second; default: the middle
-- :until TIME  end of the second period, itself left out; default: of all that was captured
-- A session belongs to the period in which it began.  difference is the share after less the share
-- before; low and high: its 95 % interval (Newcombe), where both are of 20 or more.  It takes
-- sessions and messages for independent: one busy host that changed can make a difference; and one
-- interval in twenty misses the truth by chance.  Offered: of the sessions with a reply to EHLO, a
-- refusal being one without the offer.  Messages under TLS are an estimate.
WITH given AS (
  SELECT time_ns(:since) AS since, time_ns(:at) AS at, time_ns(:until) AS until
), captured AS (
  SELECT coalesce(since, (SELECT min(started_ns) FROM capture),
                  (SELECT min(started_ns) FROM session)) AS began,
    coalesce(until, (SELECT max(ended_ns) FROM capture),
             (SELECT max(started_ns) FROM session)) AS ended
  FROM given
), divided AS (
  SELECT coalesce((SELECT at FROM given), began + (ended - began) / 2) AS at
  FROM captured
), seen AS ( -- 1: it is so, 0: it is not, NULL: the session is no case of this figure
  SELECT CASE WHEN s.started_ns >= (SELECT at FROM divided) THEN 4294967296 ELSE 1 END AS one,
    c.starttls_offered AS offered,
    CASE WHEN c.starttls_offered = 1 THEN c.starttls_requested END AS used,
    CASE WHEN c.starttls_offered = 1 AND c.starttls_requested = 1 THEN c.tls_established END
      AS established,
    CASE coalesce(v.class, 'unknown') WHEN 'unknown' THEN NULL WHEN 'cleartext' THEN 1
      WHEN 'stripped' THEN 2 ELSE 0 END AS clear, -- 2: stripped
    CASE WHEN c.credentials_exposed = 1 THEN 1 WHEN c.auth_mechanism IS NOT NULL THEN 0 END
      AS exposed,
    CASE WHEN c.tls_established = 1
        AND (SELECT t.tls_version FROM tls t WHERE t.tls_id = s.tls_id) IS NOT NULL
      THEN coalesce(v.rung, 'undecided') = 'obsolete-tls' END AS obsolete,
    CASE c.messages_known WHEN 1 THEN s.messages END AS messages,
    CASE c.messages_known WHEN 1 THEN s.messages ELSE 0 END + coalesce(s.estimated_messages, 0)
      AS of_messages
  FROM session s NOT INDEXED
  CROSS JOIN course c ON c.course_id = s.course_id
  LEFT JOIN verdict v ON v.session_id = s.session_id
  WHERE s.started_ns >= coalesce((SELECT since FROM given), s.started_ns)
    AND s.started_ns < coalesce((SELECT until FROM given), s.started_ns + 1)
  LIMIT -1 -- so that what is selected here is worked out once for each session
), counted AS MATERIALIZED ( -- in one pass: before the division in units of 1, after it of 2^32
  SELECT sum(one * offered) AS offered, sum(one) FILTER (WHERE offered IS NOT NULL) AS of_offered,
    sum(one * used) AS used, sum(one) FILTER (WHERE used IS NOT NULL) AS of_used,
    sum(one * established) AS established,
    sum(one) FILTER (WHERE established IS NOT NULL) AS of_established,
    sum(one) FILTER (WHERE clear > 0) AS clear, sum(one) FILTER (WHERE clear = 2) AS stripped,
    sum(one) FILTER (WHERE clear IS NOT NULL) AS of_decided,
    sum(one * exposed) AS exposed, sum(one) FILTER (WHERE exposed IS NOT NULL) AS of_exposed,
    sum(one * obsolete) AS obsolete, sum(one) FILTER (WHERE obsolete IS NOT NULL) AS of_obsolete,
    sum(one * messages) AS messages, sum(one * of_messages) AS of_messages
  FROM seen
), listed (place, figure, hits, n) AS (
  SELECT 1, 'STARTTLS offered', offered, of_offered FROM counted
  UNION ALL SELECT 2, 'used when offered', used, of_used FROM counted
  UNION ALL SELECT 3, 'established when used', established, of_established FROM counted
  UNION ALL SELECT 4, 'in the clear of decided', clear, of_decided FROM counted
  UNION ALL SELECT 5, 'stripped of decided', stripped, of_decided FROM counted
  UNION ALL SELECT 6, 'credentials exposed by AUTH', exposed, of_exposed FROM counted
  UNION ALL SELECT 7, 'obsolete TLS of established', obsolete, of_obsolete FROM counted
  UNION ALL SELECT 8, 'messages readable', messages, of_messages FROM counted
), halves AS (
  SELECT place, figure,
    coalesce(hits & 4294967295, 0) AS before, coalesce(n & 4294967295, 0) AS of_before,
    coalesce(hits >> 32, 0) AS after, coalesce(n >> 32, 0) AS of_after
  FROM listed
), compared AS MATERIALIZED (
  SELECT *, of_before >= 20 AND of_after >= 20 AS enough,
    newcombe_low(after, of_after, before, of_before) AS least,
    newcombe_high(after, of_after, before, of_before) AS most
  FROM halves
)
SELECT figure, before, of_before,
  CASE WHEN of_before >= 20 THEN round(1.0 * before / of_before, 4) END AS share_before,
  after, of_after,
  CASE WHEN of_after >= 20 THEN round(1.0 * after / of_after, 4) END AS share_after,
  CASE WHEN enough THEN round(1.0 * after / of_after - 1.0 * before / of_before, 4) END
    AS difference,
  CASE WHEN enough THEN round(least, 4) + 0.0 END AS low, -- no negative zero
  CASE WHEN enough THEN round(most, 4) + 0.0 END AS high,
  CASE WHEN NOT enough THEN 'too few'
       WHEN least > 0 THEN 'higher'
       WHEN most < 0 THEN 'lower'
       ELSE 'no difference shown' END AS verdict,
  coalesce(:at,
    (SELECT strftime('%Y-%m-%dT%H:%M:%f', at / 1000000000.0, 'unixepoch') FROM divided))
    AS divided_at
FROM compared
ORDER BY place
