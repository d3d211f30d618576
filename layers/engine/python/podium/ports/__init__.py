"""The protocols through which the services reach the outside."""
