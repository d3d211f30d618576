"""The OpenAPI document, made from the route table when Podium is built; no request imports this."""
