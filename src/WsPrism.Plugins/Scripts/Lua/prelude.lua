-- What a script finds around it, made once for each Lua state out of the library's own functions and of the host's. The chunk gets the host's functions and answers
-- the metatable of a room's globals, behind which the sandbox is, that of `ctx` and that of arrays. Nothing here is reachable for a script but what is in those.
--
-- A host function never raises: its first result is what is wrong, or nil. Whatever could run for long in native code, where no instruction is counted, is made of
-- counted steps here or charged for before it runs.

local host = ...
local error, getmetatable, next, rawlen, select, setmetatable, tostring, type = error, getmetatable, next, rawlen, select, setmetatable, tostring, type
local rawset, math_type, concat, native_sub = rawset, math.type, table.concat, string.sub

-- Called last in its caller, so that level 2 is the script's line.
local function check(problem, ...)
  if problem then
    error(problem, 2)
  end
  return ...
end

-- The library's own functions name themselves wrongly when they are called from here.
local function want(kind, value, position, name)
  if type(value) ~= kind then
    error("bad argument #" .. position .. " to '" .. name .. "' (" .. kind .. " expected, got " .. type(value) .. ")", 3)
  end
end

local function guard(f)
  return function(...)
    return check(f(...))
  end
end

-- Tables that all rooms share: to be read, never written.
local sealed = setmetatable({}, { __mode = "k" })

local function seal(t)
  local proxy = setmetatable({}, {
    __index = t,
    __newindex = function()
      error("this table cannot be changed", 2)
    end,
    __pairs = function()
      -- Never the table itself, which could then be written.
      return function(_, k)
        return next(t, k)
      end
    end,
    __metatable = false,
  })
  sealed[proxy] = true
  return proxy
end

local base = {
  _VERSION = _VERSION,
  assert = assert,
  error = error,
  getmetatable = getmetatable,
  ipairs = ipairs,
  next = next,
  pairs = pairs,
  pcall = pcall,
  rawequal = rawequal,
  rawget = rawget,
  rawlen = rawlen,
  select = select,
  tonumber = tonumber,
  tostring = tostring,
  type = type,
  now_ms = host.now_ms,
  null = host.null,
}

function base.log(...)
  local words = table.pack(...)
  for i = 1, words.n do
    words[i] = tostring(words[i])
  end
  return check(host.log(concat(words, "\t")))
end

base.print = base.log

-- A message handler of the library's xpcall runs, where a limit stopped the script, while no instruction is counted.
local pcall = pcall

local function handled(handler, ok, ...)
  if ok then
    return true, ...
  end
  return false, select(2, pcall(handler, ...))
end

function base.xpcall(f, handler, ...)
  return handled(handler, pcall(f, ...))
end

function base.rawset(t, k, v)
  if sealed[t] then
    error("this table cannot be changed", 2)
  end
  return rawset(t, k, v)
end

function base.setmetatable(t, mt)
  -- A finalizer would run whenever the collector likes, in anybody's call.
  if type(mt) == "table" and base.rawget(mt, "__gc") ~= nil then
    error("a metatable must not have __gc", 2)
  end
  return setmetatable(t, mt)
end

-- string

local lib = {}
for _, name in ipairs { "byte", "char", "format", "len", "lower", "reverse", "sub", "upper" } do
  lib[name] = string[name]
end

lib.find = guard(host.find)
lib.match = guard(host.match)

local native_rep, limit = string.rep, host.max_bytes
function lib.rep(s, n, sep)
  local m = math.tointeger(n)
  s, sep = type(s) == "number" and tostring(s) or s, sep == nil and "" or sep
  want("string", s, 1, "rep")
  want("string", sep, 3, "rep")
  if not m then
    want("number", n, 2, "rep")
    error("bad argument #2 to 'rep' (number has no integer representation)", 2)
  end
  local each = #s + #sep
  if each == 0 or m < 1 then
    return ""
  elseif m > limit // each then
    error("resulting string too large", 2)
  end
  return native_rep(s, m, sep)
end

local find_next = host.find_next
function lib.gmatch(s, p, init)
  check(host.check_pattern(s, p, "gmatch"))
  local at, last = init or 1, 0

  -- The first results are what is wrong and where the match ends; the rest are its captures.
  local function step(problem, finish, ...)
    if problem then
      error(problem, 2)
    elseif not finish then
      at = nil
      return nil
    end
    at, last = finish, finish
    return ...
  end

  return function()
    if at then
      return step(find_next(s, p, at, last, false))
    end
  end
end

-- A match of gsub with a function or a table: where it is, and what to put there.
local function replace(s, repl, is_function, start, finish, first, ...)
  local value
  if is_function then
    value = repl(first, ...)
  else
    value = repl[first]
  end
  if not value then
    return native_sub(s, start, finish - 1), false
  elseif type(value) ~= "string" and type(value) ~= "number" then
    error("invalid replacement value (a " .. type(value) .. ")", 3)
  end
  return value, true
end

function lib.gsub(s, p, repl, max)
  local kind = type(repl)
  if kind == "string" or kind == "number" then
    return check(host.gsub(s, p, repl, max))
  elseif kind ~= "table" and kind ~= "function" then
    error("bad argument #3 to 'gsub' (string/function/table expected, got " .. kind .. ")", 2)
  end
  check(host.check_pattern(s, p, "gsub"))
  s, p = tostring(s), tostring(p)
  max = math.tointeger(max == nil and #s + 1 or max)
  if not max then
    error("bad argument #4 to 'gsub' (number has no integer representation)", 2)
  end
  local anchored = native_sub(p, 1, 1) == "^"
  if anchored then
    p = native_sub(p, 2)
  end
  local parts, n, count, at, last, changed = {}, 0, 0, 1, 0, false

  local function take(problem, finish, start, ...)
    if problem then
      error(problem, 3)
    elseif not finish then
      return false
    end
    if start > at then
      n = n + 1
      parts[n] = native_sub(s, at, start - 1)
    end
    local value, is_new = replace(s, repl, kind == "function", start, finish, ...)
    n, count, changed = n + 1, count + 1, changed or is_new
    parts[n] = value
    at, last = finish, finish
    return true
  end

  while count < max and take(find_next(s, p, at, last, true, anchored)) and not anchored do
  end
  if not changed then
    return s, count
  end
  parts[n + 1] = native_sub(s, at)
  return concat(parts), count
end

base.string = seal(lib)

-- Methods of strings are the sandbox's too.
local of_strings = getmetatable("")
of_strings.__index = base.string
of_strings.__metatable = false

-- table

local charge, native_insert, native_remove, native_move, native_sort = host.charge, table.insert, table.remove, table.move, table.sort
local tables = { pack = table.pack, unpack = table.unpack }

-- The length is asked of a metatable only where moving one by one is counted.
local function is_plain(t)
  return getmetatable(t) == nil
end

-- What metatables answer with may be functions of the library, which nobody counts: such a table is read here, one by one.
function tables.concat(t, sep, i, j)
  want("table", t, 1, "concat")
  if is_plain(t) then
    return concat(t, sep, i, j)
  end
  local first, last = math.tointeger(i == nil and 1 or i), math.tointeger(j == nil and #t or j)
  if not first or not last then
    return concat({}, sep, i, j)
  end
  local parts, n = {}, 0
  for k = first, last do
    n = n + 1
    parts[n] = t[k]
  end
  return concat(parts, sep, 1, n)
end

function tables.insert(t, ...)
  want("table", t, 1, "insert")
  local n = select("#", ...)
  if n ~= 2 then
    return native_insert(t, ...)
  end
  local pos, value = ...
  local i = math.tointeger(pos)
  if i and is_plain(t) then
    check(charge(rawlen(t) - i))
    return native_insert(t, i, value)
  elseif not i then
    return native_insert(t, pos, value)
  end
  local e = #t + 1
  if i < 1 or i > e then
    error("bad argument #2 to 'insert' (position out of bounds)", 2)
  end
  for k = e, i + 1, -1 do
    t[k] = t[k - 1]
  end
  t[i] = value
end

function tables.remove(t, pos)
  want("table", t, 1, "remove")
  local i = math.tointeger(pos)
  if pos == nil then
    return native_remove(t)
  elseif i and is_plain(t) then
    check(charge(rawlen(t) - i))
    return native_remove(t, i)
  elseif not i then
    return native_remove(t, pos)
  end
  local size = #t
  if i ~= size and (i < 1 or i > size + 1) then
    error("bad argument #2 to 'remove' (position out of bounds)", 2)
  end
  local value = t[i]
  for k = i, size - 1 do
    t[k] = t[k + 1]
  end
  if i <= size then
    t[size] = nil
  end
  return value
end

function tables.move(a, f, e, t, b)
  want("table", a, 1, "move")
  local first, last = math.tointeger(f), math.tointeger(e)
  if first and last and last >= first then
    check(charge(last - first + 1))
  end
  if b == nil then
    return native_move(a, f, e, t)
  end
  return native_move(a, f, e, t, b)
end

-- Comparing two long strings is native work too: this way it counts at least as a call.
local function less(a, b)
  return a < b
end

function tables.sort(t, comparator)
  want("table", t, 1, "sort")
  if type(comparator) ~= "function" then
    return native_sort(t, comparator == nil and less or comparator)
  end

  -- One of the library's own would not be counted.
  return native_sort(t, function(a, b)
    return comparator(a, b)
  end)
end

base.table = seal(tables)

local numbers = {}
for name, value in next, math do
  numbers[name] = value
end
numbers.randomseed = nil
base.math = seal(numbers)

local codes = {}
for name, value in next, utf8 do
  codes[name] = value
end
base.utf8 = seal(codes)

-- json

-- A script can give a table of its own the same mark: the host looks at the metatable itself.
local array_meta = { __name = "array", __metatable = "array" }

base.json = seal {
  null = host.null,
  encode = guard(host.encode),
  decode = guard(host.decode),
  array = function(t)
    t = t == nil and {} or t
    if type(t) ~= "table" or getmetatable(t) ~= nil then
      error("json.array wants a table without a metatable", 2)
    end
    return setmetatable(t, array_meta)
  end,
  is_array = function(t)
    return type(t) == "table" and (rawlen(t) > 0 or getmetatable(t) == "array")
  end,
}

-- ctx

local ctx = {}
for _, name in next, { "fail", "join", "kick", "leave", "members", "publish", "reply", "send_user", "set_session_state" } do
  ctx[name] = guard(host[name])
end

return { __index = base, __metatable = false }, { __index = ctx, __metatable = false }, array_meta
