"""How fast it is: each module asks the service something and compares it with the same answer written by hand.

`python -m benchmarks [name …] [option …]` runs them; each takes the options that come last.
"""
