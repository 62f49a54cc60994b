"""What clients may change: inputs, payloads and the fields of the root, one module an area."""
