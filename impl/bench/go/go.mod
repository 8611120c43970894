module mapproof/bench

go 1.18
