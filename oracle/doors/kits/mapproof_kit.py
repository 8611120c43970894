"""mapproof's process door for Python: fill in six functions and call run().

    import mapproof_kit

    mapproof_kit.run(
        name="my map", profile="python", features=["nan_keys"],
        keys=["u64", "f64", "str"], elems=["u64", "u32"],
        make=lambda spec: MyMap(),        # spec.hint; spec.hash(key), if you claim "hashes"
        put=lambda m, key, elem: m.set(key, elem),
        get=lambda m, key: m.get(key),    # None if it is not there
        delete=lambda m, key: m.pop(key, None),
        size=len,
        walk=lambda m, start: iter(m.items()),  # (key, elem) pairs; start.bucket and start.offset,
                                                # if you claim "starts"
        clear=lambda m: m.clear(),        # may be left out: then each key is deleted
    )

Then: mapproof check -- python3 my_port.py. What stops an operation is raised: Panic, a RuntimeError
out of a walk ("changed"), a TypeError that says "unhashable", or anything else, which no map should
raise. stdout belongs to the protocol; print to stderr.
"""

import json
import math
import struct
import sys


class Panic(Exception):
    """kind: "nil_map", "unhashable", "changed" or "other"."""

    def __init__(self, kind, message=None):
        super().__init__(message or kind)
        self.kind = kind


# What is given back for a key or elem that nobody has put.
FOREIGN_KEY = 65536
FOREIGN_ELEM = 2**32
QUIET_NAN = 0x7FF8000000000000


# ---- keys: the value at an index of a kind's domain, and back ----


def inside(n, size=65536):
    return n if 0 <= n < size else FOREIGN_KEY


def make_nan(payload):
    """A new object each time, so that it is equal to nothing, not even by identity."""
    return struct.unpack("<d", struct.pack("<Q", QUIET_NAN | payload))[0]


def nan_index(key):
    payload = struct.unpack("<Q", struct.pack("<d", key))[0] ^ QUIET_NAN
    return [255, payload] if payload < 1 << 21 else FOREIGN_KEY


def make_int(n, _payload):
    return n


def int_index(key):
    return inside(key) if type(key) is int else FOREIGN_KEY


def make_float(n, payload):
    return make_nan(payload) if n == 255 else {253: math.inf, 254: -0.0}.get(n, float(n))


def float_index(key):
    if type(key) is not float:
        return FOREIGN_KEY
    if math.isnan(key):
        return nan_index(key)
    if key == math.inf:
        return 253
    if key == 0 and math.copysign(1, key) < 0:
        return 254
    return FOREIGN_KEY if not key.is_integer() or 253 <= key <= 255 else inside(int(key))


def make_bool(n, _payload):
    return n == 1


def bool_index(key):
    return int(key) if type(key) is bool else FOREIGN_KEY


def make_str(n, _payload):
    return "" if n == 255 else str(n)


def str_index(key):
    if type(key) is not str or (key and str(int(key)) != key):
        return FOREIGN_KEY
    return 255 if key == "" else FOREIGN_KEY if key == "255" else inside(int(key))


def make_iface(n, payload):
    """None, ints, floats, strings and, at 253, a list, which cannot be hashed."""
    if n in (252, 253):
        return None if n == 252 else []
    if n in (254, 255) or n % 3 == 0:
        return make_float(n, payload)
    return n if n % 3 == 1 else str(n)


def iface_index(key):
    if key is None or type(key) is list:
        return 252 if key is None else 253
    kinds = (float, int, str)  # of the indices of each remainder modulo 3
    if type(key) not in kinds:
        return FOREIGN_KEY
    n = (float_index, int_index, str_index)[kinds.index(type(key))](key)
    if type(n) is list or n == 254:
        return n
    return n if n % 3 == kinds.index(type(key)) and not 252 <= n <= 255 else FOREIGN_KEY


INTS = (make_int, int_index)
FLOATS = (make_float, float_index)
KEYS = {
    "u8": (make_int, lambda key: inside(key, 256)),
    "u16": INTS,
    "u32": INTS,
    "u64": INTS,
    "i64": INTS,
    "f32": FLOATS,
    "f64": FLOATS,
    "bool": (make_bool, bool_index),
    "str": (make_str, str_index),
    "iface": (make_iface, iface_index),
}


# ---- elems: the value that carries a stamp, and back ----


def int_stamp(elem):
    return elem if type(elem) is int and elem >= 0 else FOREIGN_ELEM


ELEM_INTS = (lambda stamp: stamp, int_stamp)
ELEMS = {
    "u8": ELEM_INTS,
    "u32": ELEM_INTS,
    "u64": ELEM_INTS,
    "str": (
        lambda stamp: str(stamp) if stamp else "",
        lambda elem: int(elem or "0") if type(elem) is str else FOREIGN_ELEM,
    ),
}


# ---- what a map is made with ----

WORD = 2**64 - 1


def mix(x):
    x ^= x >> 33
    x = x * 0xFF51AFD7ED558CCD & WORD
    x ^= x >> 33
    x = x * 0xC4CEB9FE1A85EC53 & WORD
    return x ^ x >> 33


class Spec:
    def __init__(self, spec):
        self.hint = int(spec["hint"])
        self.hash0 = spec["hash0"]
        self.seed = spec["seed"]
        self.key = spec["key"]
        self.elem = spec["elem"]
        self._mode = spec["hash"]
        self._hashes = {int(n): int(h) for n, h in spec.get("hashes", {}).items()}
        self._draws = 0

    def hash(self, key):
        """The program's hash of a key; of a NaN a new one each time."""
        index = KEYS[self.key][1](key)
        if type(index) is not list:
            return self._hashes[index]
        self._draws += 1
        if index[0] in self._hashes:
            return self._hashes[index[0]]
        n = mix(mix(self.seed + 0x9E3779B97F4A7C15 & WORD) + self._draws & WORD)
        if self._mode == "strong":
            return n
        return n & 7 if self._mode == "low" else n << 56 & WORD if self._mode == "top" else n >> 48


class Start:
    def __init__(self, bucket, offset):
        self.bucket = bucket
        self.offset = offset


# ---- one program ----


def panic_of(error, walking=False):
    kind = "other"
    if isinstance(error, Panic):
        kind = error.kind
    elif walking and isinstance(error, RuntimeError):
        kind = "changed"
    elif isinstance(error, TypeError) and "unhashable" in str(error):
        kind = "unhashable"
    return {"panic": kind, "message": str(error) or type(error).__name__}


class Execution:
    """One map and its walks. After `nil` there is no map, but walks go on."""

    def __init__(self, port, spec):
        self.port = port
        self.make_key, self.key_index = KEYS[spec["key"]]
        self.make_elem, self.elem_stamp = ELEMS[spec["elem"]]
        self.map = port["make"](Spec(spec))
        self.nil_map = False
        self.walks = {}  # by slot: a Start or None, until the first next; then an iterator
        self.due = set()

    def key(self, key):
        return self.make_key(*key) if type(key) is list else self.make_key(key, 0)

    def put(self, key, stamp):
        if self.nil_map:
            raise Panic("nil_map", "assignment to entry in nil map")
        self.port["put"](self.map, self.key(key), self.make_elem(stamp))

    def get(self, key):
        key = self.key(key)
        if self.nil_map:
            hash(key)  # so that a key which cannot be hashed is refused here, too
            return None
        elem = self.port["get"](self.map, key)
        return None if elem is None else self.elem_stamp(elem)

    has = get

    def delete(self, key):
        key = self.key(key)
        if self.nil_map:
            hash(key)
        else:
            self.port["delete"](self.map, key)

    def clear(self):
        if self.nil_map:
            return
        if self.port["clear"]:
            self.port["clear"](self.map)
            return
        for key in [key for key, _ in self.port["walk"](self.map, None)]:
            self.port["delete"](self.map, key)

    def len(self):
        return 0 if self.nil_map else self.port["size"](self.map)

    def iter(self, slot, *start):
        self.walks[slot] = Start(*start) if start else None
        self.due.add(slot)

    def next(self, slot, n):
        got = []
        if slot not in self.walks:
            return got
        try:
            if slot in self.due:
                self.due.remove(slot)
                start = self.walks[slot]
                self.walks[slot] = iter(()) if self.nil_map else self.port["walk"](self.map, start)
            walk = self.walks[slot]
            while len(got) < n:
                key, elem = next(walk)
                got.append([self.key_index(key), self.elem_stamp(elem)])
        except StopIteration:
            del self.walks[slot]
            got.append(None)
        except Exception as error:  # whatever it is, it is the map's answer
            del self.walks[slot]
            got.append(panic_of(error, walking=True))
        return got

    def drop(self, slot):
        self.walks.pop(slot, None)
        self.due.discard(slot)

    def nil(self):
        self.nil_map = True
        self.map = None


def answers(port, program):
    execution = Execution(port, program["map"])
    operations = {
        op: getattr(execution, op)
        for op in ("put", "get", "has", "clear", "len", "iter", "next", "drop", "nil")
    }
    operations["del"] = execution.delete
    result = []
    for op, *arguments in program["ops"]:
        try:
            result.append(operations[op](*arguments))
        except Exception as error:
            result.append(panic_of(error))
    return result


def run(*, name, profile, features, keys, elems, make, put, get, delete, size, walk, clear=None):
    port = {
        "make": make,
        "put": put,
        "get": get,
        "delete": delete,
        "size": size,
        "walk": walk,
        "clear": clear,
    }
    about = {"name": name, "profile": profile, "features": features, "keys": keys, "elems": elems}
    out = sys.stdout
    sys.stdout = sys.stderr  # a stray print() must not get between the answers
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if message["type"] == "stop":
            return
        if message["type"] == "start":
            reply = {"type": "started", "version": 1, **about}
        else:
            reply = {"type": "answers", "id": message["id"], "answers": answers(port, message)}
        out.write(json.dumps(reply, separators=(",", ":")) + "\n")
        out.flush()
