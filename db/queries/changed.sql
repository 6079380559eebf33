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
  SELECT started_at >= (SELECT at FROM divided) AS later,
    starttls_offered AS offered,
    CASE WHEN starttls_offered = 1 THEN starttls_requested END AS used,
    CASE WHEN starttls_offered = 1 AND starttls_requested = 1 THEN tls_established END
      AS established,
    CASE class WHEN 'cleartext' THEN 1 WHEN 'stripped' THEN 2 WHEN 'unknown' THEN NULL ELSE 0 END
      AS clear, -- 2: stripped
    CASE WHEN credentials_exposed = 1 THEN 1 WHEN auth_mechanism IS NOT NULL THEN 0 END AS exposed,
    CASE WHEN tls_established = 1 AND tls_version IS NOT NULL THEN rung = 'obsolete-tls' END
      AS obsolete,
    messages,
    estimated_messages AS estimated
  FROM v_session
  WHERE (:since IS NULL OR started_at >= :since) AND (:until IS NULL OR started_at < :until)
  LIMIT -1 -- so that what is selected here is worked out once for each session
), counted AS MATERIALIZED (
  SELECT
    sum(offered > 0) AS offered, sum(offered > 0 AND later) AS offered_later,
    count(offered) AS of_offered, count(offered) FILTER (WHERE later) AS of_offered_later,
    sum(used > 0) AS used, sum(used > 0 AND later) AS used_later,
    count(used) AS of_used, count(used) FILTER (WHERE later) AS of_used_later,
    sum(established > 0) AS established, sum(established > 0 AND later) AS established_later,
    count(established) AS of_established,
    count(established) FILTER (WHERE later) AS of_established_later,
    sum(clear > 0) AS clear, sum(clear > 0 AND later) AS clear_later,
    count(clear) AS of_clear, count(clear) FILTER (WHERE later) AS of_clear_later,
    sum(exposed > 0) AS exposed, sum(exposed > 0 AND later) AS exposed_later,
    count(exposed) AS of_exposed, count(exposed) FILTER (WHERE later) AS of_exposed_later,
    sum(obsolete > 0) AS obsolete, sum(obsolete > 0 AND later) AS obsolete_later,
    count(obsolete) AS of_obsolete, count(obsolete) FILTER (WHERE later) AS of_obsolete_later,
    sum(clear = 2) AS stripped, sum(clear = 2 AND later) AS stripped_later,
    sum(messages) AS messages, sum(messages) FILTER (WHERE later) AS messages_later,
    sum(estimated) AS estimated, sum(estimated) FILTER (WHERE later) AS estimated_later
  FROM seen
), listed (place, figure, hits, hits_later, n, n_later) AS (
  SELECT 1, 'STARTTLS offered', offered, offered_later, of_offered,
    of_offered_later FROM counted
  UNION ALL SELECT 2, 'used when offered', used, used_later, of_used,
    of_used_later FROM counted
  UNION ALL SELECT 3, 'established when used', established, established_later, of_established,
    of_established_later FROM counted
  UNION ALL SELECT 4, 'in the clear of decided', clear, clear_later, of_clear,
    of_clear_later FROM counted
  UNION ALL SELECT 5, 'stripped of decided', stripped, stripped_later, of_clear,
    of_clear_later FROM counted
  UNION ALL SELECT 6, 'credentials exposed by AUTH', exposed, exposed_later, of_exposed,
    of_exposed_later FROM counted
  UNION ALL SELECT 7, 'obsolete TLS of established', obsolete, obsolete_later, of_obsolete,
    of_obsolete_later FROM counted
  UNION ALL SELECT 8, 'messages readable', messages, messages_later,
    coalesce(messages, 0) + coalesce(estimated, 0),
    coalesce(messages_later, 0) + coalesce(estimated_later, 0) FROM counted
), halves AS (
  SELECT place, figure,
    coalesce(hits, 0) - coalesce(hits_later, 0) AS before, n - n_later AS of_before,
    coalesce(hits_later, 0) AS after, n_later AS of_after
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
