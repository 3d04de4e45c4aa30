"""The edge: translates frames and requests, and queues them. Decides nothing."""
