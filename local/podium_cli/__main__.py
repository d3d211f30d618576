"""``python -m podium_cli`` is ``podium``."""

from podium_cli.main import main

main()
