package workloads

// Key is what the build replaces: this package is compiled once for each kind of key, so that the
// compiler picks its fast variants as it does in anybody's program.
type Key = uint64
