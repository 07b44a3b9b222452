"""Training on a user's own scans: what is there, what can be learned from it, and how it never gets lost.

``examine`` looks at folders and proposes an objective; ``trainer.train`` runs it in a run folder
(``runs``) that survives kill −9; ``gate`` decides whether the result may be offered.
"""
