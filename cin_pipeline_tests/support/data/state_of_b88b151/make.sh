#!/bin/sh
# Makes the state beside this file: in an empty folder, with the cin-pipeline and the python of commit b88b151 on PATH.
set -e
run() { cin-pipeline run --year "$@" --output output --expected expected.csv || test $? -eq 1; }
rerun() { cin-pipeline run --year 2017 --la "$1" --output output; }
decide() { cin-pipeline "$@" --state output/state; }

printf 'la_code\n805\n806\n807\n808\n' > expected.csv
for seed in 1 2; do
  cin-pipeline synthesise --year 2017 --scale 0.0003 --seed $seed --out seed$seed --la 805 --la 806 --la 807
done
cin-pipeline synthesise --year 2017 --scale 0.0003 --seed 3 --out seed3 --la 201

mkdir y2016 y2017 cut again
mv seed1/*_2016.xml y2016
mv seed1/*_2017.xml seed3/201_2017.xml y2017                  # 201 is not expected; 808 sends nothing
echo 'this is no return' > y2017/notes.txt                    # nobody can tell whose it is
head -c 3000 seed2/807_2017.xml > cut/807_2017_again.xml      # a header that can be read, and no more
cp seed2/805_2017.xml seed2/806_2017.xml again
run 2016 --landing y2016
run 2017 --landing y2017
run 2017 --landing cut
run 2017 --landing again
decide withdraw 11 --reason 'wrong file' --by ann             # of 806, whose first return is current again
rerun 806

cat > by_hand.py <<'PYTHON'
"""What no command leaves behind by itself."""
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from cin_pipeline.settings import Settings
from cin_pipeline.store.figures import Recount
from cin_pipeline.store.inbox import Inbox
from cin_pipeline.store.landing import Wanted
from cin_pipeline.store.return_files import sha256_of
from cin_pipeline.store.state import State

state = State(Settings.from_environment({}, state=Path("output/state")))
when = datetime(2017, 7, 1, 9, 30, tzinfo=UTC)


def land(name, la, year):
    data = Path("seed2", name).read_bytes()
    sha256 = sha256_of(data)
    state.returns.keep(data, sha256)
    received = {"file_name": name, "sha256": sha256, "size": len(data), "received": when}
    return state.registry.land(year=year, la_code=la, **received).submission


if sys.argv[1] == "reject":
    state.registry.turn_down(land("807_2017.xml", "807", 2017), "ann", "sent by mistake")
else:
    killed = "command-" + 32 * "0"
    state.registry.claim(land("806_2016.xml", "806", 2016), killed)
    (state.settings.state / "locks" / killed).touch()
    waiting = land("807_2016.xml", "807", 2016)
    state.registry.offered([waiting])
    state.registry.offered([waiting])
    state.figures.recounts_offered([Recount(5, 2017, "805", 1, 0)])
    os.mkdir("inbox")
    Path("inbox", "letter.xml").write_text("<letter/>")
    Path("inbox", "805.xml.part").write_text("<")
    inbox = Inbox(Path("inbox"), state.engine, state.registry, state.returns, state.quarantine)
    inbox.scan(Wanted({2017: frozenset({"805"})}), when, settle_seconds=-1e10, max_bytes=10**6)
PYTHON
python by_hand.py reject
decide accept 12 --reason 'it was none' --by ben              # run again, with checks that only warn
rerun 807
python by_hand.py wait                                        # one waits, one is held by a run that was killed

# Small: without Dagster's history, and of the row tables those alone that a run of 2016-17 needs of the year before.
cin-pipeline status --year 2017 --state output/state --csv output/status.csv
rm -r output/state/dagster output/state/locks/only-* output/validation_issues.csv output/.cin_pipeline_results
mv output/state/tables/cleaned_return/2016 kept
rm -r output/state/tables
mkdir -p output/state/tables/cleaned_return
mv kept output/state/tables/cleaned_return/2016
tar --sort=name --owner=0 --group=0 --numeric-owner -cJf old_state.tar.xz -C output .
