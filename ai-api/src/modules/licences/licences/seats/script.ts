/** Keys of a licence's seats in Redis, all with its id as hash tag, so that they are on one node. */
export const keysOf = (licenceId: string): string[] =>
  ['meta', 'seats', 'info', 'ids', 'queue', 'waits', 'counts'].map(
    (name) => `ai-manager:seats:{${licenceId}}:${name}`,
  );

/** Lets Upstash lock the keys of one licence in place of the whole database; Redis itself refuses the line. */
const UPSTASH_FLAG = '#!lua flags=allow-key-locking\n';

/**
 * One decision about the seats of a licence, as `decide.ts` makes it: KEYS as {@link keysOf} lists them, ARGV[1] the operation
 * with the time of the caller as JSON. Answers JSON; `REBUILD` when Redis knows nothing of the licence.
 *
 * `meta` has the terms, the latest time and the number of the decision; `seats` has who leases by the end of the lease; `queue`
 * has the order and `waits` the ends of the waits; `info` has the sessions by member and `ids` the members by session;
 * `counts` has what is counted apart.
 */
export const SCRIPT = `${UPSTASH_FLAG}
local meta, seats, info, ids, queue, waits, counts = unpack(KEYS)
local op = cjson.decode(ARGV[1])
local OFFER_MS = 60000

local function whole(number) return string.format('%.0f', number) end
local function get(name) return tonumber(redis.call('HGET', counts, name) or '0') end
local function add(name, by) if redis.call('HINCRBY', counts, name, by) == 0 then redis.call('HDEL', counts, name) end end

local function count(s, by)
  if s.state == 'queued' then return end
  add('g:' .. s.group, by)
  add('u:' .. s.user, by)
  if s.state == 'borrowed' then add('borrowed', by) end
  if s.state == 'offered' then add('offered', by) end
end

local function save(s)
  local waiting = s.state == 'queued' or s.state == 'offered'
  redis.call('HSET', info, s.member, cjson.encode(s))
  if s.state == 'lingering' then redis.call('HDEL', ids, s.id) else redis.call('HSET', ids, s.id, s.member) end
  redis.call('ZADD', waiting and waits or seats, whole(s.until_ms), s.member)
  if waiting then redis.call('ZADD', queue, s.seq, s.member) end
end

local function forget(s)
  redis.call('HDEL', info, s.member)
  redis.call('HDEL', ids, s.id)
  redis.call('ZREM', seats, s.member)
  redis.call('ZREM', queue, s.member)
  redis.call('ZREM', waits, s.member)
end

if op.type == 'load' then
  for _, key in ipairs(KEYS) do redis.call('DEL', key) end
  redis.call('HSET', meta, 'terms', cjson.encode(op.terms), 'last', whole(op.now), 'revision', whole(op.revision),
    'epoch', whole(op.epoch))
  for _, s in ipairs(op.sessions) do save(s); count(s, 1) end
  return '{"code":"LOADED"}'
end

local text = redis.call('HGET', meta, 'terms')
if not text then return '{"code":"REBUILD"}' end
local terms = cjson.decode(text)
if op.type == 'configure' and op.terms.version >= terms.version then
  terms = op.terms
  redis.call('HSET', meta, 'terms', cjson.encode(terms))
end
local now = math.max(op.now, tonumber(redis.call('HGET', meta, 'last')))
redis.call('HSET', meta, 'last', whole(now))
local changes, changed = {}, {}

local function note(s, ended)
  if not changed[s.id] then changed[s.id] = #changes + 1 end
  local copy = {}
  for name, value in pairs(s) do copy[name] = value end
  copy.endedAt = ended or 0
  changes[changed[s.id]] = copy
end

local function set(s, state, until_ms, ended)
  count(s, -1)
  forget(s)
  s.state, s.until_ms = state, until_ms
  if ended and state ~= 'lingering' then note(s, ended) return end
  count(s, 1)
  save(s)
  note(s, ended)
end

local function of(member)
  local found = redis.call('HGET', info, member)
  return found and cjson.decode(found) or nil
end

local function cap(time) if terms.endsAt > 0 then return math.min(time, terms.endsAt) end return time end
local function lease() return cap(now + terms.ttlMs) end
local function used() return redis.call('ZCARD', seats) end
local function has_free() return used() + get('offered') < terms.limit end
local function reserved_for_others(group)
  local sum = 0
  for _, r in ipairs(terms.reservations) do
    if r.group ~= group then sum = sum + math.max(0, r.seats - get('g:' .. r.group)) end
  end
  return sum
end
local function free_for(group) return terms.limit - used() - get('offered') - reserved_for_others(group) > 0 end
local function at_limit(user) return terms.perUser > 0 and user ~= '' and get('u:' .. user) >= terms.perUser end

local function purge()
  for _, key in ipairs({ seats, waits }) do
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', whole(now))) do
      local s = of(member)
      local gone = (s.state == 'borrowed' or s.state == 'lingering') and 'released' or 'expired'
      set(s, gone, s.until_ms, s.until_ms)
    end
  end
end

local function offer()
  if redis.call('ZCARD', queue) == 0 or not has_free() then return end
  for _, member in ipairs(redis.call('ZRANGE', queue, 0, -1)) do
    local s = of(member)
    if s.state == 'queued' and free_for(s.group) and not at_limit(s.user) then set(s, 'offered', now + OFFER_MS) end
  end
end

local function refusal()
  if terms.state == 'suspended' then return 'LICENSE_SUSPENDED' end
  if terms.state == 'revoked' then return 'LICENSE_REVOKED' end
  if terms.endsAt > 0 and now >= terms.endsAt then return 'LICENSE_EXPIRED' end
  if now < terms.startsAt then return 'LICENSE_NOT_STARTED' end
end

local function acquire()
  local mine = of(op.member)
  if mine and mine.state ~= 'lingering' then
    mine.device = op.device
    if mine.state == 'queued' then set(mine, 'queued', now + OFFER_MS) return 'QUEUED', mine end
    local new = mine.state == 'offered'
    if new then mine.seq = 0 end
    if mine.state == 'borrowed' then set(mine, 'borrowed', mine.until_ms) else set(mine, 'held', lease()) end
    return new and 'ACQUIRED' or 'RENEWED', mine
  end
  local s = { id = op.session, member = op.member, device = op.device, user = op.user, group = op.group,
    state = 'held', until_ms = lease(), seq = 0, idle = -1 }
  if mine then set(mine, 'released', now, now)
  else
    if at_limit(op.user) then return 'USER_LIMIT' end
    if not free_for(op.group) then
      if not op.wait or not terms.queues then return has_free() and 'SEATS_RESERVED' or 'NO_SEATS' end
      local last = redis.call('ZREVRANGE', queue, 0, 0, 'WITHSCORES')
      s.state, s.until_ms, s.seq = 'queued', now + OFFER_MS, (tonumber(last[2]) or 0) + 1
      save(s)
      note(s)
      return 'QUEUED', s
    end
  end
  count(s, 1)
  save(s)
  note(s)
  return 'ACQUIRED', s
end

local function heartbeat(s)
  s.idle = op.idle
  if s.state == 'offered' then return 'OFFERED', s end
  if s.state == 'queued' then set(s, 'queued', now + OFFER_MS) return 'QUEUED', s end
  if s.state == 'held' then s.until_ms = lease() end
  redis.call('HSET', info, s.member, cjson.encode(s))
  redis.call('ZADD', seats, whole(s.until_ms), s.member)
  return 'EXTENDED', s
end

local function revive()
  local s, ended = nil, nil
  if changed[op.session] then s = changes[changed[op.session]] ended = s.endedAt
  elseif type(op.ended) == 'table' then s = op.ended ended = s.endedAt end
  if not s or s.state ~= 'expired' or s.seq > 0 then return 'SESSION_NOT_FOUND' end
  if s.device ~= op.device then return 'SESSION_OF_OTHER_DEVICE' end
  local other = of(s.member)
  if other and other.state ~= 'lingering' then return 'SESSION_NOT_FOUND' end
  if now - ended > terms.reviveMs or at_limit(s.user) or not free_for(s.group) then return 'SESSION_NOT_FOUND' end
  if other then set(other, 'released', now, now) end
  local back = { id = s.id, member = s.member, device = s.device, user = s.user, group = s.group,
    state = 'held', until_ms = lease(), seq = 0, idle = op.idle }
  count(back, 1)
  save(back)
  note(back)
  return 'REVIVED', back
end

local function finish(s)
  if not s then return 'SESSION_NOT_FOUND' end
  if op.type == 'evict' then set(s, 'evicted', now, now) return 'EVICTED', s end
  if s.device ~= op.device then return 'SESSION_OF_OTHER_DEVICE' end
  if terms.lingerMs > 0 and (s.state == 'held' or s.state == 'borrowed') then
    set(s, 'lingering', cap(now + terms.lingerMs), now)
  else set(s, 'released', now, now) end
  return 'RELEASED', s
end

local function undo(s)
  if not s or s.device ~= op.device then return 'SESSION_NOT_FOUND' end
  if op.backTo == '' then set(s, op.state, now, now)
  else
    s.device = op.backTo
    set(s, s.state, s.until_ms)
  end
  return 'READ'
end

local function carry_out()
  if op.type == 'read' then return 'READ' end
  if op.type == 'configure' then
    if refusal() then
      for _, member in ipairs(redis.call('HKEYS', info)) do set(of(member), 'revoked', now, now) end
    end
    return 'READ'
  end
  if op.type == 'acquire' and op.version < terms.version then return 'STALE' end
  local member = op.session and redis.call('HGET', ids, op.session)
  local session = member and of(member) or nil
  if op.type == 'release' or op.type == 'evict' then return finish(session) end
  if op.type == 'undo' then return undo(session) end
  local refused = refusal()
  if refused then return refused end
  if op.type == 'acquire' then return acquire() end
  if not session then
    if op.type == 'heartbeat' then return revive() end
    return 'SESSION_NOT_FOUND'
  end
  if session.device ~= op.device then return 'SESSION_OF_OTHER_DEVICE' end
  if op.type == 'heartbeat' then return heartbeat(session) end
  if session.state ~= 'held' and session.state ~= 'borrowed' then return 'SESSION_NOT_FOUND' end
  if op.type == 'return' then set(session, 'held', lease()) return 'RETURNED', session end
  local others = get('borrowed') - (session.state == 'borrowed' and 1 or 0)
  if others >= terms.max - terms.keep then return 'BORROW_LIMIT', session end
  set(session, 'borrowed', cap(op.until_ms))
  return 'BORROWED', session
end

if op.type == 'acquire' and op.version > terms.version then return '{"code":"OUTDATED"}' end
purge()
offer()
local code, session = carry_out()
offer()
local answer = { code = code, used = used(), max = terms.max, waiting = redis.call('ZCARD', queue), at = now,
  reservedIdle = reserved_for_others(''), position = 0, retryAfterMs = 0, heartbeatMs = terms.heartbeatMs or terms.ttlMs / 3, version = terms.version,
  epoch = tonumber(redis.call('HGET', meta, 'epoch')), revision = 0, changes = changes }
if session then
  answer.seat = session
  local rank = redis.call('ZRANK', queue, session.member)
  if rank then answer.position = rank + 1 end
end
local first = redis.call('ZRANGE', seats, 0, 0, 'WITHSCORES')
if first[2] then answer.retryAfterMs = math.max(0, tonumber(first[2]) - now) end
if #changes > 0 then answer.revision = redis.call('HINCRBY', meta, 'revision', 1) end
if op.type == 'read' then answer.live = redis.call('HKEYS', ids) end
return cjson.encode(answer)
`;
