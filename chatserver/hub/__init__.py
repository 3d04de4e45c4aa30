"""Where live state changes, and from where it is delivered: durable first, visible second."""
