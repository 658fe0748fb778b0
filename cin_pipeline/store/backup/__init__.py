"""A copy of a deployment, its PostgreSQL database with its objects, taken while it works; and the way back.

Objects are written once, and a row names them only when all are there: so whatever a dump names was there at its
moment. It may go right after, as a bundle that is written again loses the objects of before. Hence this order:

1. all objects are copied;
2. the database is dumped, and what it names is read in the same snapshot;
3. what came since is copied too;
4. what the dump names is read in the copy, with its checksums. Where something is not whole, it was replaced between 2
   and 3, and both are done again.

With the dump first, all the time of copying would be open for that; with objects alone first, what came since would be
missing. Copies of returns are never deleted. What is copied and no more named does no harm.
"""
