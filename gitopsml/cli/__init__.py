"""The command line. Only this package knows click; each command is one module, named in `group.COMMANDS`."""
