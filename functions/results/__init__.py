"""Results that workers report through SQS instead of HTTP."""
