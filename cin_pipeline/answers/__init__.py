"""Answers from a store: where a figure comes from, how far each return has come, what a resubmission changed.

Nothing here is kept, and nothing here changes what is kept."""
