"""The service at full load for minutes, with everything that goes wrong in them: `make soak`."""
