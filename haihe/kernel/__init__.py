"""Pure rules: history to state, clocks, what may happen next, and who may see what and why."""
