"""One function per operation, one module per resource: from a valid body to a wire object.

Each takes the state and the body, and raises MockApiError; app.py has the table of them.
"""
