"""Entry of the api function: the route table on powertools' resolver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from functions.api.answers import answer
from functions.api.errors import error_response, no_such_route
from functions.api.methods import allowed_methods, as_get, options, without_body
from functions.api.resolver import Resolver
from functions.api.routes import ROUTES
from podium import bootstrap
from podium.http_event import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.event_handler.api_gateway import Response
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from functions.api.route import Route

app = Resolver()


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one HTTP request (payload version 2.0).

    A function that is set up wrongly fails here: that is no error of the client.
    """
    cross_origin = bootstrap.engine().cross_origin
    match event["requestContext"]["http"]["method"]:
        case "OPTIONS" if methods := _allowed_methods(event):
            return options(methods, event.get("headers") or {}, cross_origin)
        case "HEAD":
            is_safe = "HEAD" in _allowed_methods(event)
            found = without_body(app.resolve(as_get(event) if is_safe else event, context))
        case _:
            found = app.resolve(event, context)
    return cross_origin.answer(event, found)


def _serving(route: Route) -> Callable[..., Response[str]]:
    def call(**path: str) -> Response[str]:
        request = Request(app.current_event.raw_event, path)
        for parameter in route.parameters:
            parameter.check(request)
        engine = bootstrap.engine()
        return answer(route, route.handler(request, engine), request, engine.fitting)

    return call


def _not_found(_: Exception) -> Response[str]:
    event = app.current_event
    return no_such_route(event.http_method, event.path, _allowed_methods(event.raw_event))


def _allowed_methods(event: dict[str, Any]) -> list[str]:
    path = APIGatewayProxyEventV2(event).path
    return allowed_methods(route for route in ROUTES if app.matches(route.rule, path))


for _route in sorted(ROUTES, key=lambda route: route.specificity):
    app.route(_route.rule, method=_route.method)(_serving(_route))
app.build_routes()
app.not_found(_not_found)
app.exception_handler(Exception)(error_response)
