const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Commands whose first argument is the key. */
export const SIMPLE = words(`
  append bf.add bf.card bf.exists bf.info bf.insert bf.loadchunk bf.madd bf.mexists bf.reserve bf.scandump bitcount
  bitfield bitfield_ro bitop bitpos copy decr decrby dump expire expireat geoadd geodist geohash geopos georadius
  georadius_ro georadiusbymember georadiusbymember_ro geosearch geosearchstore get getbit getdel getex getrange getset
  hdel hexists hexpire hexpireat hexpiretime hget hgetall hincrby hincrbyfloat hkeys hlen hmget hmset hpersist hpexpire
  hpexpireat hpexpiretime hpttl hrandfield hscan hset hsetnx hstrlen httl hvals incr incrby incrbyfloat lindex linsert
  llen lmove lpop lpos lpush lpushx lrange lrem lset ltrim msetnx persist pexpire pexpireat pfadd pfcount pfmerge psetex
  pttl publish rename renamenx restore rpop rpoplpush rpush rpushx sadd scard sdiff sdiffstore set setbit setex setnx
  setrange sinter sinterstore sismember smembers smismember smove sort sort_ro spop srandmember srem sscan strlen substr
  sunion sunionstore ttl type xack xadd xautoclaim xclaim xdel xlen xpending xrange xrevrange xtrim zadd zcard zcount
  zdiff zdiffstore zincrby zinter zinterstore zlexcount zmscore zpopmax zpopmin zrandmember zrange zrangebylex
  zrangebyscore zrangestore zrank zrem zremrangebylex zremrangebyrank zremrangebyscore zrevrange zrevrangebylex
  zrevrangebyscore zrevrank zscan zscore zunion zunionstore`)

/** Commands with several keys that may stand in a transaction all the same. */
export const MULTI_KEY = words('del mget mset msetnx touch unlink')

/** Commands whose key is the third argument. */
export const EVAL = words('eval evalsha')

/** Commands that are sent once for each key, their answers summed up. */
export const SUMMED = words('del exists touch unlink')

/** Commands without a key that go to every server. */
export const CLUSTER_SCOPE = words('script flushall flushdb slowlog config info keys select role')

/** Commands without a key that go to any one server. */
export const ONE_SERVER = words('cluster randomkey')

export const TRANSACTION = words('multi exec discard watch unwatch')

const OTHERS = words('auth client echo hello info.shard mget mset object ping quit scan time')

const WITHOUT_ARGUMENTS = words('ping time flushall flushdb randomkey quit role info')

/** What `cluster` may be asked. */
export const CLUSTER_SUBCOMMANDS = words('info slots keyslot nodes')

const WRITES = words(`
  append bitfield bitop copy decr decrby del discard eval evalsha exec expire expireat geoadd georadius georadiusbymember
  geosearchstore getdel hdel hexpire hexpireat hincrby hincrbyfloat hmset hpersist hpexpire hpexpireat hset hsetnx incr
  incrby incrbyfloat linsert lmove lpop lpush lpushx lrem lset ltrim mset msetnx multi persist pexpire pexpireat pfadd
  pfmerge psetex rename renamenx restore rpop rpoplpush rpush rpushx sadd sdiffstore set setbit setex setnx setrange
  sinterstore smove sort spop srem sunionstore touch unlink zadd zdiffstore zincrby zinterstore zpopmax zpopmin
  zrangestore zrem zremrangebylex zremrangebyrank zremrangebyscore zunionstore`)

/** Commands Envoy 1.40 knows, in lower case (source/extensions/filters/network/common/redis/supported_commands.h). */
export function isSupported(name: string): boolean {
  return [SIMPLE, EVAL, SUMMED, CLUSTER_SCOPE, ONE_SERVER, TRANSACTION, OTHERS].some((list) => list.has(name))
}

/** A command that leaves the data as it was, as far as Envoy knows. */
export function isRead(name: string): boolean {
  return !WRITES.has(name.toLowerCase())
}

export function standsAlone(name: string): boolean {
  return TRANSACTION.has(name) || WITHOUT_ARGUMENTS.has(name)
}
