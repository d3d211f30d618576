// One story with Conductor's JavaScript SDK, nothing of it changed but the URL: what each step found goes
// to standard output as one JSON object in the last line, and test_javascript.py says what it should be. A step that
// throws leaves {error} behind, and the story goes on.
import {
  OrkesClients,
  TaskManager,
  simpleTask,
} from "@io-orkes/conductor-javascript";

const quiet = { info() {}, debug() {}, warn() {}, error() {} };
const clients = await OrkesClients.from({ serverUrl: process.argv[2], logger: quiet });
const workflows = clients.getWorkflowClient();
const metadata = clients.getMetadataClient();
const schedules = clients.getSchedulerClient();
const secrets = clients.getSecretClient();
const tasks = clients.getTaskClient();

const found = {};

async function step(name, take) {
  try {
    found[name] = (await take()) ?? null;
  } catch (error) {
    found[name] = { error: String(error?.message ?? error), status: error?.status ?? null };
  }
}

async function until(look) {
  for (let left = 300; left > 0; left -= 1) {
    const seen = await look();
    if (seen) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("not within 30 s");
}

const ended = (id) =>
  until(async () => {
    const execution = await workflows.getWorkflow(id, true);
    return ["RUNNING", "PAUSED"].includes(execution.status) ? null : execution;
  });

const outline = (execution) => ({
  status: execution.status,
  output: execution.output,
  tasks: execution.tasks.map((task) => [task.referenceTaskName, task.status, task.outputData]),
});

const chain = (name, list, more = {}) => ({
  name, version: 1, tasks: list, inputParameters: [], timeoutSeconds: 0, ownerEmail: "a@b.c", ...more,
});
const wait = (ref) => ({ name: ref, taskReferenceName: ref, type: "WAIT" });

// Definitions ---------------------------------------------------------------------------------------

await step("register", async () => {
  await metadata.registerTask({ name: "js_flaky", retryCount: 2, retryDelaySeconds: 0, timeoutSeconds: 0 });
  await metadata.registerWorkflowDef(
    chain(
      "js_work",
      [
        simpleTask("greet", "js_greet", { who: "${workflow.input.who}" }),
        simpleTask("flaky", "js_flaky", { message: "${greet.output.message}" }),
      ],
      { outputParameters: { of: "${flaky.output.of}" } },
    ),
    true,
  );
  const definition = await metadata.getWorkflowDef("js_work", 1);
  return {
    tasks: definition.tasks.map((task) => [task.type, task.taskReferenceName]),
    retryCount: (await metadata.getTask("js_flaky")).retryCount,
  };
});

await step("registerTwice", async () => metadata.registerWorkflowDef(chain("js_work", [wait("w")]), false));

// Start, work, complete -----------------------------------------------------------------------------

const worker = new TaskManager(
  clients.getClient(),
  [
    {
      taskDefName: "js_greet",
      execute: async (task) => ({
        status: "COMPLETED",
        outputData: { message: `hello ${task.inputData.who}` },
        logs: [{ log: "größe", createdTime: Date.now() }],
      }),
    },
    {
      taskDefName: "js_flaky",
      execute: async (task) => {
        if (task.retryCount === 0) throw new Error("not yet");
        return { status: "COMPLETED", outputData: { of: task.inputData.message } };
      },
    },
  ],
  { logger: quiet, options: { pollInterval: 50, concurrency: 2 } },
);
worker.startPolling();
await step("work", async () => {
  const ids = [];
  for (const who of ["wörld", "moon"]) {
    ids.push(
      await workflows.startWorkflow({ name: "js_work", version: 1, input: { who }, correlationId: `js ${who}` }),
    );
  }
  const [first, second] = [await ended(ids[0]), await ended(ids[1])];
  const logs = await tasks.getTaskLogs?.(first.tasks[0].taskId);
  return {
    first: outline(first),
    second: second.output,
    reason: first.tasks[1].reasonForIncompletion,
    logs: logs?.map((line) => line.log),
  };
});
await worker.stopPolling();

await step("complete", async () => {
  await metadata.registerWorkflowDef(
    chain("js_complete", [simpleTask("one", "js_one", {}), simpleTask("two", "js_two", {}), simpleTask("three", "js_three", {})]),
    true,
  );
  const id = await workflows.startWorkflowByName("js_complete", { a: 1 }, 1, "js c", 3);
  const task = (await workflows.getWorkflow(id, true)).tasks[0];
  await workflows.updateTask(task.taskId, id, "COMPLETED", { n: 1 });
  await workflows.updateTaskByRefName("two", id, "COMPLETED", { n: 2 });
  const last = await workflows.updateTaskSync("three", id, "COMPLETED", { n: 3 });
  return { ...outline(last), priority: last.priority, correlationId: last.correlationId };
});

await step("control", async () => {
  const id = await workflows.startWorkflow({ name: "js_complete", version: 1 });
  const seen = [];
  const note = async () => seen.push((await workflows.getWorkflowStatus(id, true, true)).status);
  await workflows.pause(id);
  await note();
  await workflows.resume(id);
  await note();
  await workflows.skipTasksFromWorkflow(id, "two", { taskOutput: { skipped: true } });
  await workflows.updateTaskByRefName("one", id, "COMPLETED", {});
  const skipped = await until(async () =>
    (await workflows.getWorkflow(id, true)).tasks.find((task) => task.status === "SKIPPED"),
  );
  await workflows.terminate(id, "enough");
  await note();
  await workflows.restart(id, true);
  await note();
  await workflows.terminate(id, "again");
  await workflows.reRun(id, { workflowInput: { b: 2 } });
  await note();
  await workflows.terminate(id, "done");
  return { seen, skipped: skipped.outputData, input: (await workflows.getWorkflow(id, false)).input };
});

await step("unknown", async () => workflows.getWorkflow("no-such-workflow", true, 1));

// Execute, signal -----------------------------------------------------------------------------------

await step("execute", async () => {
  await metadata.registerWorkflowDef(chain("js_waits", [wait("first"), wait("second")]), true);
  const run = await workflows.executeWorkflow(
    { name: "js_waits", version: 1, input: {} }, "js_waits", 1, "r-1", "", 5, "DURABLE", "BLOCKING_TASK",
  );
  found.waiting = run.workflowId;
  return { type: run.responseType, ref: run.referenceTaskName, requestId: run.requestId };
});

await step("signal", async () => {
  const run = await workflows.signal(found.waiting, "COMPLETED", { by: "ann" }, "BLOCKING_TASK");
  await workflows.signalAsync(found.waiting, "COMPLETED", { by: "bob" });
  return { type: run.responseType, ref: run.referenceTaskName, end: outline(await ended(found.waiting)) };
});
delete found.waiting;

await step("state", async () => {
  const id = await workflows.startWorkflow({ name: "js_waits", version: 1 });
  const changed = await workflows.updateVariables(id, { colour: "blue" });
  const run = await workflows.updateState(
    id,
    { taskReferenceName: "first", taskResult: { status: "COMPLETED", workflowInstanceId: id, taskId: "" }, variables: { n: 1 } },
    "r-2", "first", 2,
  );
  await workflows.terminate(id, "seen");
  await workflows.deleteWorkflow(id, false);
  return { changed: changed.variables, variables: run.variables };
});

await step("secrets", async () => {
  await secrets.putSecret("JS_SECRET", "top secret");
  const value = await secrets.getSecret("JS_SECRET");
  const exists = await secrets.secretExists("JS_SECRET");
  const listed = (await secrets.listAllSecretNames()).includes("JS_SECRET");
  await secrets.deleteSecret("JS_SECRET");
  return { value, exists, listed, left: (await secrets.listAllSecretNames()).includes("JS_SECRET") };
});

// Test, search, schedules ---------------------------------------------------------------------------

await step("test", async () =>
  outline(
    await workflows.testWorkflow({
      name: "js_complete",
      version: 1,
      taskRefToMockOutput: Object.fromEntries(
        ["one", "two", "three"].map((ref) => [ref, [{ status: "COMPLETED", output: { of: ref } }]]),
      ),
    }),
  ),
);

await step("search", async () =>
  until(async () => {
    const page = await workflows.search(0, 10, "workflowType = 'js_work' AND status = 'COMPLETED'", "*", "startTime:ASC");
    return page.results?.length >= 2
      ? { total: page.totalHits, types: page.results.map((row) => [row.workflowType, row.status, row.correlationId]) }
      : null;
  }),
);

await step("correlated", async () =>
  until(async () => {
    const map = await workflows.getByCorrelationIds(
      { workflowNames: ["js_work", "js_other"], correlationIds: ["js moon", "js nobody"] }, true, true,
    );
    return map["js moon"]?.length
      ? Object.fromEntries(Object.entries(map).map(([id, list]) => [id, list.map((one) => one.status)]))
      : null;
  }),
);

await step("schedule", async () => {
  const name = "js every morning";
  await schedules.saveSchedule({
    name,
    cronExpression: "0 0 8 * * MON-FRI",
    zoneId: "Europe/Berlin",
    startWorkflowRequest: { name: "js_work", version: 1, input: { who: "sun" } },
  });
  const saved = await schedules.getSchedule(name);
  await schedules.pauseSchedule(name, "holidays");
  const paused = await schedules.getSchedule(name);
  await schedules.resumeSchedule(name);
  const resumed = await schedules.getSchedule(name);
  const listed = (await schedules.getAllSchedules("js_work")).map((one) => one.name);
  await schedules.deleteSchedule(name);
  return {
    cron: saved.cronExpression,
    zone: saved.zoneId,
    starts: saved.startWorkflowRequest.name,
    paused: [paused.paused, paused.pausedReason],
    resumed: resumed.paused,
    listed,
    left: (await schedules.getAllSchedules("js_work")).length,
  };
});

await step("nextFew", async () =>
  schedules.getNextFewSchedules("0 0 12 1 1 *", Date.UTC(2027, 5, 1), Date.UTC(2035, 1, 1), 3),
);

await step("firing", async () => {
  const name = "js each second";
  await schedules.saveSchedule({
    name,
    cronExpression: "* * * * * *",
    startWorkflowRequest: { name: "js_complete", version: 1, input: { by: "clock" } },
  });
  const page = await until(async () => {
    const executions = await schedules.search(0, 10, "", "*", "scheduleName IN (js each second) AND state IN (EXECUTED)");
    return executions.results?.length ? executions : null;
  });
  await schedules.deleteSchedule(name);
  const { scheduleName, workflowName, state, workflowId } = page.results[0];
  const started = await workflows.getWorkflow(workflowId, false);
  return { scheduleName, workflowName, state, by: started.input.by, name: started.input._startedByScheduler };
});

process.stdout.write(JSON.stringify(found));
process.exit(0);
