module clear-after-growth-with-nan

go 1.18
