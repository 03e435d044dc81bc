"""The providers' clients: known by their shape, never imported."""
