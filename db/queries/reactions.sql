-- What did senders do that could not have TLS?
-- Went on in the clear at once; or ended without MAIL, and then: left (nothing more was captured),
-- bypassed (TLS with another server within 10 minutes), or came back within 6 hours: fell back to
-- the clear, retried with TLS, or deferred again.  A short capture sees few of those.
-- low and high: 95 % interval (Wilson) of the share that ended without MAIL.
SELECT why,
  count(*) AS sessions,
  count(*) FILTER (WHERE did = 'went-on') AS went_on_in_clear,
  count(*) FILTER (WHERE did <> 'went-on') AS ended_without_mail,
  CASE WHEN count(*) >= 20
    THEN round(wilson_low(count(*) FILTER (WHERE did <> 'went-on'), count(*)), 4) END AS low,
  CASE WHEN count(*) >= 20
    THEN round(wilson_high(count(*) FILTER (WHERE did <> 'went-on'), count(*)), 4) END AS high,
  count(*) FILTER (WHERE did = 'bypassed') AS bypassed,
  count(*) FILTER (WHERE did = 'fell-back') AS fell_back_later,
  count(*) FILTER (WHERE did = 'retried') AS retried_with_tls,
  count(*) FILTER (WHERE did = 'deferred') AS deferred,
  count(*) FILTER (WHERE did = 'left') AS not_seen_again,
  count(*) FILTER (WHERE insist_by IS NOT NULL) AS asked_to_insist,
  count(*) FILTER (WHERE insist_by IS NOT NULL AND did IN ('went-on', 'fell-back'))
    AS of_them_in_clear
FROM v_reaction
GROUP BY why
ORDER BY sessions DESC
