"""What `cin-pipeline doctor` looks at: whether a deployment is set up so that it can work.

A look only looks: nothing is made where nothing is. What must be tried to be known (a lock, a lease, an object) is
tried under a name of its own and taken away again. Each look is declared once, in `looks`.
"""
