"""Who works on what, since when, and how it ended: nights, runs asked for, chores, leases, uploads, deliveries."""
