"""The `switchboard` command, one file for each group of subcommands."""
