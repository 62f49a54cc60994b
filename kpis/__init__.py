"""What is measured: each rule of the domain once, under its name, as SQL over the models' tables.

Expressions use named parameters (`:as_of`, `:partner`, the policy's thresholds) and these table aliases:
`s` subscriptions, `t` trials, `ls` license_states.
"""
