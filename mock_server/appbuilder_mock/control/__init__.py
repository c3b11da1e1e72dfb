"""The routes under `/_mock/`: the state, scenarios, faults and the live page.

Hands out the routes and the check of who may use them.
"""
