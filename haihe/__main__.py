"""`python -m haihe` is the console program."""

import sys

from haihe.commands import main

sys.exit(main())
