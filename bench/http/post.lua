-- A body of 1 KiB, without a credential: it is read whole and refused.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"title":"' .. string.rep("x", 1012) .. '"}'
