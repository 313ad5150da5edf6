module example.test/login-hook

go 1.21
