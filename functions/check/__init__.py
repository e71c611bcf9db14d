"""An admin's edit, answered within seconds: what collecting would say at its next tick."""
