"""One file per version of the database, in their order. They never change once a version was in use."""
