// An assembly file, however empty, allows functions without bodies (abi.go).
