"""Plays the HTTP API: requests become payload-2.0 events, answers become responses, within the cloud's limits."""

from podium_local.front.gateway import Gateway
from podium_local.front.http import HttpRequest, HttpResponse

__all__ = ["Gateway", "HttpRequest", "HttpResponse"]
