"""What the server learns of a visitor from the connection itself. Unknown is '' everywhere; nothing here raises."""
