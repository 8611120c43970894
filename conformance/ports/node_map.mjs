// JavaScript's Map.
import {run} from '../../oracle/doors/kits/mapproof_kit.mjs';

run({
  name: 'JavaScript Map',
  profile: 'js',
  features: ['nan_keys', 'erase_in_walk'],
  keys: ['u8', 'u16', 'u32', 'u64', 'i64', 'f32', 'f64', 'bool', 'str', 'ptr'],
  elems: ['u8', 'u32', 'u64', 'str'],
  make: () => new Map(),
  put: (map, key, elem) => {
    map.set(key, elem);
  },
  get: (map, key) => map.get(key),
  del: (map, key) => {
    map.delete(key);
  },
  size: (map) => map.size,
  walk: (map) => map.entries(),
  clear: (map) => {
    map.clear();
  },
});
