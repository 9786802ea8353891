#!/bin/sh
# test_world.sh BUILD: the test world is what its table says.
set -u
world=$(dirname "$0")/../world
netns=hopseal-world-$$
dir=$("$world/up.sh" "$netns") || { echo "not ok 1 - the world comes up"; echo "1..1"; exit 1; }
trap '"$world/down.sh" "$netns" "$dir"' EXIT
"$world/selfcheck.sh" "$netns" "$dir"
