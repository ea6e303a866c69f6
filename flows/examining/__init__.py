"""Documents: taken up, leased, examined, looked at again, searched."""
