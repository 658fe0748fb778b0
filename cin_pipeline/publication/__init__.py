"""From measures and estimates to what is published: tables, rounding, disclosure control.

`tables` declares the 27 tables, `cells` fills them, `disclosure` decides what is shown, `disclosure_audit` tries to
undo it.
"""
