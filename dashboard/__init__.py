"""The dashboard: the Panel app in which agents and managers work."""
