"""The commands of `partnerhub`, one a module."""
