"""The shapes of the world's countries, for maps that load nothing from outside."""
