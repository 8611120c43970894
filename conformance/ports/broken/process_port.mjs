// Process ports that are broken in one point each, to test who tests them.
// node process_port.mjs MODE
import fs from 'node:fs';
import {Panic, run} from '../../../oracle/doors/kits/mapproof_kit.mjs';

const mode = process.argv[2];
const TRIGGER = 13n;  // the key that sets the trouble off

const say = (text) => fs.writeSync(1, text + '\n');
const forever = () => {
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};

// Entries in the order of their creation; a walk counts positions, so that a delete moves the next
// entry to where the walk has been.
class ByPosition {
  entries = [];
  find(key) {
    return this.entries.findIndex(([k]) => k === key);
  }
  * walk() {
    for (let i = 0; i < this.entries.length; i++) yield this.entries[i];
  }
}

const trouble = {
  exit: () => {
    console.error('no memory left');
    process.exit(3);
  },
  exit_silently: () => process.exit(0),
  signal: () => process.kill(process.pid, 'SIGKILL'),
  hang: forever,
  greedy: () => {
    for (const all = []; ;) all.push(Buffer.alloc(1 << 20, 1));
  },
  panic: () => {
    throw new Panic('other', 'nil dereference');
  },
  nil_panic: () => {
    throw new Panic('nil_map', 'no map here');
  },
};

const honest = {
  name: `broken: ${mode}`,
  profile: 'std',
  features: ['erase_in_walk', 'nil_maps'],
  keys: ['u64', 'f64', 'bool'],
  elems: ['u64'],
  make: () => new Map(),
  put: (map, key, elem) => {
    if (key === TRIGGER) trouble[mode]?.();
    map.set(key, elem);
  },
  get: (map, key) => map.get(key),
  del: (map, key) => {
    map.delete(key);
  },
  size: (map) => map.size,
  walk: (map) => map.entries(),
};

let lookups = 0;  // in all maps

const ports = {
  forgets_later: {get: (map, key) => (++lookups === 3 ? undefined : map.get(key))},
  skips_after_delete: {
    make: () => new ByPosition(),
    put: (map, key, elem) => {
      const at = map.find(key);
      if (at < 0) {
        map.entries.push([key, elem]);
      } else {
        map.entries[at][1] = elem;
      }
    },
    get: (map, key) => map.entries[map.find(key)]?.[1],
    del: (map, key) => {
      const at = map.find(key);
      if (at >= 0) map.entries.splice(at, 1);
    },
    size: (map) => map.entries.length,
    walk: (map) => map.walk(),
  },
  lies_about_nan: {profile: 'go', features: ['nan_keys']},
  stale: {get: (map, key) => (map.has(key) ? 1n : undefined)},
  foreign_key: {walk: (map) => [[70000n, 1n]][Symbol.iterator]()},
  foreign_elem: {get: () => 'not an elem'},
  // The hash of a key, as the elem that it reads as.
  hash: {
    profile: 'go',
    features: ['hashes', 'nan_keys'],
    make: (spec) => spec,
    put: () => {},
    get: (spec, key) => BigInt.asUintN(32, spec.hash(key) ^ (spec.hash(key) >> 32n)),
  },
};

// What is said instead of an answer, or of what the port is.
const instead = {
  text: () => say('hello'),
  wrong_id: ({id}) => say(JSON.stringify({type: 'answers', id: id + 1, answers: []})),
  no_answers: ({id}) => say(JSON.stringify({type: 'answers', id})),
  another_type: ({id}) => say(JSON.stringify({type: 'replies', id, answers: []})),
  too_few: ({id}) => say(JSON.stringify({type: 'answers', id, answers: []})),
  a_string: ({id, ops}) =>
    say(JSON.stringify({type: 'answers', id, answers: ops.map(([op]) =>
      (op === 'get' ? 'seven' : null))})),
  a_panic: ({id, ops}) =>
    say(JSON.stringify({type: 'answers', id, answers: ops.map(([op]) =>
      (op === 'get' ? {panic: 'boom'} : null))})),
  no_end: ({id, ops}) =>
    say(JSON.stringify({type: 'answers', id, answers: ops.map(([op]) =>
      (op === 'next' ? [] : null))})),
  bad_entry: ({id, ops}) =>
    say(JSON.stringify({type: 'answers', id, answers: ops.map(([op]) =>
      (op === 'next' ? [[1, 1], [2, 'b']] : null))})),
  error: () => say(JSON.stringify({type: 'error', message: 'no such map'})),
  twice: ({id, ops}) => {
    const answers = ops.map(() => null);
    say(JSON.stringify({type: 'answers', id, answers}));
    say(JSON.stringify({type: 'answers', id, answers}));
  },
  late: forever,
  half_a_line: () => {
    fs.writeSync(1, '{"type":"answers",');
    forever();
  },
  leaves: ({id, ops}) => {
    say(JSON.stringify({type: 'answers', id, answers: ops.map(() => null)}));
    process.exit(5);
  },
};
const beginnings = {
  start_silently: forever,
  start_with_exit: () => {
    console.error('Error: no map.so here\n    at somewhere');
    process.exit(3);
  },
  start_with_text: () => say('Welcome to my map'),
  start_refused: () => say(JSON.stringify({type: 'error', message: 'only version 7'})),
  start_with_feature: () =>
    say(JSON.stringify({type: 'started', version: 1, name: 'x', profile: 'std',
      features: ['nan_keys', 'nil_maps', 'fast'], keys: ['u64'], elems: ['u64']})),
  start_without_profile: () =>
    say(JSON.stringify({type: 'started', version: 1, name: 'x', features: [], keys: ['u64'],
      elems: ['u64']})),
  start_with_kind: () =>
    say(JSON.stringify({type: 'started', version: 1, name: 'x', profile: 'std', features: [],
      keys: ['u64', 'int'], elems: ['u64']})),
  start_with_version: () =>
    say(JSON.stringify({type: 'started', version: 2, name: 'x', profile: 'std', features: [],
      keys: ['u64'], elems: ['u64']})),
};

if (mode in beginnings) {
  beginnings[mode]();
  forever();
} else if (mode in instead) {
  const {name, profile, features, keys, elems} = honest;
  let rest = '';
  process.stdin.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const message = JSON.parse(line);
      if (message.type === 'stop') process.exit(0);
      if (message.type === 'start') {
        say(JSON.stringify({type: 'started', version: 1, name, profile, features, keys, elems}));
      } else {
        instead[mode](message);
      }
    }
  });
} else {
  run({...honest, ...ports[mode]});
}
