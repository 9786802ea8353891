#!/usr/bin/env python3
"""test_torture.py BUILD: `make torture` in short: each session counted once, each report sent, over kills."""
import sys

sys.dont_write_bytecode = True
import torture  # noqa: E402

torture.main(sys.argv[1], 20000, 15, 5)
