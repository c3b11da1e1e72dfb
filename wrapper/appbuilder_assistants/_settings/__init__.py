"""The options of a client, checked, and what the environment adds to them.

Hands out Settings, made by `settings_from` and `changed`, and the token in a Secret.
"""
