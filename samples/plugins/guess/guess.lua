-- Guess the number: `start {"secret": n}`, then `guess {"n": n}` until it is right. The secret is kept at the session and goes with it; clients never see it.

local function is_number(value)
  return math.type(value) == "integer" and value >= 0 and value <= 1000000
end

function on_message(ctx, msg)
  local data = type(msg.data) == "table" and msg.data or {}

  if msg.type == "start" then
    if not is_number(data.secret) then
      return ctx.fail("BAD_REQUEST", "secret must be a number from 0 to 1000000.")
    end
    ctx.set_session_state({ secret = data.secret, tries = 0 })

  elseif msg.type == "guess" then
    local game = ctx.session_state
    if not game then
      return ctx.fail("BAD_REQUEST", "Start a game first.")
    elseif not is_number(data.n) then
      return ctx.fail("BAD_REQUEST", "n must be a number from 0 to 1000000.")
    end

    local tries = game.tries + 1
    local hint = data.n < game.secret and "higher" or data.n > game.secret and "lower" or "right"
    ctx.reply({ hint = hint, tries = tries })
    if hint == "right" then
      ctx.set_session_state(nil)
      if ctx.room then
        ctx.publish("won", { user = ctx.user, tries = tries })
      end
    else
      ctx.set_session_state({ secret = game.secret, tries = tries })
    end

  else
    ctx.fail("BAD_REQUEST", "Unknown type; there are start and guess.")
  end
end
