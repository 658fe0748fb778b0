"""The checks of the Department's publishing service on a pair of open-data files, and ours: our own implementation.

`screen_files` says what stops a release. Checks stand by what they look at (`columns`, `meta`, `times`, `filters`,
`geography`, `places`, `indicators`, `harmonised`; names of files in `filenames`), each declared with the service's name
for it; `ours` holds what we ask for beyond. `docs/screening.md` lists them all.
"""

from cin_pipeline.publication.screening.running import screen_files

__all__ = ["screen_files"]
