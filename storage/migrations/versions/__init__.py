"""The steps, oldest first; there is no way back but a backup.

To add one, write `r0002_what_it_does.py` with `revision`, `down_revision` and
`upgrade()`, and change `storage/schema/` alike: a test compares the two. A
step never imports the schema: that says what the tables are now, and a step
what they were.
"""
