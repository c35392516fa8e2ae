"""The dashboards: Streamlit pages over what is published, and nothing else.

- `dashboards.server.serve` starts them; `dashboards.app` is the script that Streamlit runs.
- `dashboards.data` is the one door to the published file.
- `dashboards.queries` holds the SQL of every chart, `dashboards.parts` what pages are put together from,
  `dashboards.views` the tabs of pages, `dashboards.app_pages` the pages.
"""
