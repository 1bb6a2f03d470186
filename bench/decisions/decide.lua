-- Asks the requests of a file, one after another and each once: "token<TAB>path<TAB>body" a line.
-- With the last answer it makes the file that is named second.
-- wrk asks for one request before it begins and throws it away: hence -1.
local requests, sent, answered = {}, -1, 0
local finished

function init(arguments)
  finished = arguments[2]
  for line in io.lines(arguments[1]) do
    local token, path, body = line:match("^(.-)\t(.-)\t(.-)$")
    requests[#requests + 1] = wrk.format("POST", path, {
      ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json",
    }, body)
  end
end

function request()
  sent = sent + 1
  -- More than there are is asked only while the last answers are on their way.
  return requests[math.max(sent, 1)] or wrk.format("GET", "/livez")
end

function response(status)
  if status ~= 200 then answered = answered + 1 end
  if answered == #requests then
    io.open(finished, "w"):close()
    wrk.thread:stop()
  end
end
