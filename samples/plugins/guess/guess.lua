-- Guess the number: `start`, then `guess` until it is right. What a client sends and gets is in README.md. The game is the session's state: clients never see it, and
-- it outlives a change of this file.

local HIGHEST = 1000000

local function is_whole(value, highest)
  return math.type(value) == "integer" and value >= 1 and value <= highest
end

local function start(ctx, data)
  local max = data.max == nil and 100 or data.max
  if not is_whole(max, HIGHEST) then
    return ctx.fail("BAD_REQUEST", "max must be a whole number from 1 to " .. HIGHEST .. ".")
  end
  local number = data.number == nil and math.random(max) or data.number
  if not is_whole(number, max) then
    return ctx.fail("BAD_REQUEST", "number must be a whole number from 1 to max.")
  end
  ctx.set_session_state({ max = max, number = number, tries = 0 })
  ctx.reply({ max = max })
end

local function guess(ctx, data)
  local game = ctx.session_state
  if not game then
    return ctx.fail("BAD_REQUEST", "Start a game first.")
  elseif not is_whole(data.n, game.max) then
    return ctx.fail("BAD_REQUEST", "n must be a whole number from 1 to " .. game.max .. ".")
  end

  game.tries = game.tries + 1
  if data.n == game.number then
    ctx.set_session_state(nil)
    if ctx.room then
      ctx.publish("won", { user = ctx.user, tries = game.tries })
    end
    ctx.reply({ hint = "right" })
  else
    ctx.set_session_state(game)
    ctx.reply({ hint = data.n < game.number and "higher" or "lower" })
  end
end

function on_message(ctx, msg)
  local data = msg.data == nil and {} or msg.data
  if msg.type ~= "start" and msg.type ~= "guess" then
    ctx.fail("BAD_REQUEST", "There are start and guess.")
  elseif type(data) ~= "table" or getmetatable(data) ~= nil then
    ctx.fail("BAD_REQUEST", "data must be an object.")
  elseif msg.type == "start" then
    start(ctx, data)
  else
    guess(ctx, data)
  end
end
