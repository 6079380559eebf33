-- What changed between two times?
-- :since TIME  begin of the first period; default: of all that was captured
-- :at TIME  end of the first period and begin of the second; default: the middle
-- :until TIME  end of the second period, itself left out; default: of all that was captured
-- A session belongs to the period in which it began.  difference is the share after less the share
-- before; low and high: its 95 % interval (Newcombe), where both are of 20 or more.  It takes
-- sessions and messages for independent: one busy host that changed can make a difference; and one
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
), seen AS ( -- 1: it is so, 0: it is not, NULL: the session is no case of this figure
  SELECT CASE WHEN started_at >= (SELECT at FROM divided) THEN 4294967296 ELSE 1 END AS one,
    starttls_offered AS offered,
    CASE WHEN starttls_offered = 1 THEN starttls_requested END AS used,
    CASE WHEN starttls_offered = 1 AND starttls_requested = 1 THEN tls_established END
      AS established,
    CASE class WHEN 'unknown' THEN NULL WHEN 'cleartext' THEN 1 WHEN 'stripped' THEN 2 ELSE 0 END
      AS clear, -- 2: stripped
    CASE WHEN credentials_exposed = 1 THEN 1 WHEN auth_mechanism IS NOT NULL THEN 0 END AS exposed,
    CASE WHEN tls_established = 1 AND tls_version IS NOT NULL THEN rung = 'obsolete-tls' END
      AS obsolete,
    messages,
    coalesce(messages, 0) + coalesce(estimated_messages, 0) AS of_messages
  FROM v_session
  WHERE (:since IS NULL OR started_at >= :since) AND (:until IS NULL OR started_at < :until)
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
  (SELECT at FROM divided) AS divided_at
FROM compared
ORDER BY place
