"""Who is asking: staff, administrators, citizens; how they sign in, for how long, and how surely.

It stands beside the faces and below them: a face asks it who somebody is (`citizens.citizen_of`,
`confirming.confirmed`), never the other way round. Why: docs/identity.md.
"""
