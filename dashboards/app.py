"""The script that Streamlit runs for every reader: navigation, filters, the page, the foot."""

from pathlib import Path

import streamlit as st

from dashboards import data, reader, scope, settings
from dashboards.parts import caveats, empty, footer, links

FOLLOW_SECONDS = 10
"""How often an open page looks for a new generation."""

HERE = Path(__file__).parent


@st.fragment(run_every=FOLLOW_SECONDS)
def follow(shown: str | None) -> None:
    """Show the page anew when a generation other than the shown one is current."""
    if data.generation() != shown:
        st.rerun()


st.set_page_config(page_title=settings.current().name, page_icon=str(HERE / "theme" / "icon.svg"), layout="wide")
st.logo(str(HERE / "theme" / "logo.svg"), size="large")
page = st.navigation(
    [
        st.Page(
            links.TODAY,
            title="Today",
            icon=":material/flag:",
            default=True,
            help="What needs you today: the actions of each team, what closed, and how things move.",
        ),
        st.Page(
            links.DELIVERY,
            title="Delivery",
            icon=":material/rocket_launch:",
            help="Are we delivering, how fast, how safely: lead time, deployments, what waits, builds.",
        ),
        st.Page(
            links.FLOW,
            title="Flow",
            icon=":material/water:",
            help="What is stuck, and what is slow: tickets by age, cycle time, flow, time in status, what is blocked.",
        ),
        st.Page(
            links.SCOPE,
            title="Scope",
            icon=":material/crop_free:",
            help="What changed after we started: sprints, growth, requirements, readiness, work without a ticket.",
        ),
        st.Page(
            links.REVIEWS,
            title="Reviews",
            icon=":material/rate_review:",
            help="Where review time goes: what is open, pickup, size and depth, definitions, reviews between teams.",
        ),
        st.Page(
            links.COORDINATION,
            title="Coordination",
            icon=":material/hub:",
            help="Who should be talking and is not: gaps between teams, networks, waits, code that teams share.",
        ),
        st.Page(
            links.TIMELINES,
            title="Timelines",
            icon=":material/event_upcoming:",
            help="When it will be done: dates and their chances, what comes next, how often promises held, due dates.",
        ),
        st.Page(
            links.PEOPLE,
            title="People & load",
            icon=":material/groups:",
            help="Who is overloaded, who is growing: how load is spread, focus, hours, newcomers, spread of knowledge.",
        ),
        st.Page(
            links.INVESTMENT,
            title="Investment",
            icon=":material/donut_small:",
            help="Where the effort goes: kinds of work under three weights, by month, bugs.",
        ),
        st.Page(
            links.CODE,
            title="Code & knowledge",
            icon=":material/account_tree:",
            help="Where code or knowledge is at risk: hotspots, coupling, ownership, truck factor, leavers.",
        ),
        st.Page(
            links.DATA,
            title="Data",
            icon=":material/database:",
            help="How fresh and how good the data is, what every column means, and SQL over all of it.",
        ),
    ]
)
generation = data.generation()
if generation is None:
    st.title(page.title)
    empty.nothing_published()
else:
    scope.keep(scope.choose())
    reader.offer()
    links.stand_on(page.url_path)
    caveats.past()
    page.run()
    footer.footer()
follow(generation)
