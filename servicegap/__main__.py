"""`python -m servicegap`, the same as the command `servicegap`."""

from servicegap.cli import main

main()
