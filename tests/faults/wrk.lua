-- Questions for wrk, one after the other, and what it saw as one line of JSON. The questions come in a file.
local questions, at = {}, 0
local name = os.getenv("QUESTIONS")
for line in io.lines(name) do questions[#questions + 1] = line end

function request()
  at = at + 1
  local head = {["Content-Type"] = "application/json"}
  return wrk.format("POST", "/api/v1/ask", head, questions[at % #questions + 1])
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format('\n{"answers": %d, "errors": %d, "p50": %f, "p95": %f, "p99": %f}\n', summary.requests,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50) / 1e6, latency:percentile(95) / 1e6,
    latency:percentile(99) / 1e6))
end
