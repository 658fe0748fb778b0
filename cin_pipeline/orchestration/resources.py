"""What every run is given: the store, and through it the two IO managers."""

import dagster as dg

from cin_pipeline.orchestration.io_managers import FigureTables, RowTables
from cin_pipeline.orchestration.runs import store_resource
from cin_pipeline.store.store import Store


def resources_of(store: Store) -> dict[str, object]:
    """The resources of all definitions over a store. Opens nothing."""
    return {
        "store": store_resource(store),
        # Through them every run holds the store.
        "row_tables": dg.IOManagerDefinition(lambda _: RowTables(store), required_resource_keys={"store"}),
        "figure_tables": dg.IOManagerDefinition(lambda _: FigureTables(store), required_resource_keys={"store"}),
    }
