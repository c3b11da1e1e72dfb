"""What each request passes on its way to a handler: ids, the recorder, the log, its body.

Hands out the middleware classes, the reader of JSON bodies and the redaction of tokens.
"""
