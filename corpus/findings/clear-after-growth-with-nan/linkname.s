// Empty: its presence lets main.go declare functions without bodies.
