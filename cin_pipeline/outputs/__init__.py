"""What is made of a store for others to read: the files of a run, and the release with its reports."""
