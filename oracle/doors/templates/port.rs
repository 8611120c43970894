// A map for mapproof, to start from: a list of entries in a Vec. It compiles as it is,
//
//     rustc --edition 2021 --crate-type cdylib -C panic=abort -O port.rs -o libport.so
//     mapproof check ./libport.so
//
// and holds. The types are those of mapproof_port.h, which says more; replace `Map` by your map.
// A panic ends the process, which mapproof reports with the panic's words.
#![allow(dead_code)]

use std::os::raw::{c_char, c_int, c_void};

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Bytes {
    data: *const u8, // may be null if size is 0
    size: usize,
}

impl Bytes {
    unsafe fn slice<'a>(self) -> &'a [u8] {
        if self.size == 0 {
            &[]
        } else {
            std::slice::from_raw_parts(self.data, self.size)
        }
    }
    fn of(bytes: &[u8]) -> Bytes {
        Bytes { data: bytes.as_ptr(), size: bytes.len() }
    }
}

// What a function answers.
const NO: c_int = 0;
const YES: c_int = 1;
const NIL_MAP: c_int = -1;
const UNHASHABLE: c_int = -2;
const CHANGED: c_int = -3;
const FAILED: c_int = -4;

// What a map can do beyond its profile's minimum.
const HASHES: u32 = 1 << 0;
const STARTS: u32 = 1 << 1;
const NAN_KEYS: u32 = 1 << 2;
const NIL_MAPS: u32 = 1 << 3;
const ERASE_IN_WALK: u32 = 1 << 4;
const KEY_UPDATE: u32 = 1 << 5;

#[repr(C)]
pub struct Type {
    name: *const c_char, // "u64", "f64", "str", ...
    size: usize,         // usize::MAX: differs from key to key
}

#[repr(C)]
pub struct Host {
    struct_size: u32,
    reserved: u32,
    context: *mut c_void,
    key: Type,
    elem: Type,
    hash: extern "C" fn(*mut c_void, Bytes, u64) -> u64,
    equal: extern "C" fn(*mut c_void, Bytes, Bytes) -> c_int,
    hashable: extern "C" fn(*mut c_void, Bytes) -> c_int,
    random: extern "C" fn(*mut c_void) -> u32,
    allocate: extern "C" fn(*mut c_void, usize, usize) -> *mut c_void,
    release: extern "C" fn(*mut c_void, *mut c_void, usize, usize),
    seed: u64,
    hint: i64,
}

#[repr(C)]
pub struct Start {
    bucket: u32,
    offset: u32,
}

#[repr(C)]
pub struct Api {
    version: u32,
    struct_size: u32,
    name: *const c_char,
    profile: *const c_char,
    features: u32,
    reserved: u32,
    supports: Option<unsafe extern "C" fn(Type, Type) -> c_int>,
    create: unsafe extern "C" fn(*const Host) -> *mut Map,
    destroy: unsafe extern "C" fn(*mut Map),
    size: unsafe extern "C" fn(*mut Map) -> usize,
    find: unsafe extern "C" fn(*mut Map, Bytes, *mut Bytes) -> c_int,
    assign: unsafe extern "C" fn(*mut Map, Bytes, Bytes) -> c_int,
    erase: unsafe extern "C" fn(*mut Map, Bytes) -> c_int,
    clear: Option<unsafe extern "C" fn(*mut Map) -> c_int>,
    iterate: unsafe extern "C" fn(*mut Map, *const Start) -> *mut Walk,
    next: unsafe extern "C" fn(*mut Walk, *mut Bytes, *mut Bytes) -> c_int,
    close: unsafe extern "C" fn(*mut Walk),
    last_error: Option<unsafe extern "C" fn() -> *const c_char>,
}
unsafe impl Sync for Api {}

// ---- the map ----

pub struct Map {
    host: *const Host,
    entries: Vec<(Box<[u8]>, Box<[u8]>)>,
}

impl Map {
    unsafe fn position(&self, key: Bytes) -> Option<usize> {
        let host = &*self.host;
        self.entries.iter().position(|(k, _)| (host.equal)(host.context, Bytes::of(k), key) != 0)
    }
}

// Goes from the back to the front: of an erased entry the last one takes the place, which has been
// given by then.
pub struct Walk {
    of: *const Map,
    left: usize,
}

/// Make an empty map; keep the host's address, if you need its hash, equality, seed or hint.
unsafe extern "C" fn create(host: *const Host) -> *mut Map {
    Box::into_raw(Box::new(Map { host, entries: Vec::new() }))
}

/// Give back everything.
unsafe extern "C" fn destroy(map: *mut Map) {
    drop(Box::from_raw(map));
}

/// How many entries there are.
unsafe extern "C" fn size(map: *mut Map) -> usize {
    (*map).entries.len()
}

/// Say where the elem of the key lies, or NO.
unsafe extern "C" fn find(map: *mut Map, key: Bytes, elem: *mut Bytes) -> c_int {
    let map = &*map;
    match map.position(key) {
        Some(i) => {
            *elem = Bytes::of(&map.entries[i].1);
            YES
        }
        None => NO,
    }
}

/// Store a copy of the elem under the key, whether it is there already or new.
unsafe extern "C" fn assign(map: *mut Map, key: Bytes, elem: Bytes) -> c_int {
    let map = &mut *map;
    let elem = elem.slice().into();
    match map.position(key) {
        Some(i) => map.entries[i].1 = elem,
        None => map.entries.push((key.slice().into(), elem)),
    }
    YES
}

/// Remove the key's entry; NO if there is none.
unsafe extern "C" fn erase(map: *mut Map, key: Bytes) -> c_int {
    let map = &mut *map;
    match map.position(key) {
        Some(i) => {
            map.entries.swap_remove(i);
            YES
        }
        None => NO,
    }
}

/// Remove all entries; the map stays.
unsafe extern "C" fn clear(map: *mut Map) -> c_int {
    (*map).entries.clear();
    YES
}

/// Open a walk; the first entry is given by next.
unsafe extern "C" fn iterate(map: *mut Map, _start: *const Start) -> *mut Walk {
    Box::into_raw(Box::new(Walk { of: map, left: (*map).entries.len() }))
}

/// Give the next entry, or NO when all have been given.
unsafe extern "C" fn next(walk: *mut Walk, key: *mut Bytes, elem: *mut Bytes) -> c_int {
    let walk = &mut *walk;
    let entries = &(*walk.of).entries;
    walk.left = walk.left.min(entries.len());
    if walk.left == 0 {
        return NO;
    }
    walk.left -= 1;
    *key = Bytes::of(&entries[walk.left].0);
    *elem = Bytes::of(&entries[walk.left].1);
    YES
}

/// End the walk.
unsafe extern "C" fn close(walk: *mut Walk) {
    drop(Box::from_raw(walk));
}

static API: Api = Api {
    version: 1,
    struct_size: std::mem::size_of::<Api>() as u32,
    name: b"template\0".as_ptr() as *const c_char, // your map's name
    profile: b"std\0".as_ptr() as *const c_char,   // what it promises
    features: ERASE_IN_WALK,                       // and what beyond that
    reserved: 0,
    supports: None, // which keys and elems it can store; None: all
    create,
    destroy,
    size,
    find,
    assign,
    erase,
    clear: Some(clear),
    iterate,
    next,
    close,
    last_error: None,
};

#[no_mangle]
pub extern "C" fn mapproof_port() -> *const Api {
    &API
}
