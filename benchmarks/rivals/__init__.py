"""What the service is measured beside: the same answers by hand in Python, and by two GraphQL servers of Node."""
