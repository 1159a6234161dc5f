-- Guess the number, as a script. The game is kept at the session and goes with it; clients never see it.

local largest_max = 1000000

local function is_whole(value, least, most)
  return math.type(value) == "integer" and value >= least and value <= most
end

local function fields(data)
  if data == nil then
    return {}
  end
  return type(data) == "table" and not json.is_array(data) and data or nil
end

local function start(ctx, data)
  local max = data and (data.max or 100)
  if not is_whole(max, 1, largest_max) or (data.number ~= nil and not is_whole(data.number, 1, max)) then
    return ctx.fail("BAD_REQUEST", "max is 1 to 1000000, and number 1 to max.")
  end
  ctx.set_session_state({ number = data.number or math.random(max), max = max, tries = 0 })
  ctx.reply({ max = max })
end

local function guess(ctx, data)
  local game = ctx.session_state
  if not game then
    return ctx.fail("BAD_REQUEST", "Start a game first.")
  elseif not data or not is_whole(data.n, 1, game.max) then
    return ctx.fail("BAD_REQUEST", "guess needs data {\"n\"}, 1 to " .. game.max .. ".")
  end

  game.tries = game.tries + 1
  if data.n == game.number then
    ctx.set_session_state(nil)
    if ctx.room then
      ctx.publish("won", { user = ctx.user, tries = game.tries })
    end
    return ctx.reply({ hint = "right" })
  end
  ctx.set_session_state(game)
  ctx.reply({ hint = game.number > data.n and "higher" or "lower" })
end

function on_message(ctx, msg)
  local data = fields(msg.data)
  if msg.type == "start" then
    start(ctx, data)
  elseif msg.type == "guess" then
    guess(ctx, data)
  else
    ctx.fail("BAD_REQUEST", "guess knows start and guess.")
  end
end
