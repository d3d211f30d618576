"""Operations on an execution as a whole, as pure functions of its state (engine.md 15, 7.1).

Each is one commit; what it means for tasks, children, parents and messages follows from the header
that it writes (protocol.md 5, 6, 7). One that is not allowed raises a ClientError and decides
nothing.
"""

from podium.domain.operations.climbing import folded_holder, revive_parent
from podium.domain.operations.ending import terminate, time_out
from podium.domain.operations.jumping import jump
from podium.domain.operations.pausing import pause, resume
from podium.domain.operations.removing import refuse_archive, remove
from podium.domain.operations.rerunning import refuse_rerun, rerun, rerun_from
from podium.domain.operations.restarting import refuse_restart, restart
from podium.domain.operations.retrying import (
    refuse_retry,
    resume_child,
    retry,
    tell_generation,
)
from podium.domain.operations.reviving import Remains
from podium.domain.operations.skipping import skip
from podium.domain.operations.updating_variables import appended, update_variables
from podium.domain.operations.upgrading import upgrade

__all__ = [
    "Remains",
    "appended",
    "folded_holder",
    "jump",
    "pause",
    "refuse_archive",
    "refuse_rerun",
    "refuse_restart",
    "refuse_retry",
    "remove",
    "rerun",
    "rerun_from",
    "restart",
    "resume",
    "resume_child",
    "retry",
    "revive_parent",
    "skip",
    "tell_generation",
    "terminate",
    "time_out",
    "update_variables",
    "upgrade",
]
