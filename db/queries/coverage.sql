-- What do the figures not cover?
SELECT s.sessions,
  s.sessions - (SELECT count(*) FROM verdict WHERE class <> 'unknown') AS undecided,
  (SELECT count(*) FROM unjudged u WHERE u.session_id <= s.last_judged)
    + (SELECT count(*) FROM session n WHERE n.session_id > s.last_judged) AS unjudged,
  s.one_sided,
  s.midstream,
  s.sessions_with_gaps,
  s.sessions_lost,
  coalesce(sum(gap_octets), 0) AS gap_octets,
  count(capture_id) AS captures,
  count(*) FILTER (WHERE state = 'running') AS captures_unfinished,
  count(*) FILTER (WHERE damage IS NOT NULL) AS captures_damaged,
  coalesce(sum(frames), 0) AS frames,
  coalesce(sum(damaged_frames), 0) AS damaged_frames,
  coalesce(sum(frames_dropped_kernel), 0) + coalesce(sum(frames_dropped_interface), 0)
    AS frames_dropped,
  coalesce(sum(fragments), 0) AS fragments,
  coalesce(sum(unknown_link), 0) AS frames_of_unknown_link,
  coalesce(sum(evicted), 0) AS flows_given_up,
  coalesce(sum(held_refused), 0) AS segments_given_up,
  group_concat(DISTINCT trust_store) AS trust_stores,
  min(started_at) AS first_frame_at,
  max(ended_at) AS last_frame_at,
  count(*) FILTER (WHERE state = 'live') AS captures_live,
  coalesce(sum(rows_dropped), 0) AS findings_dropped
FROM (
  SELECT count(*) AS sessions,
    (SELECT coalesce(max(session_id), 0) FROM judgement) AS last_judged,
    count(*) FILTER (WHERE c.one_sided = 1) AS one_sided,
    count(*) FILTER (WHERE c.midstream = 1) AS midstream,
    count(*) FILTER (WHERE s.gap_octets > 0) AS sessions_with_gaps,
    count(*) FILTER (WHERE c.lost = 1) AS sessions_lost
  FROM session s
  JOIN course c ON c.course_id = s.course_id
) s
LEFT JOIN capture
