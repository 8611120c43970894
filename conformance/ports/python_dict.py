"""Python's dict."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../oracle/doors/kits"))
import mapproof_kit  # noqa: E402


def delete(d, key):
    try:
        del d[key]  # pop() would not look at the key of an empty dict
    except KeyError:
        pass


mapproof_kit.run(
    name="Python dict",
    profile="python",
    features=["nan_keys"],
    keys=["u8", "u16", "u32", "u64", "i64", "f32", "f64", "bool", "str", "iface"],
    elems=["u8", "u32", "u64", "str"],
    make=lambda spec: {},
    put=lambda d, key, elem: d.__setitem__(key, elem),
    get=lambda d, key: d.get(key),
    delete=delete,
    size=len,
    walk=lambda d, start: iter(d.items()),
    clear=lambda d: d.clear(),
)
