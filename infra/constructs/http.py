"""The HTTP API: every route signed by an IAM principal."""

from __future__ import annotations

import json

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.functions import Functions
from infra.shapes import HttpRoute, Topology, physical_name

#: One line a request. Polls are most of them, so it says little: logs are paid by the byte.
ACCESS_LOG = {
    "at": "$context.requestTimeEpoch",
    "id": "$context.requestId",
    "route": "$context.routeKey",
    "path": "$context.path",
    "status": "$context.status",
    "ms": "$context.responseLatency",
    "principal": "$context.identity.userArn",
    "error": "$context.error.message",
}


class HttpFront(Construct):
    """An HTTP API with one route for each HTTP trigger of the topology."""

    def __init__(
        self, scope: Construct, id_: str, *, topology: Topology, functions: Functions, stack: str
    ) -> None:
        super().__init__(scope, id_)
        self._api = apigateway.HttpApi(
            self,
            "Api",
            api_name=physical_name("api", stack),
            create_default_stage=False,
            default_authorizer=authorizers.HttpIamAuthorizer(),
            cors_preflight=preflight(topology),
        )
        for function in topology.functions:
            routes = [trigger for trigger in function.triggers if isinstance(trigger, HttpRoute)]
            integration = integrations.HttpLambdaIntegration(
                function.name, functions.by_name[function.name]
            )
            for route in routes:
                self._api.add_routes(
                    path=route.path,
                    methods=[apigateway.HttpMethod[route.method]],
                    integration=integration,
                )
        self._stage(stack)

    @property
    def url(self) -> str:
        """Where the API answers; no slash at its end."""
        return self._api.api_endpoint

    def _stage(self, stack: str) -> None:
        log_group = logs.LogGroup(
            self,
            "AccessLog",
            # API Gateway may write here without a resource policy that grows with each API.
            log_group_name=f"/aws/vendedlogs/{physical_name('api', stack)}-access",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        apigateway.CfnStage(
            self,
            "Stage",
            api_id=self._api.api_id,
            stage_name="$default",
            auto_deploy=True,
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=log_group.log_group_arn, format=json.dumps(ACCESS_LOG)
            ),
        )


def preflight(topology: Topology) -> apigateway.CorsPreflightOptions | None:
    """A preflight carries no signature, so the API itself has to answer it; None: nobody is allowed."""
    origins = {
        origin
        for function in topology.functions
        for variable in function.environment
        if variable.name == "PODIUM_CORS_ALLOWED_ORIGINS"
        for origin in variable.of.split(",")
        if origin
    }
    if not origins:
        return None
    return apigateway.CorsPreflightOptions(
        allow_origins=sorted(origins),
        allow_methods=[apigateway.CorsHttpMethod.ANY],
        allow_headers=["*"],
        expose_headers=["*"],
        max_age=Duration.hours(2),
    )
