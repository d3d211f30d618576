"""Tasks from a seed: each type in each of its forms, with the fields that all types share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.shapes.task_defs import task_def
from tests.support.shapes.values import Draw, Json

#: Types with nothing nested in them.
LEAVES = (
    "SIMPLE", "HTTP", "HTTP_POLL", "INLINE", "LAMBDA", "JSON_JQ_TRANSFORM", "SET_VARIABLE", "NOOP",
    "WAIT", "HUMAN", "PULL_WORKFLOW_MESSAGES", "DYNAMIC", "START_WORKFLOW", "TERMINATE", "EVENT",
    "KAFKA_PUBLISH", "FORK_JOIN_DYNAMIC", "CARRIER", "paket-dienst",
)  # fmt: skip
NESTING = (
    "SWITCH", "DECISION", "EXCLUSIVE_JOIN", "FORK_JOIN", "DO_WHILE", "FOR_EACH", "TRY_CATCH",
    "SUB_WORKFLOW",
)  # fmt: skip
#: About so many tasks are in one definition.
MOST = 14
CHOOSE = "$.choice == 'a' ? 'a' : 'b'"
STATES = ("onScheduled", "onStart", "onSuccess", "onFailed", "onCancelled", "onStart, onFailed")


class Tasks:
    """Writes the tasks of one definition; reference names are unique in it."""

    def __init__(self, draw: Draw, inline: Callable[[str, int], Json]) -> None:
        """``inline`` writes a definition of a name and a depth, for a SUB_WORKFLOW."""
        self._draw = draw
        self._write_definition = inline
        self._refs: list[str] = []

    def some(self, depth: int) -> list[Json]:
        """One task or several, with the joins that belong to them."""
        written: list[Json] = []
        for _ in range(self._draw.number(1, 4)):
            nests = depth > 1 and len(self._refs) < MOST
            task_type = self._draw.one(NESTING if nests and self._draw.flip() else LEAVES)
            form = getattr(self, f"_{task_type.lower()}", self._user_defined)
            task = self._task(task_type)
            before, after = form(task, depth - 1) or ((), ())
            written += [*before, self._draw.among(task), *after]
        return written

    # What all types share -----------------------------------------------------------------------

    def _task(self, task_type: str) -> Json:
        draw = self._draw
        ref = f"{draw.word()}{draw.one(('_', ' ', '-'))}{len(self._refs)}"
        task: Json = {"name": draw.word(), "taskReferenceName": ref, "type": task_type}
        task["inputParameters"] = self._parameters()
        fields: Json = {
            "description": draw.text(),
            "startDelay": draw.number(0, 60),
            "optional": draw.flip(),
            "permissive": draw.flip(),
            "retryCount": draw.number(0, 5),
            "asyncComplete": draw.flip(),
            "rateLimited": draw.flip(),
            "taskDefinition": task_def(draw, task["name"]),
            "metadata": draw.map(),
            "cacheConfig": {"key": "${x}", "ttlInSecond": draw.number(0, 9)},
            "joinStatus": draw.word(),
            "onStateChange": {
                draw.one(STATES): [draw.among({"type": draw.word(), "payload": draw.map()})]
            },
        }
        if draw.flip(0.4):
            task |= {field: fields[field] for field in draw.some(list(fields), most=4)}
        self._refs.append(ref)
        return task

    def _parameters(self) -> Json:
        """Free input; expressions name the workflow or an earlier task."""
        draw = self._draw
        if draw.flip(0.4):
            return {}
        # A path cannot hold a space as it stands.
        earlier = [f"${{{ref}.output.value}}" for ref in self._refs[-5:] if " " not in ref]
        given = {
            "choice": "${workflow.input.choice}",
            "größe": draw.one(["${workflow.variables.größe[0].x}", *earlier]),
            "nested": [{"deep": draw.json()}, None],
            "literal": draw.json(),
        }
        return {key: given[key] for key in draw.some(list(given))}

    def _join(self, join_on: list[str]) -> Json:
        join = self._task("JOIN") | {"joinOn": join_on}
        if self._draw.flip():
            join["joinMode"] = self._draw.one(("SYNC", "ASYNC"))
        return self._draw.among(join)

    # Leaves -------------------------------------------------------------------------------------

    def _simple(self, task: Json, depth: int) -> None:
        """The type may be left out, or given by the field's other name."""
        if self._draw.flip():
            task_type = task.pop("type")
            if self._draw.flip():
                task["workflowTaskType"] = task_type

    def _user_defined(self, task: Json, depth: int) -> None:
        """A type that only the workers know."""

    def _http(self, task: Json, depth: int) -> None:
        draw = self._draw
        request: Json = {"uri": "https://example.com/${workflow.input.id}", "method": "POST"}
        extra: Json = {
            "headers": {"X-Größe": "1", "none": None},
            "body": draw.json(),
            "accept": draw.one(("application/json", ["text/plain", "application/json"])),
            "contentType": "application/json",
            "connectionTimeOut": 3000,
            "readTimeOut": "3000",
            "vipAddress": draw.word(),
        }
        request |= {key: extra[key] for key in draw.some(list(extra))}
        match draw.number(0, 2):
            case 0:
                task["inputParameters"]["http_request"] = request
            case 1:
                task["inputParameters"] |= request
            case _:
                defined = {"name": task["name"], "inputTemplate": {"http_request": request}}
                task["taskDefinition"] = defined

    def _http_poll(self, task: Json, depth: int) -> None:
        draw = self._draw
        request: Json = {
            "uri": "https://example.com/job",
            "method": "GET",
            "terminationCondition": "$.output.response.body.done === true",
        }
        extra = {
            "pollingInterval": draw.one((1, 60, "${workflow.input.every}")),
            "pollingStrategy": draw.one(("FIXED", "LINEAR_BACKOFF", "EXPONENTIAL_BACKOFF")),
            "maxPollCount": draw.number(1, 9),
            "evaluatorType": draw.one(("javascript", "graaljs")),
        }
        request |= {key: extra[key] for key in draw.some(list(extra))}
        task["inputParameters"]["http_request"] = request

    def _inline(self, task: Json, depth: int) -> None:
        evaluator = self._draw.one(("javascript", "graaljs", "value-param"))
        expression = "choice" if evaluator == "value-param" else CHOOSE
        task["inputParameters"] |= {"evaluatorType": evaluator, "expression": expression}

    def _lambda(self, task: Json, depth: int) -> None:
        task["inputParameters"]["scriptExpression"] = "return {größe: $.größe};"
        if self._draw.flip():
            task["scriptExpression"] = "return 1;"

    def _json_jq_transform(self, task: Json, depth: int) -> None:
        task["inputParameters"]["queryExpression"] = '.a as $x | {b: [$x, "größe"]}'

    def _wait(self, task: Json, depth: int) -> None:
        draw = self._draw
        forms: tuple[Json, ...] = (
            {},
            {"duration": draw.one(("1 s", "2days 3 hrs", "5 minutes", "${workflow.input.time}"))},
            {"until": draw.one(("2027-01-31", "2027-01-31 10:00", "2027-01-31 10:00 GMT+02:00"))},
            {"until": "${workflow.input.until}", "duration": ""},
        )
        task["inputParameters"] |= draw.one(forms)

    def _pull_workflow_messages(self, task: Json, depth: int) -> None:
        if self._draw.flip():
            task["inputParameters"] |= {"batchSize": 3, "blocking": self._draw.flip()}

    def _dynamic(self, task: Json, depth: int) -> None:
        task["dynamicTaskNameParam"] = "what"
        task["inputParameters"]["what"] = "${workflow.input.what}"

    def _start_workflow(self, task: Json, depth: int) -> None:
        request = {
            "name": self._draw.word(),
            "version": self._draw.one((1, "${workflow.input.version}")),
            "input": self._draw.map(),
            "correlationId": "${workflow.correlationId}",
        }
        task["inputParameters"]["startWorkflow"] = request

    def _terminate(self, task: Json, depth: int) -> None:
        task.pop("optional", None)
        task["inputParameters"] |= {
            "terminationStatus": self._draw.one(("COMPLETED", "FAILED", "TERMINATED")),
            "terminationReason": self._draw.text(),
            "workflowOutput": self._draw.one((self._draw.map(), "${workflow.input}")),
        }

    def _event(self, task: Json, depth: int) -> None:
        task["sink"] = self._draw.one(("conductor", "conductor:shipped", "sqs:heard"))
        if self._draw.flip():
            task["asyncComplete"] = True

    def _kafka_publish(self, task: Json, depth: int) -> None:
        task["inputParameters"]["kafka_request"] = {
            "topic": "orders",
            "bootStrapServers": "broker.example.com:9092",
            "value": self._draw.json(),
            "key": self._draw.word(),
            "keySerializer": "org.apache.kafka.common.serialization.StringSerializer",
            "headers": {"x": "1"},
        }

    def _fork_join_dynamic(self, task: Json, depth: int) -> Any:
        """Each of the forms, and the JOIN."""
        inputs = task["inputParameters"]
        match self._draw.number(0, 3):
            case 0:
                task["dynamicForkTasksParam"] = "branches"
                task["dynamicForkTasksInputParamName"] = "branchInputs"
                inputs |= {"branches": "${workflow.input.branches}", "branchInputs": {}}
            case 1:
                task["dynamicForkJoinTasksParam"] = "joined"
                inputs["joined"] = {"dynamicTasks": "${workflow.input.tasks}"}
            case 2:
                inputs |= {"forkTaskName": self._draw.word(), "forkTaskInputs": [{"a": 1}]}
            case _:
                inputs |= {
                    "forkTaskWorkflow": self._draw.word(),
                    "forkTaskInputs": "${workflow.input.all}",
                }
        return (), [self._join([])]

    # Types that nest ----------------------------------------------------------------------------

    def _cases(self, task: Json, depth: int) -> None:
        """Cases in any order, some empty, perhaps a default."""
        keys = self._draw.some(("b", "a", "größe", "", "a.b")) or ["a"]
        task["decisionCases"] = {
            key: [] if self._draw.flip(0.2) else self.some(depth) for key in keys
        }
        if self._draw.flip():
            task["defaultCase"] = self.some(depth)

    def _switch(self, task: Json, depth: int) -> None:
        evaluator = self._draw.one(("value-param", "javascript", "graaljs"))
        task |= {
            "evaluatorType": evaluator,
            "expression": "choice" if evaluator == "value-param" else CHOOSE,
        }
        self._cases(task, depth)

    def _decision(self, task: Json, depth: int) -> None:
        if self._draw.flip():
            task["caseValueParam"] = "choice"
        else:
            task["caseExpression"] = CHOOSE
        self._cases(task, depth)

    def _exclusive_join(self, task: Json, depth: int) -> Any:
        """Behind a SWITCH: the join of what its cases end with."""
        switch = self._task("SWITCH")
        self._switch(switch, depth)
        cases = [*switch["decisionCases"].values(), switch.get("defaultCase", [])]
        task["joinOn"] = [tasks[-1]["taskReferenceName"] for tasks in cases if tasks]
        task["defaultExclusiveJoinTask"] = [switch["taskReferenceName"]]
        return [switch], ()

    def _fork_join(self, task: Json, depth: int) -> Any:
        task["forkTasks"] = [self.some(depth) for _ in range(self._draw.number(1, 3))]
        ends = [branch[-1]["taskReferenceName"] for branch in task["forkTasks"]]
        return (), [self._join(self._draw.some(ends))]

    def _do_while(self, task: Json, depth: int) -> None:
        match self._draw.number(0, 2):
            case 0:
                task["loopCondition"] = f"$['{task['taskReferenceName']}']['iteration'] < 3"
            case 1:
                task |= {"loopCondition": "", "items": "${workflow.input.items}"}
            case _:
                task["loopCondition"] = ""
                task["inputParameters"] |= {"_items": [1, None, "c"], "keepLastN": 2}
        if self._draw.flip():
            task["evaluatorType"] = "graaljs"
        task["loopOver"] = self.some(depth)

    def _for_each(self, task: Json, depth: int) -> None:
        if self._draw.flip():
            task["items"] = "${workflow.input.items}"
        else:
            task["inputParameters"]["items"] = [1, None, {"a": "größe"}]
        if self._draw.flip():
            task["inputParameters"] |= {"concurrency": 3, "onItemFailure": "CONTINUE"}
        task["loopOver"] = self.some(depth)

    def _try_catch(self, task: Json, depth: int) -> None:
        parts = self._draw.one((["catch"], ["finally"], ["catch", "finally"]))
        task |= {f"{part}Tasks": self.some(depth) for part in ["try", *parts]}
        if self._draw.flip():
            task["catchOn"] = ["FAILED", "TIMED_OUT"]

    def _sub_workflow(self, task: Json, depth: int) -> None:
        """By name, with and without a version; by expression; written inside."""
        draw = self._draw
        extra: Json = {
            "taskToDomain": {"*": "eu", "größe": "NO_DOMAIN"},
            "idempotencyKey": "${workflow.input.id}",
            "idempotencyStrategy": draw.one(("FAIL", "RETURN_EXISTING", "FAIL_ON_RUNNING")),
            "priority": draw.one((5, "${workflow.priority}")),
        }
        params = {key: extra[key] for key in draw.some(list(extra), most=2)}
        params["name"] = f"{draw.word()} child"
        match draw.number(0, 3):
            case 0:
                params["version"] = draw.number(0, 3)
            case 1:
                params["workflowDefinition"] = "${workflow.input.definition}"
            case 2:
                params["workflowDefinition"] = self._inline_definition(params["name"], depth)
            case _:
                pass
        task["subWorkflowParam"] = draw.among(params)

    def _inline_definition(self, name: str, depth: int) -> Json:
        return self._write_definition(f"{name} of {len(self._refs)}", max(depth, 1))
