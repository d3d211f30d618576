"""The worker library: a function becomes a task worker that needs boto3 alone."""
