-- Renews the leases from `first` on, `count` of them, one after the other and round again: the
-- term of each is known from the round. Neighbours in number share a site; in time they do not.
-- Arguments: first, count, term, key.
-- wrk asks for one request before it begins and throws it away: hence -1.
local first, count, term, key
local sent = -1
local stride = 1237 -- prime to the count
local report = '"usage":{"from":"2026-01-01T00:00:00Z","to":"2026-01-01T00:00:20Z",'
  .. '"requests":12,"status":{"200":12}}'

function init(arguments)
  first, count, term = tonumber(arguments[1]), tonumber(arguments[2]), tonumber(arguments[3])
  key = arguments[4]
end

function request()
  local turn = math.max(sent, 0)
  sent = sent + 1
  local path = string.format("/v1/leases/lease_%026d/renewals", first + turn * stride % count)
  local body = string.format('{"term":%d,%s}', term + math.floor(turn / count), report)
  return wrk.format("POST", path, {
    ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json"}, body)
end
