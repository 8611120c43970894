module mapproof/goruntime

go 1.18
