"""The assets, one per dataset, in the order of the work."""
