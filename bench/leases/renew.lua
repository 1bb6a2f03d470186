-- Renews the leases from `first` on, `count` of them, one after the other and round again: the
-- term of each is known from the round. Arguments: first, count, term, key.
local first, count, term, key
local sent = 0
local report = '"usage":{"from":"2026-01-01T00:00:00Z","to":"2026-01-01T00:00:20Z",'
  .. '"requests":12,"status":{"200":12}}'

function init(arguments)
  first, count, term = tonumber(arguments[1]), tonumber(arguments[2]), tonumber(arguments[3])
  key = arguments[4]
end

function request()
  local path = string.format("/v1/leases/lease_%026d/renewals", first + sent % count)
  local body = string.format('{"term":%d,%s}', term + math.floor(sent / count), report)
  sent = sent + 1
  return wrk.format("POST", path, {
    ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json"}, body)
end
