"""The items of the executions table as values: layout, codecs, conditions (protocol.md 2, 3).

Everything that decides what an item looks like and under which condition it may change stands here,
once. A :class:`~podium.adapters.items.table.Table` only carries it out: DynamoDB in
``adapters/aws``, a dict in ``adapters/memory``.
"""
