-- What was captured, and what is missing from it?
SELECT capture_source, frames, octets, frames_dropped_kernel, frames_dropped_interface,
  rows_dropped, outages, clock_steps, write_failures, damaged_frames, flows, mail_flows,
  gap_octets, started_at, ended_at, state, damage, sensor
FROM v_capture
ORDER BY started_at, capture_source
