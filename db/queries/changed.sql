-- What changed between two times?
-- :since TIME  begin of the first period; default: of all that was captured
-- :at TIME  end of the first period and begin of the second; default: the middle
-- :until TIME  end of the second period, itself left out; default: of all that was captured
-- A session belongs to the period in which it began.  difference is the share after less the share
-- before; low and high: its 95 % interval (Newcombe), where both are of 20 or more.  It takes
-- sessions and messages for independent, so one busy host that changed can make a difference; and one
-- interval in twenty misses the truth by chance.  Offered: of the sessions with a reply to EHLO, a
-- refusal being one without the offer.  Messages under TLS are an estimate.
WITH captured AS (
  SELECT coalesce(:since, min(started_at), (SELECT min(started_at) FROM v_session)) AS began,
    coalesce(:until, max(ended_at), (SELECT max(started_at) FROM v_session)) AS ended
  FROM v_capture
), divided AS (
  SELECT coalesce(:at, strftime('%Y-%m-%dT%H:%M:%f', (julianday(began) + julianday(ended)) / 2))
    AS at
  FROM captured
), counted AS MATERIALIZED (
  SELECT started_at >= (SELECT at FROM divided) AS later,
    starttls_offered AS offered,
    CASE WHEN starttls_offered = 1 THEN starttls_requested END AS used,
    CASE WHEN starttls_offered = 1 AND starttls_requested = 1 THEN tls_established END AS established,
    CASE class WHEN 'unknown' THEN NULL WHEN 'cleartext' THEN 1 WHEN 'stripped' THEN 2 ELSE 0 END
      AS clear,
    CASE WHEN auth_mechanism IS NOT NULL OR credentials_exposed = 1
      THEN credentials_exposed IS 1 END AS exposed,
    CASE WHEN tls_established = 1 AND tls_version IS NOT NULL THEN rung = 'obsolete-tls' END
      AS obsolete,
    count(*) AS sessions,
    sum(messages) AS messages,
    sum(estimated_messages) AS estimated
  FROM v_session
  WHERE (:since IS NULL OR started_at >= :since) AND (:until IS NULL OR started_at < :until)
  GROUP BY later, offered, used, established, clear, exposed, obsolete
), spread (place, figure, later, hit, n) AS (
  SELECT 1, 'STARTTLS offered', later, offered, sessions FROM counted
  UNION ALL SELECT 2, 'used when offered', later, used, sessions FROM counted
  UNION ALL SELECT 3, 'established when used', later, established, sessions FROM counted
  UNION ALL SELECT 4, 'in the clear, of decided', later, clear > 0, sessions FROM counted
  UNION ALL SELECT 5, 'stripped, of decided', later, clear = 2, sessions FROM counted
  UNION ALL SELECT 6, 'credentials exposed by AUTH', later, exposed, sessions FROM counted
  UNION ALL SELECT 7, 'obsolete TLS, of established', later, obsolete, sessions FROM counted
  UNION ALL SELECT 8, 'messages readable', later, 1, messages FROM counted
  UNION ALL SELECT 8, 'messages readable', later, 0, estimated FROM counted
), named (place, figure) AS (
  VALUES (1, 'STARTTLS offered'), (2, 'used when offered'), (3, 'established when used'),
    (4, 'in the clear, of decided'), (5, 'stripped, of decided'), (6, 'credentials exposed by AUTH'),
    (7, 'obsolete TLS, of established'), (8, 'messages readable')
), summed AS MATERIALIZED (
  SELECT named.figure,
    coalesce(sum(n) FILTER (WHERE hit = 1 AND later = 0), 0) AS before,
    coalesce(sum(n) FILTER (WHERE hit IS NOT NULL AND later = 0), 0) AS of_before,
    coalesce(sum(n) FILTER (WHERE hit = 1 AND later = 1), 0) AS after,
    coalesce(sum(n) FILTER (WHERE hit IS NOT NULL AND later = 1), 0) AS of_after
  FROM named
  LEFT JOIN spread USING (place)
  GROUP BY place
), compared AS MATERIALIZED (
  SELECT *, of_before >= 20 AND of_after >= 20 AS enough,
    newcombe_low(after, of_after, before, of_before) AS least,
    newcombe_high(after, of_after, before, of_before) AS most
  FROM summed
)
SELECT figure, before, of_before,
  CASE WHEN of_before >= 20 THEN round(1.0 * before / of_before, 4) END AS share_before,
  after, of_after,
  CASE WHEN of_after >= 20 THEN round(1.0 * after / of_after, 4) END AS share_after,
  CASE WHEN enough THEN round(1.0 * after / of_after - 1.0 * before / of_before, 4) END AS difference,
  CASE WHEN enough THEN round(least, 4) END AS low,
  CASE WHEN enough THEN round(most, 4) END AS high,
  CASE WHEN NOT enough THEN 'too few'
       WHEN least > 0 THEN 'higher'
       WHEN most < 0 THEN 'lower'
       ELSE 'no difference shown' END AS verdict,
  (SELECT at FROM divided) AS divided_at
FROM compared
