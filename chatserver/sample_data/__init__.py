"""A company that does not exist, with its people, articles and conversations, to try Switchboard with."""
