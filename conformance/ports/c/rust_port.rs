// Rust's std::collections::HashMap behind the C door.
//
// What it promises: a walk borrows the map, so nothing changes during one (no erasing of the current
// entry either). Hash and equality are the host's, so that runs repeat; std's own are seeded anew in
// each process.
#![allow(dead_code)]

use std::collections::{hash_map, HashMap};
use std::hash::{BuildHasherDefault, Hash, Hasher};
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

const HASHES: u32 = 1 << 0;

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

// Hash and Eq get nothing but keys, so each knows its host.
struct Key {
    host: *const Host,
    bytes: Box<[u8]>,
}

impl Key {
    unsafe fn new(host: *const Host, bytes: Bytes) -> Key {
        Key { host, bytes: bytes.slice().into() }
    }
}
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let host = unsafe { &*self.host };
        state.write_u64((host.hash)(host.context, Bytes::of(&self.bytes), host.seed));
    }
}
impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        let host = unsafe { &*self.host };
        (host.equal)(host.context, Bytes::of(&self.bytes), Bytes::of(&other.bytes)) != 0
    }
}
impl Eq for Key {}

// Hands on the one number that it is given.
#[derive(Default)]
struct Given(u64);

impl Hasher for Given {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _bytes: &[u8]) {
        unreachable!("keys write a u64")
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

pub struct Map {
    host: *const Host,
    entries: HashMap<Key, Box<[u8]>, BuildHasherDefault<Given>>,
}

// The map outlives its walks: the door's rules say so, not the compiler.
pub struct Walk {
    entries: hash_map::Iter<'static, Key, Box<[u8]>>,
}

unsafe extern "C" fn create(host: *const Host) -> *mut Map {
    const LARGEST_HINT: i64 = 1 << 16; // what is above is bogus on purpose
    let hint = (*host).hint;
    let room = if (1..=LARGEST_HINT).contains(&hint) { hint as usize } else { 0 };
    let entries = HashMap::with_capacity_and_hasher(room, Default::default());
    Box::into_raw(Box::new(Map { host, entries }))
}

unsafe extern "C" fn destroy(map: *mut Map) {
    drop(Box::from_raw(map));
}

unsafe extern "C" fn size(map: *mut Map) -> usize {
    (*map).entries.len()
}

unsafe extern "C" fn find(map: *mut Map, key: Bytes, elem: *mut Bytes) -> c_int {
    match (*map).entries.get(&Key::new((*map).host, key)) {
        Some(found) => {
            *elem = Bytes::of(found);
            YES
        }
        None => NO,
    }
}

unsafe extern "C" fn assign(map: *mut Map, key: Bytes, elem: Bytes) -> c_int {
    (*map).entries.insert(Key::new((*map).host, key), elem.slice().into());
    YES
}

unsafe extern "C" fn erase(map: *mut Map, key: Bytes) -> c_int {
    match (*map).entries.remove(&Key::new((*map).host, key)) {
        Some(_) => YES,
        None => NO,
    }
}

unsafe extern "C" fn clear(map: *mut Map) -> c_int {
    (*map).entries.clear();
    YES
}

unsafe extern "C" fn iterate(map: *mut Map, _start: *const Start) -> *mut Walk {
    Box::into_raw(Box::new(Walk { entries: (*map).entries.iter() }))
}

unsafe extern "C" fn next(walk: *mut Walk, key: *mut Bytes, elem: *mut Bytes) -> c_int {
    match (*walk).entries.next() {
        Some((k, e)) => {
            *key = Bytes::of(&k.bytes);
            *elem = Bytes::of(e);
            YES
        }
        None => NO,
    }
}

unsafe extern "C" fn close(walk: *mut Walk) {
    drop(Box::from_raw(walk));
}

static API: Api = Api {
    version: 1,
    struct_size: std::mem::size_of::<Api>() as u32,
    name: b"Rust HashMap\0".as_ptr() as *const c_char,
    profile: b"std\0".as_ptr() as *const c_char,
    features: HASHES,
    reserved: 0,
    supports: None,
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
