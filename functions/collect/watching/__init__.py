"""What needs somebody: alerts, signs of an end, API versions, probes of credentials."""
