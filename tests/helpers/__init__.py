"""What several tests share. Fakes have names that say what they do."""
