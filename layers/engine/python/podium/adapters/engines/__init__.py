"""The expression engines: JavaScript, jq and JSONPath."""
