"""What the services need from outside, as Protocols; each has a memory and an AWS adapter."""
