"""The use cases: each loads, decides through the domain, commits and acts."""
