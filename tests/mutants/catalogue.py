"""The faults: what somebody may forget, drop or get wrong in an engine of this kind.

The numbers in brackets are the counterexamples of docs/reference/protocol.md that they bring back.
"""

from __future__ import annotations

from tests.mutants.mutant import Edit, Mutant, mutant

ADVANCING = "podium.services.advancing"
CREATING = "podium.services.creating"
CLOSING = "podium.services.closing"
COMMITTING = "podium.services.committing"
CHILDREN = "podium.services.children"
TREES = "podium.services.trees"
TIMING = "podium.services.timing"
TIMERS = "podium.services.timers"
HOLDING = "podium.services.holding"
HEADERS = "podium.adapters.items.header_store"
FOLDING = "podium.domain.folding"
JOINS = "podium.domain.joins"
LIMITING = "podium.services.limiting"
TASK_CHANGES = "podium.adapters.items.task_changes"

ALL: tuple[Mutant, ...] = (
    # --- commit and fold -------------------------------------------------------------------------
    mutant(
        "commit without its condition",
        "The header is written over whatever is there: two deciders both win.",
        HEADERS,
        'decision, Equals("v", decision.header.version - 1), mark',
        "decision, None, mark",
    ),
    mutant(
        "a stale cache is trusted",
        "An end that a cached header does not wait for is dropped without a fresh look (1).",
        ADVANCING,
        "elif is_fresh or all(_was_folded(state.header, task) for task in ends):",
        "elif True:",
    ),
    Mutant(
        "an entry is folded before its end",
        "A scan takes every task of an open entry for an ended one.",
        (
            Edit(
                ADVANCING,
                "return [task for task in found if task is not None and task.status.is_terminal]",
                "return [task for task in found if task is not None]",
            ),
            Edit(
                FOLDING,
                "or entry.inc != end.inc or not end.status.is_terminal:",
                "or entry.inc != end.inc:",
            ),
        ),
    ),
    Mutant(
        "the incarnation of an end is ignored",
        "A late end of an earlier incarnation ends the present one (22).",
        (
            Edit(
                ADVANCING,
                "if entry is None or entry.inc != task.inc or entry.kind is Kind.DUE:",
                "if entry is None or entry.kind is Kind.DUE:",
            ),
            Edit(
                FOLDING,
                "or entry.inc != end.inc or not end.status.is_terminal:",
                "or not end.status.is_terminal:",
            ),
        ),
    ),
    Mutant(
        "the run of a child is ignored",
        "The end of a child's earlier run ends the task that waits for a later one (17).",
        (
            Edit(
                ADVANCING,
                "return entry.kind is not Kind.CHILD or entry.generation == task.child_generation",
                "return True",
            ),
            Edit(
                FOLDING,
                "return entry.kind is not Kind.CHILD or entry.generation == end.child_generation",
                "return True",
            ),
        ),
    ),
    mutant(
        "ends during a pause are forgotten",
        "Nobody folds what ended while the workflow was paused, whose records are gone (14).",
        ADVANCING,
        "return old.status is not new.status and new.status is WorkflowStatus.RUNNING",
        "return False",
    ),
    Mutant(
        "a decision is made while paused",
        "An end is folded, and what follows is opened, in a workflow that is paused.",
        (
            Edit(
                "podium.domain.decide",
                "if state.header.status is not WorkflowStatus.RUNNING or state.header.waits:",
                "if state.header.status.is_terminal or state.header.waits:",
            ),
            Edit(
                ADVANCING,
                "    if header.status is not WorkflowStatus.RUNNING:",
                "    if header.status.is_terminal:",
            ),
        ),
    ),
    mutant(
        "a cut decision is not gone on with",
        "The due entries of a decision that was cut are left to nobody (23).",
        ADVANCING,
        "return not header.open or any(entry.kind is Kind.DUE for entry in header.open)",
        "return not header.open",
    ),
    mutant(
        "variables are not committed",
        "A header names a snapshot of the variables that was never written.",
        HEADERS,
        "if decision.variables is not None:",
        "if decision.variables is not None and False:",
    ),
    mutant(
        "a retry is counted twice",
        "The attempt after the first is the third.",
        FOLDING,
        "attempt=entry.attempt + 1,",
        "attempt=entry.attempt + 2,",
    ),
    # --- joins -----------------------------------------------------------------------------------
    mutant(
        "JOIN after any branch",
        "A JOIN is looked at as soon as one branch has ended, as if that counted for all.",
        JOINS,
        "if any(frontier.may_reach(ref) for ref in refs):",
        "if all(frontier.may_reach(ref) for ref in refs):",
    ),
    mutant(
        "JOIN a decision late",
        "A JOIN is not looked at in the decision that folds its last branch.",
        "podium.domain.flows",
        "        if joined is None:",
        "        if joined is None or len(draft.ended) == 0:",
    ),
    # --- create ----------------------------------------------------------------------------------
    mutant(
        "messages before the commit",
        "Tasks are sent and put before the header says that they are opened.",
        ADVANCING,
        "        change = self._committing.commit(state, decision)",
        "        for task in decision.created:\n"
        "            self._effects.creating.create(state, task)\n"
        "        change = self._committing.commit(state, decision)",
    ),
    Mutant(
        "put before send",
        "The item is there although its message is not: nobody sends it any more (5).",
        (
            Edit(
                CREATING,
                "            case Kind.WORKER | Kind.SYSTEM:\n                self.send(state, task)",
                "            case Kind.WORKER | Kind.SYSTEM:\n                pass",
            ),
            Edit(
                CREATING,
                "        put = self._ports.executions.put_task(header.workflow_id, task)\n",
                "        put = self._ports.executions.put_task(header.workflow_id, task)\n"
                "        is_sent = task.kind in {Kind.WORKER, Kind.SYSTEM}\n"
                "        if put and is_sent and not task.status.is_terminal:\n"
                "            self.send(state, task)\n",
            ),
        ),
    ),
    mutant(
        "a creation is not made good",
        "What a decider that died has left uncreated stays so: records are not redone (3).",
        CREATING,
        "return self._repair(change.new, added)",
        "return []",
    ),
    mutant(
        "a creation is judged on existence",
        "An item of an earlier incarnation passes for the one that was opened (22).",
        CREATING,
        "return task is not None and task.inc >= entry.inc",
        "return task is not None",
    ),
    mutant(
        "a late put resets a task",
        "The item of a task is put without looking whether it is there.",
        TASK_CHANGES,
        'return any_of(Missing(), Less("inc", inc))',
        "return any_of(Missing(), Exists())",
    ),
    # --- hand-out --------------------------------------------------------------------------------
    mutant(
        "an outdated message hands out",
        "A claim does not look at the hand-out that the message is for.",
        TASK_CHANGES,
        '        Equals("ep", epoch),\n    ]',
        "    ]",
    ),
    mutant(
        "an early message is deleted",
        "A message that comes before its item is taken for a stale one (6).",
        "podium.services.polling",
        "            seen.early.append(received)",
        "            seen.settled.append(received.receipt)",
    ),
    mutant(
        "the epoch of a re-queue is ignored",
        "Who held the task before puts it back into the queue from under its worker.",
        TASK_CHANGES,
        'return every(OPEN, Equals("inc", inc), Equals("ep", epoch), *_unless_secret(update))',
        'return every(OPEN, Equals("inc", inc), *_unless_secret(update))',
    ),
    mutant(
        "a re-queue sends nothing",
        "A task that its worker gives back is SCHEDULED without a message (21c).",
        "podium.services.updating",
        "        if task.status is TaskStatus.IN_PROGRESS:\n            self.send_again",
        "        if task.status is TaskStatus.SCHEDULED:\n            self.send_again",
    ),
    mutant(
        "a resume sends nothing",
        "What was deleted as held is not sent again when the workflow goes on.",
        HOLDING,
        "                    self._creating.send_again(state, task)",
        "                    pass",
    ),
    mutant(
        "an end over an end",
        "Whoever reports last decides how a task ended.",
        TASK_CHANGES,
        "[OPEN if lease_before is None else RUNNING, *_unless_secret(end)]",
        "[Exists() if lease_before is None else RUNNING, *_unless_secret(end)]",
    ),
    # --- limits ----------------------------------------------------------------------------------
    Mutant(
        "a slot is not given back",
        "A task that has ended keeps its slot, and nobody finds that out.",
        (
            Edit(
                LIMITING,
                "        if not limit.concurrent:\n            return\n",
                "        return\n",
            ),
            Edit(
                "podium.domain.limits",
                "if task is None or task.inc != holder.inc or task.status.is_terminal:",
                "if task is None:",
            ),
            Edit(
                "podium.domain.limits",
                "return task.status is TaskStatus.IN_PROGRESS and task.epoch == holder.epoch",
                "return True",
            ),
        ),
    ),
    # --- timers ----------------------------------------------------------------------------------
    mutant(
        "a timer is not armed again",
        "Once a timer has fired, nobody watches the deadlines that are left.",
        TIMING,
        "        if timer == state.header.timer and not is_lost:",
        "        if timer and not is_lost:",
    ),
    mutant(
        "a timer is committed and not armed",
        "The header names a deadline for which no message is under way (18).",
        TIMERS,
        "            self._queue.arm(TimerMessage(header.workflow_id, header.timer), delay)",
        "            pass",
    ),
    mutant(
        "a far timer stays far",
        "The sweep does not turn timers that come near into messages.",
        TIMING,
        "if state is None or not state.header.timer_is_far:",
        "if state is not None:",
    ),
    Mutant(
        "a timer outlives its workflow",
        "A terminal header still names a deadline.",
        (
            Edit(
                TIMERS,
                "if header.status.is_terminal or not header.timer:",
                "if not header.timer:",
            ),
            Edit(
                "podium.domain.completion",
                "        timer=0,\n        timer_is_far=False,\n",
                "",
            ),
        ),
    ),
    # --- close -----------------------------------------------------------------------------------
    mutant(
        "a child is left behind",
        "A workflow that ends does not end the children that it owns.",
        CLOSING,
        "following += self._end_child(state, entry, _reason_for_child(state.header))",
        "pass",
    ),
    mutant(
        "a late put is not fenced",
        "Closing passes over tasks whose items are still to be put (8).",
        CLOSING,
        "        if is_missing or not _has_ended(task, entry):",
        "        if not is_missing and not _has_ended(task, entry):",
    ),
    mutant(
        "a launch under way is not fenced",
        "A child that does not exist yet is not kept from being started later (16).",
        CHILDREN,
        "if header is None and not fence:",
        "if header is None:",
    ),
    mutant(
        "closed whatever the version",
        "A closer that comes late marks a later ending closed (11c).",
        HEADERS,
        'change, Equals("v", version)).applied',
        'change, Equals("rm", 0)).applied',
    ),
    mutant(
        "a closing is not made good",
        "What a decider that died has left unclosed stays so: the record of the end closes nothing.",
        CLOSING,
        "        if change.new.closed:\n",
        "        if change.new.closed or (change.old is not None and change.created is None):\n",
    ),
    mutant(
        "revived before it is closed",
        "An operation starts from an ending whose closing is still under way (11).",
        "podium.services.reviving",
        "if found.header.status.is_terminal and not found.header.closed:",
        "if found.header.removed:",
    ),
    # --- trees -----------------------------------------------------------------------------------
    mutant(
        "a child's end is lost",
        "The task that waits for a child is not told that it has ended.",
        TREES,
        "return [*raised, *self._children.notify(child)]",
        "return raised",
    ),
    mutant(
        "an early notification is dropped",
        "A child ends before its task's item is put: the news is not kept.",
        CHILDREN,
        "            raise TransientError(message)",
        "            return []",
    ),
    Mutant(
        "a revival is told to nobody",
        "A child that runs again is waited for neither at once nor when it ends (17). One of the two would do:"
        " records of one header come in order.",
        (
            Edit(
                TREES,
                "raised = self._revive_parent(child) if child.generation else []",
                "raised: list[Change] = []",
            ),
            Edit(
                TREES,
                "if new.generation > (0 if old is None else old.generation):",
                "if new.generation < 0:",
            ),
        ),
    ),
    mutant(
        "a revival does not climb",
        "A child that runs again is not waited for: its parent stays ended (25).",
        TREES,
        "if new.generation > (0 if old is None else old.generation):",
        "if new.generation < 0:",
    ),
    # --- starts ----------------------------------------------------------------------------------
    mutant(
        "a duplicate start is not recognised",
        "An execution is written over one with the same id.",
        HEADERS,
        "return self._write(decision, Missing(), mark=True, beside=taken)",
        "return self._write(decision, None, mark=True, beside=taken)",
    ),
    # --- search ----------------------------------------------------------------------------------
    mutant(
        "the row of an ended execution",
        "The index of searches is not told that an execution has ended.",
        "podium.services.indexing",
        "old is None or new.removed or (old.status, old.generation) != (new.status, new.generation)",
        "old is None or new.removed or old.generation != new.generation",
    ),
    mutant(
        "an old status comes back",
        "Records out of order put an earlier row of the search over a later one.",
        "podium.adapters.items.search_store",
        'return self._table.put(Put(item, Less("hv", indexed.version))).applied',
        "return self._table.put(Put(item)).applied",
    ),
    # --- delivery --------------------------------------------------------------------------------
    mutant(
        "a failed record is not reported",
        "The decider says that all went well: nothing is delivered again.",
        "functions.decider.handler",
        'not advanced", workflow_id=name)\n'
        '            failed.append(records[0]["dynamodb"]["SequenceNumber"])',
        'not advanced", workflow_id=name)',
    ),
    mutant(
        "a failed message is not reported",
        "A message that came too early is deleted as if it had been dealt with.",
        "podium.batch",
        "reason=str(error))\n            failed.append(identifier)\n            _show_again(record, soon)",
        "reason=str(error))\n            _show_again(record, soon)",
    ),
    mutant(
        "the stream's filter is too narrow",
        "The record of an ended task reaches no decider unless it has COMPLETED.",
        TASK_CHANGES,
        'values |= {"ea": end.at, "dl": 0, "x": "1"}',
        'values |= {"ea": end.at, "dl": 0, "x": "1" if end.status == "COMPLETED" else ""}',
    ),
)

#: Faults that no seed has found yet, and why. Most need an operator, a worker or a closer within the few calls
#: of another; their counterexamples are tests of their own (tests/integration/protocol).
SOUGHT = frozenset(
    {
        # An end is late, its task taken up again meanwhile: records of one task come in order.
        "the incarnation of an end is ignored",
        # Two reports of one hand-out, and the next hand-out between their reads and their writes.
        "the epoch of a re-queue is ignored",
        # The end of the child raises its parent, too: until then a child runs below what has ended.
        "a revival does not climb",
        # The sweep of what nothing moves arms it, a quarter of an hour late: no invariant asks how late.
        "a far timer stays far",
    }
)
#: Those that ``make mutants`` has to find.
MUTANTS = tuple(each for each in ALL if each.name not in SOUGHT)
