"""Partitions: collection years, LAs, and their pairs; and how a year's asset sees the previous year."""

import warnings

import dagster as dg

from cin_pipeline.census.years import COLLECTION_YEARS, CollectionYear
from cin_pipeline.reference.authorities import every_authority

YEAR, LA = "collection_year", "la"

# Mappings between dimensions and checks by partition are in preview; the lock pins the version they were tried with.
warnings.filterwarnings("ignore", category=dg.PreviewWarning)
warnings.filterwarnings("ignore", category=dg.BetaWarning)

by_year = dg.TimeWindowPartitionsDefinition(
    cron_schedule="0 0 1 4 *",
    start=COLLECTION_YEARS[0].key,
    end=CollectionYear(COLLECTION_YEARS[-1].ending + 1).key,
    # With the end stated and as many ahead of the clock as there are, the clock decides nothing: a year has its
    # partition also before it is over.
    end_offset=len(COLLECTION_YEARS),
    fmt="%Y-%m-%d",
)
# Every code that was ever an LA's: which are expected in a year is data, not partitions.
by_la = dg.StaticPartitionsDefinition(list(every_authority()))
by_year_la = dg.MultiPartitionsDefinition({YEAR: by_year, LA: by_la})

same_la_year_before = dg.MultiPartitionMapping(
    {
        YEAR: dg.DimensionPartitionMapping(
            YEAR,
            dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1, allow_nonexistent_upstream_partitions=True),
        ),
        LA: dg.DimensionPartitionMapping(LA, dg.IdentityPartitionMapping()),
    }
)
all_las_of_year = dg.MultiToSingleDimensionPartitionMapping(partition_dimension_name=YEAR)


def partition_key(year: int, la_code: str) -> dg.MultiPartitionKey:
    """The partition of an LA's return for a collection year."""
    return dg.MultiPartitionKey({YEAR: CollectionYear(year).key, LA: la_code})


def year_and_la(key: str) -> tuple[CollectionYear, str]:
    """The collection year and LA code of such a partition."""
    dimensions = by_year_la.get_partition_key_from_str(key).keys_by_dimension
    return CollectionYear.from_key(dimensions[YEAR]), dimensions[LA]
