-- Renews the leases from `first` on, `count` of them, one after the other and round again: the
-- term of each is known from the round. Neighbours in number share a site; in time they do not.
-- With several threads of one connection each, each thread renews a lease of its own.
-- Arguments: first, count, term, key, threads.
-- wrk asks the first thread for one request before it begins and throws it away: hence -1.
local first, count, term, key, sent
local stride = 1237 -- prime to the count
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

-- Every report goes on from the one before.
local function report()
  local now = os.time()
  local function instant(at) return os.date("!%Y-%m-%dT%H:%M:%SZ", at) end
  return string.format(
    '"usage":{"from":"%s","to":"%s","requests":12,"status":{"200":12}}',
    instant(now - 20), instant(now))
end

function init(arguments)
  first, count, term = tonumber(arguments[1]), tonumber(arguments[2]), tonumber(arguments[3])
  key = arguments[4]
  sent = number == 0 and -1 or 0
  if tonumber(arguments[5]) > 1 then first, count = first + number, 1 end
end

function request()
  local turn = math.max(sent, 0)
  sent = sent + 1
  local path = string.format("/v1/leases/lease_%026d/renewals", first + turn * stride % count)
  local body = string.format('{"term":%d,%s}', term + math.floor(turn / count), report())
  return wrk.format("POST", path, {
    ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json"}, body)
end
