"""From a reply to its value, or to the right error.

Hands out `parse` and `expect_success` of `decode`, `loads`, the error forms, and RawResponse.
"""
