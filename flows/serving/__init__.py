"""The service as processes of one machine: serve, worker, pages, start, set-up, doctor, mail."""
