"""The official paths to the resources and the types of the module object `assistant`."""
