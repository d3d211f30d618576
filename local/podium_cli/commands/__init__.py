"""The commands, by what they are about; each asks the server and shows the answer."""
