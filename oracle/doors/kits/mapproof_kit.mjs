// mapproof's process door for JavaScript: fill in six functions and call run().
//
//     import {run} from './mapproof_kit.mjs';
//     run({
//       name: 'my map', profile: 'js', features: ['nan_keys', 'erase_in_walk'],
//       keys: ['u32', 'f64', 'str'], elems: ['u32', 'u64'],
//       make: (spec) => new MyMap(),          // spec.hint; spec.hash(key), if you claim 'hashes'
//       put: (map, key, elem) => { map.set(key, elem); },
//       get: (map, key) => map.get(key),      // undefined if it is not there
//       del: (map, key) => { map.delete(key); },
//       size: (map) => map.size,
//       walk: (map, start) => map.entries(),  // an iterator over [key, elem]; start.bucket and
//                                             // start.offset, if you claim 'starts'
//       clear: (map) => { map.clear(); },     // may be left out: then each key is deleted
//     });
//
// Then: mapproof check -- node my_port.mjs. What stops an operation is thrown: Panic, or anything
// else, which no map should throw. stdout belongs to the protocol; print to stderr.
import fs from 'node:fs';

export class Panic extends Error {
  // kind: 'nil_map', 'unhashable', 'changed' or 'other'
  constructor(kind, message = kind) {
    super(message);
    this.kind = kind;
  }
}

// What is given back for a key or elem that nobody has put.
const FOREIGN_KEY = 65536;
const FOREIGN_ELEM = 2 ** 32;

const inside = (n, size) => (Number.isInteger(n) && n >= 0 && n < size ? n : FOREIGN_KEY);
const objects = Array.from({length: 65536}, (_, n) => ({n}));

// Each kind of key: the value at an index of its domain, and back.
const integers = (size) => ({make: (n) => n, index: (key) => inside(key, size)});
const bigints = {
  make: (n) => BigInt(n),
  index: (key) => (typeof key === 'bigint' ? inside(Number(key), 65536) : FOREIGN_KEY),
};
const floats = {
  make: (n) => (n < 253 || n > 255 ? n : n === 253 ? Infinity : n === 254 ? -0 : NaN),
  index: (key) => {
    if (Number.isNaN(key)) return 255;
    if (key === Infinity) return 253;
    if (Object.is(key, -0)) return 254;
    return key >= 253 && key <= 255 ? FOREIGN_KEY : inside(key, 65536);
  },
};
const KEYS = {
  u8: integers(256),
  u16: integers(65536),
  u32: integers(65536),
  u64: bigints,
  i64: bigints,
  f32: floats,
  f64: floats,
  bool: {
    make: (n) => n === 1,
    index: (key) => (typeof key === 'boolean' ? Number(key) : FOREIGN_KEY),
  },
  str: {
    make: (n) => (n === 255 ? '' : String(n)),
    index: (key) => {
      if (key === '') return 255;
      const n = typeof key === 'string' && String(Number(key)) === key ? Number(key) : FOREIGN_KEY;
      return n === 255 ? FOREIGN_KEY : inside(n, 65536);
    },
  },
  ptr: {
    make: (n) => (n === 252 ? null : objects[n]),
    index: (key) => (key === null ? 252 : (key?.n ?? FOREIGN_KEY)),
  },
};
// Each kind of elem: the value that carries a stamp, and back.
const small = {
  make: (stamp) => stamp,
  stamp: (elem) => (Number.isInteger(elem) && elem >= 0 ? elem : FOREIGN_ELEM),
};
const ELEMS = {
  u8: small,
  u32: small,
  u64: {
    make: (stamp) => BigInt(stamp),
    stamp: (elem) => (typeof elem === 'bigint' && elem >= 0n ? Number(elem) : FOREIGN_ELEM),
  },
  str: {
    make: (stamp) => (stamp === 0 ? '' : String(stamp)),
    stamp: (elem) => (typeof elem === 'string' && /^[0-9]*$/.test(elem) ? Number(elem) :
        FOREIGN_ELEM),
  },
};

// ---- hashes, for who claims them: those of the program, and the stream of NaNs ----

const mix = (x) => {
  x ^= x >> 33n;
  x = BigInt.asUintN(64, x * 0xff51afd7ed558ccdn);
  x ^= x >> 33n;
  x = BigInt.asUintN(64, x * 0xc4ceb9fe1a85ec53n);
  return x ^ (x >> 33n);
};
const mix2 = (a, b) =>
  mix(BigInt.asUintN(64, mix(BigInt.asUintN(64, a + 0x9e3779b97f4a7c15n)) + b));

function hasher(map, keyKind) {
  const given = new Map(Object.entries(map.hashes ?? {}).map(([n, h]) => [Number(n), BigInt(h)]));
  let draws = 0n;
  return (key) => {
    const isNaNKey = typeof key === 'number' && Number.isNaN(key);
    if (isNaNKey) draws++;
    const hash = given.get(keyKind.index(key));
    if (hash !== undefined || !isNaNKey) return hash;
    const n = mix2(BigInt(map.seed), draws);
    return map.hash === 'strong' ? n : map.hash === 'low' ? n & 7n :
        map.hash === 'top' ? BigInt.asUintN(64, n << 56n) : n >> 48n;
  };
}

// ---- one program ----

function panicOf(error) {
  return {
    panic: error instanceof Panic ? error.kind : 'other',
    message: String(error?.message ?? error),
  };
}

function clearByKeys(port, map) {
  const keys = [];
  const walk = port.walk(map, undefined);
  for (let step = walk.next(); !step.done; step = walk.next()) keys.push(step.value[0]);
  for (const key of keys) port.del(map, key);
}

function answer(port, run) {
  const keys = KEYS[run.map.key];
  const elems = ELEMS[run.map.elem];
  const spec = {...run.map, hint: BigInt(run.map.hint), hash: hasher(run.map, keys)};
  let map = port.make(spec);  // null: let go of
  const walks = new Map();    // by slot: undefined or the start, until the first next; the iterator

  const keyOf = (key) => keys.make(Array.isArray(key) ? key[0] : key);
  const look = (key) => {
    const elem = map === null ? undefined : port.get(map, keyOf(key));
    return elem === undefined ? null : elems.stamp(elem);
  };
  const steps = (slot, n) => {
    const got = [];
    try {
      let walk = walks.get(slot);
      if (walk?.due) {
        walk = {at: map === null ? [][Symbol.iterator]() : port.walk(map, walk.start)};
        walks.set(slot, walk);
      }
      for (let i = 0; walk !== undefined && i < n; i++) {
        const step = walk.at.next();
        if (step.done) {
          walks.delete(slot);
          got.push(null);
          break;
        }
        got.push([keys.index(step.value[0]), elems.stamp(step.value[1])]);
      }
    } catch (error) {
      walks.delete(slot);
      got.push(panicOf(error));
    }
    return got;
  };
  const operations = {
    put: (key, stamp) => {
      if (map === null) throw new Panic('nil_map', 'assignment to entry in nil map');
      port.put(map, keyOf(key), elems.make(stamp));
      return null;
    },
    get: look,
    has: look,
    del: (key) => {
      if (map !== null) port.del(map, keyOf(key));
      return null;
    },
    clear: () => {
      if (map !== null) (port.clear ?? ((m) => clearByKeys(port, m)))(map);
      return null;
    },
    len: () => (map === null ? 0 : port.size(map)),
    iter: (slot, bucket, offset) => {
      walks.set(slot, {due: true, start: bucket === undefined ? undefined : {bucket, offset}});
      return null;
    },
    next: steps,
    drop: (slot) => {
      walks.delete(slot);
      return null;
    },
    nil: () => {
      map = null;
      return null;
    },
  };
  return run.ops.map(([op, a, b, c]) => {
    try {
      return operations[op](a, b, c);
    } catch (error) {
      return panicOf(error);
    }
  });
}

// ---- lines, read and written at once: an answer must not wait for an event loop ----

function* lines() {
  let rest = Buffer.alloc(0);
  const chunk = Buffer.alloc(1 << 16);
  for (;;) {
    let n = 0;
    try {
      n = fs.readSync(0, chunk);
    } catch (error) {
      if (error.code === 'EAGAIN') continue;
      if (error.code !== 'EOF') throw error;
    }
    if (n === 0) return;
    const fresh = chunk.subarray(0, n);
    if (!fresh.includes(10)) {
      rest = Buffer.concat([rest, fresh]);
      continue;
    }
    const all = Buffer.concat([rest, fresh]).toString().split('\n');
    rest = Buffer.from(all.pop());
    yield* all;
  }
}

function write(message) {
  let bytes = Buffer.from(JSON.stringify(message) + '\n');
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(fs.writeSync(1, bytes));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

export function run(port) {
  const {name, profile, features, keys, elems} = port;
  for (const line of lines()) {
    const message = JSON.parse(line);
    if (message.type === 'stop') return;
    if (message.type === 'start') {
      write({type: 'started', version: 1, name, profile, features, keys, elems});
    } else if (message.type === 'run') {
      write({type: 'answers', id: message.id, answers: answer(port, message)});
    }
  }
}
