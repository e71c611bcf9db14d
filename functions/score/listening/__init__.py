"""What a scoring finds beside the ranking: alarms, issues, insights. No rank depends on it."""
