"""What people see: pages, API, sign-in. See README.md."""
