"""HTTP and command-line plumbing that knows nothing about the shop."""
