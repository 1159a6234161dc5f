-- A quiz in every room: it begins when the second player comes, asks a question every few ticks and keeps the score for as long as the room lives.

local questions = {
  { ask = "How many bits are in a byte?", answer = "8" },
  { ask = "Which port is https?", answer = "443" },
  { ask = "What is 6 * 7?", answer = "42" },
}

local ticks_for_a_question = 10

local function players(ctx)
  return #ctx.members()
end

local function ask(ctx)
  local state = ctx.state
  state.number = (state.number or 0) % #questions + 1
  state.ticks = 0
  ctx.publish("question", { number = state.number, text = questions[state.number].ask })
end

function on_join(ctx)
  local state = ctx.state
  state.scores = state.scores or {}
  state.scores[ctx.user] = state.scores[ctx.user] or 0
  ctx.send_user(ctx.user, "welcome", { room = ctx.room, scores = state.scores })
  if not state.number and players(ctx) >= 2 then
    ask(ctx)
  end
end

function on_leave(ctx)
  -- A user with two sessions may still be here.
  for _, member in ipairs(ctx.members()) do
    if member.user == ctx.user then
      return
    end
  end
  if ctx.state.scores then
    ctx.state.scores[ctx.user] = nil
  end
  ctx.publish("left", { user = ctx.user })
end

function on_tick(ctx)
  local state = ctx.state
  if not state.number then
    return
  elseif players(ctx) < 2 then
    state.number = nil
    return ctx.publish("paused")
  end
  state.ticks = state.ticks + 1
  if state.ticks >= ticks_for_a_question then
    ctx.publish("timeout", { number = state.number, answer = questions[state.number].answer })
    ask(ctx)
  end
end

function on_message(ctx, msg)
  local state = ctx.state
  if msg.type ~= "answer" then
    return ctx.fail("BAD_REQUEST", "Unknown type; there is answer.")
  elseif not ctx.room then
    return ctx.fail("NOT_IN_ROOM", "Join a room first.")
  elseif not state.number then
    return ctx.fail("NOT_ALLOWED", "There is no question now.")
  elseif type(msg.data) ~= "table" or type(msg.data.text) ~= "string" then
    return ctx.fail("BAD_REQUEST", "data must be {\"text\": …}.")
  end

  local right = msg.data.text:lower():match("^%s*(.-)%s*$") == questions[state.number].answer
  ctx.reply({ right = right })
  if right then
    state.scores[ctx.user] = (state.scores[ctx.user] or 0) + 1
    ctx.publish("answered", { user = ctx.user, number = state.number, scores = state.scores })
    ask(ctx)
  end
end
