"""What each route does, by resource: read the request, call one service, shape the answer."""
