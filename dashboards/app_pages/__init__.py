"""The pages: scripts that Streamlit runs, each answering one question."""
