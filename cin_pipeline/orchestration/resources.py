"""What every run is given: the store, what the run is about, and through both the two IO managers."""

import dagster as dg

from cin_pipeline.orchestration.io_managers import FigureTables, RowTables
from cin_pipeline.orchestration.runs import store_resource
from cin_pipeline.orchestration.submissions import Work
from cin_pipeline.store.store import Store


def resources_of(store: Store) -> dict[str, object]:
    """The resources of all definitions over a store. Opens nothing."""
    return {
        "store": store_resource(store),
        "work": work,
        "row_tables": dg.IOManagerDefinition(
            lambda context: RowTables(context.resources.work), required_resource_keys={"work"}
        ),
        "figure_tables": dg.IOManagerDefinition(
            lambda context: FigureTables(context.resources.work), required_resource_keys={"work"}
        ),
    }


# Through it every run holds the store.
@dg.resource(required_resource_keys={"store"}, description="The LA, the year and the submission of the run.")
def work(context: dg.InitResourceContext) -> Work:
    """What a run is about. Raises RuntimeError outside of a run."""
    if context.run is None or context.instance is None:
        raise RuntimeError("there is no run")
    return Work(context.resources.store, context.run, context.instance)
