"""The night through Prefect: flows, server, artifacts, Dask and Ray. The only place that knows Prefect."""
