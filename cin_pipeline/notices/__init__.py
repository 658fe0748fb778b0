"""Telling people what needs them: returns that were not taken, runs that failed, returns that are overdue.

Nothing of a child is told, and nothing that a sender wrote: LA, year, the number of the submission and the kind of
reason. Whom to tell is setting CIN_NOTICES; further ways to tell are plug-ins (`notices.targets`).
"""
